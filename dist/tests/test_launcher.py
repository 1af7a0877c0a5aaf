"""What ``./saola`` starts from: the real launcher in a made-up checkout.

Java, Maven and the maker of images are scripts that say how they were called: what counts here is
which of them the launcher runs, and when.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCE = "server/src/main/java/Server.java"
JAVA = '#!/bin/sh\necho "$0" "$@"\n'
MAVEN = """#!/bin/sh
case "$*" in *lab*) folders="server lab" ;; *) folders=server ;; esac
for folder in $folders; do
    mkdir -p $folder/target/classes
    printf '' >$folder/target/class-path.txt
done
echo mvn >>built
"""
MAKER = """
import os, pathlib, signal, sys
home = pathlib.Path.cwd()
with (home / "calls").open("a") as calls:
    calls.write("image\\n")
if (home / "interrupted").exists():
    os.kill(os.getppid(), signal.SIGINT)
    sys.exit(130)
if (home / "broken").exists():
    print("saola: no image was made: it is broken", file=sys.stderr)
    sys.exit(1)
images = pathlib.Path(sys.argv[sys.argv.index("--") - 1])
name = f"image-{len((home / 'calls').read_text())}"
(images / name / "bin").mkdir(parents=True)
(images / name / "bin/java").write_text('#!/bin/sh\\necho "$0" "$@"\\n')
(images / name / "bin/java").chmod(0o755)
(images / name / "made-from").write_bytes(sys.stdin.buffer.read())
(images / "current").write_text(name + "\\n")
"""


class Home:
    """A checkout with one source file, a JDK beside it, and nothing built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.jdk = folder / "jdk"
        self._path = folder / "bin"
        for name in ("saola", "scripts/find-jdk.sh"):
            self.write(name, (CHECKOUT / name).read_text())
        for name in ("pom.xml", ".mvn/jvm.config", "server/pom.xml", "lab/pom.xml", SOURCE):
            self.write(name, name)
        self.write("lab/src/main/java/Lab.java", "")
        self.write("dist/image.py", MAKER)
        self.write("dist/training.py", "")
        self.write("dist/training_app.py", "")
        for program in (self.jdk / "bin/java", self.jdk / "bin/javac"):
            script(program, JAVA)
        self.write_release("25.0.3")
        script(self._path / "mvn", MAVEN)
        make_executable(self.folder / "saola")

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def write_release(self, version: str) -> None:
        (self.jdk / "release").write_text(f'JAVA_VERSION="{version}"\n')

    def run(self, *arguments: str, code: int = 0, **variables: str) -> tuple[str, str]:
        """What was started in the end, and what the launcher has said."""
        path = f"{self._path}:{os.environ['PATH']}"
        done = subprocess.run(
            [self.folder / "saola", *arguments],
            cwd=self.folder,
            env={"PATH": path, "HOME": str(self.folder), "SAOLA_JAVA_HOME": str(self.jdk)}
            | variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    def images_made(self) -> int:
        calls = self.folder / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    @property
    def from_image(self) -> str:
        return f"{self.folder}/.saola/image/image-"


def script(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    make_executable(file)


def make_executable(file: Path) -> None:
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def is_of_classes(home: Home, started: str) -> bool:
    return started.startswith(f"{home.jdk}/bin/java ") and "AOTCache" not in started


def test_the_first_run_builds_makes_an_image_and_starts_from_it(home: Home) -> None:
    started, said = home.run("serve", "a:b")

    assert started.startswith(home.from_image)
    assert "/bin/java " in started
    assert "/lib/saola.jar io.saola.cli.Main serve a:b" in started
    assert [line.split(":")[1].split()[0] for line in said.splitlines()] == ["building", "making"]


def test_the_image_is_given_its_cache_and_its_libraries(home: Home) -> None:
    started, _ = home.run()

    image = started.removesuffix("\n").split("/bin/java")[0]
    words = started.split()
    assert f"-XX:AOTCache={image}/lib/saola.aot" in words
    assert f"-Djava.library.path={image}/lib/native" in words
    assert f"-DZstdNativePath={image}/lib/native/libzstd-jni.so" in words
    assert "{image}" not in started


def test_from_the_classes_java_gets_the_same_flags(home: Home) -> None:
    def flags(started: str) -> list[str]:
        own = ("-XX:AOTCache", "-Djava.library.path", "-DZstdNativePath", "-Dsaola.started")
        words = started.split(" -cp ")[0].split()[1:]
        return [word for word in words if not word.startswith(own)]

    of_image = flags(home.run()[0])

    assert flags(home.run(SAOLA_JAVA_IMAGE="off")[0]) == of_image
    assert any(flag.startswith("-XX:Tier4InvocationThreshold=") for flag in of_image)


def test_who_interrupts_the_making_of_an_image_starts_nothing(home: Home) -> None:
    home.write("interrupted", "")

    started, _ = home.run(code=130)

    assert started == ""
    assert home.images_made() == 1


def test_later_runs_build_and_say_nothing(home: Home) -> None:
    home.run()

    started, said = home.run()

    assert started.startswith(home.from_image)
    assert said == ""
    assert home.images_made() == 1
    assert (home.folder / "built").read_text() == "mvn\n"


def test_an_image_of_older_sources_is_not_used(home: Home) -> None:
    home.run()
    home.write(SOURCE, "edited")

    started, said = home.run()

    assert is_of_classes(home, started)
    assert "is of older sources and is not used; ./saola image" in said
    assert home.images_made() == 1
    again, said = home.run()
    assert is_of_classes(home, again)
    assert said == ""


def test_a_source_that_has_gone_makes_it_stale(home: Home) -> None:
    home.write("server/src/main/java/Second.java", "")
    home.run()
    (home.folder / "server/src/main/java/Second.java").unlink()

    assert is_of_classes(home, home.run()[0])


@pytest.mark.parametrize("name", ["saola", "dist/training_app.py", "server/pom.xml"])
def test_so_does_what_it_is_made_with(home: Home, name: str) -> None:
    home.run()
    file = home.folder / name
    file.write_text(file.read_text() + "\n")

    assert is_of_classes(home, home.run()[0])


def test_so_does_an_update_of_the_jdk(home: Home) -> None:
    home.run()
    home.write_release("25.0.4")

    assert is_of_classes(home, home.run()[0])


def test_so_does_a_move_of_the_checkout(home: Home) -> None:
    home.run()
    home.folder = home.folder.rename(home.folder.with_name("elsewhere"))

    assert is_of_classes(home, home.run()[0])


def test_saola_image_makes_it_anew_once(home: Home) -> None:
    home.run()
    home.write(SOURCE, "edited")

    home.run("image")

    assert home.images_made() == 2
    assert home.run()[0].startswith(home.from_image)
    assert "is up to date" in home.run("image")[1]
    assert home.images_made() == 2


def test_the_lab_measures_what_users_have(home: Home) -> None:
    home.run()
    home.write(SOURCE, "edited")

    started, _ = home.run("lab", "peers")

    assert is_of_classes(home, started)
    assert "io.saola.lab.Main peers" in started
    assert home.images_made() == 2
    assert home.run()[0].startswith(home.from_image)


def test_without_an_image_it_starts_from_the_classes(home: Home) -> None:
    home.write("broken", "")

    started, said = home.run()

    assert is_of_classes(home, started)
    assert "no image was made: it is broken" in said
    assert home.images_made() == 1
    again, said = home.run()
    assert is_of_classes(home, again)
    assert said == ""
    assert home.images_made() == 1


def test_saola_image_fails_where_none_can_be_made(home: Home) -> None:
    home.write("broken", "")

    assert "it is broken" in home.run("image", code=1)[1]


def test_it_can_be_switched_off(home: Home) -> None:
    home.run()

    assert is_of_classes(home, home.run(SAOLA_JAVA_IMAGE="off")[0])
    assert "SAOLA_JAVA_IMAGE=off" in home.run("image", code=69, SAOLA_JAVA_IMAGE="off")[1]


def test_half_an_image_is_none(home: Home) -> None:
    home.run()
    shutil.rmtree(next((home.folder / ".saola/image").glob("image-*")))

    assert is_of_classes(home, home.run()[0])


def test_what_changes_while_maven_runs_is_not_taken_for_built(home: Home) -> None:
    script(home.folder.parent / "bin/mvn", MAVEN + f"echo meanwhile >{SOURCE}\n")

    started, _ = home.run()

    assert is_of_classes(home, started)


def test_what_changes_while_the_image_is_made_is_not_taken_for_a_part_of_it(home: Home) -> None:
    home.write("dist/image.py", MAKER + f"\npathlib.Path({SOURCE!r}).write_text('meanwhile')\n")

    started, _ = home.run()

    assert is_of_classes(home, started)
