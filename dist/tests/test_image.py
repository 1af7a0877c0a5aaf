"""What goes into an image, and what is said when there can be none."""

from __future__ import annotations

import io
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import image
import pytest
import training


def jar(folder: Path, name: str, content: Mapping[str, str]) -> Path:
    """A library with these files."""
    file = folder / name
    with zipfile.ZipFile(file, "w") as out:
        for entry, text in content.items():
            out.writestr(entry, text)
    return file


def merged(folder: Path, *libraries: Path) -> dict[str, str]:
    """What the server's jar would hold, with one class of the server's own."""
    classes = folder / "classes"
    (classes / "io/saola").mkdir(parents=True)
    (classes / "io/saola/Main.class").write_text("main")
    image.merge(libraries, classes, folder / "out.jar")
    with zipfile.ZipFile(folder / "out.jar") as result:
        return {name: result.read(name).decode() for name in result.namelist()}


def test_classes_of_all_libraries_are_in_one_jar(tmp_path: Path) -> None:
    first = jar(tmp_path, "1.jar", {"a/A.class": "a", "a/names.properties": "x"})
    second = jar(tmp_path, "2.jar", {"b/B.class": "b"})

    content = merged(tmp_path, first, second)

    del content["META-INF/MANIFEST.MF"]
    assert content == {
        "a/A.class": "a",
        "a/names.properties": "x",
        "b/B.class": "b",
        "io/saola/Main.class": "main",
    }


def test_the_first_library_wins_as_on_a_class_path(tmp_path: Path) -> None:
    first = jar(tmp_path, "1.jar", {"a/A.class": "first"})
    second = jar(tmp_path, "2.jar", {"a/A.class": "second"})

    assert merged(tmp_path, first, second)["a/A.class"] == "first"


def test_the_newest_variant_that_runs_is_taken(tmp_path: Path) -> None:
    library = jar(
        tmp_path,
        "1.jar",
        {
            "META-INF/versions/9/a/A.class": "9",
            "META-INF/versions/22/a/A.class": "22",
            "META-INF/versions/99/a/A.class": "99",
            "a/A.class": "old",
            "META-INF/versions/11/b/B.class": "only new",
        },
    )

    content = merged(tmp_path, library)

    assert content["a/A.class"] == "22"
    assert content["b/B.class"] == "only new"
    assert not [name for name in content if "versions" in name]


def test_services_of_several_libraries_are_all_named(tmp_path: Path) -> None:
    first = jar(tmp_path, "1.jar", {"META-INF/services/a.Service": "first"})
    second = jar(tmp_path, "2.jar", {"META-INF/services/a.Service": "second\n"})

    content = merged(tmp_path, first, second)

    assert content["META-INF/services/a.Service"].split() == ["first", "second"]


@pytest.mark.parametrize(
    "name",
    [
        "module-info.class",
        "META-INF/versions/9/module-info.class",
        "META-INF/INDEX.LIST",
        "META-INF/CODE.RSA",
        "META-INF/native/liba.so",
        "META-INF/maven/g/a/pom.xml",
        "linux/amd64/liba.so",
        "win/amd64/a.dll",
    ],
)
def test_what_would_mislead_java_or_is_elsewhere_is_left_out(tmp_path: Path, name: str) -> None:
    content = merged(tmp_path, jar(tmp_path, "1.jar", {name: "x", "a/A.class": "a"}))

    assert set(content) == {"META-INF/MANIFEST.MF", "a/A.class", "io/saola/Main.class"}


def test_shared_objects_of_this_machine_get_names_that_are_found(tmp_path: Path) -> None:
    here = image.NATIVES[platform.machine()]
    names = {name.replace("*", "1.2.3"): name for name in here}
    library = jar(tmp_path, "1.jar", {**names, "linux/mips64/libzstd-jni-1.2.3.so": "other"})

    image.copy_natives([library], tmp_path / "native")

    assert {file.name for file in (tmp_path / "native").iterdir()} == {
        here[name] or Path(name).name for name in here
    }


def test_a_library_without_its_shared_object_is_named(tmp_path: Path) -> None:
    with pytest.raises(image.Problem, match=r"none of the libraries holds .*\.so"):
        image.copy_natives([jar(tmp_path, "1.jar", {"a": "a"})], tmp_path / "native")


# --- no image ------------------------------------------------------------------------------------


def tool(jdk: Path, name: str, script: str) -> None:
    """A program of a JDK."""
    (jdk / "bin").mkdir(parents=True, exist_ok=True)
    (jdk / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
    (jdk / "bin" / name).chmod(0o755)


def test_a_jdk_without_jlink_is_named(tmp_path: Path) -> None:
    with pytest.raises(image.Problem, match=f"{tmp_path} has no jlink; Temurin"):
        image.link(tmp_path, tmp_path / "a.jar", tmp_path / "image")


def test_a_jdk_that_can_link_from_nothing_is_told_from_one_that_can(tmp_path: Path) -> None:
    tool(tmp_path, "jdeps", "echo java.base")
    tool(tmp_path, "jlink", "echo 'Linking from run-time image disabled'")

    with pytest.raises(image.Problem, match="no jmods, and it cannot link from the run-time image"):
        image.link(tmp_path, tmp_path / "a.jar", tmp_path / "image")

    tool(tmp_path, "jlink", "echo 'Linking from run-time image enabled'")
    image.link(tmp_path, tmp_path / "a.jar", tmp_path / "image")


def test_jmods_are_enough(tmp_path: Path) -> None:
    tool(tmp_path, "jdeps", "echo java.base")
    tool(tmp_path, "jlink", "echo 'Linking from run-time image disabled'")
    (tmp_path / "jmods").mkdir()

    image.link(tmp_path, tmp_path / "a.jar", tmp_path / "image")


def test_of_what_a_tool_says_the_error_is_shown(tmp_path: Path) -> None:
    tool(tmp_path, "jlink", "echo; echo 'warning: x'; echo 'Error: disk is full'; exit 1")

    with pytest.raises(image.Problem, match=r"^jlink says: Error: disk is full$"):
        image.run([tmp_path / "bin/jlink"])


def test_too_little_space_is_said_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "NEEDED_MEBIBYTES", 1 << 40)

    with pytest.raises(image.Problem, match=f"MB in {tmp_path}, and [0-9]+ MB are free"):
        image.require_space(tmp_path)


def test_what_fails_leaves_the_image_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "current").write_text("image-1\n")
    (tmp_path / "image-1").mkdir()
    arguments = ["--home", "/", "--jdk", "/none", "--classes", str(tmp_path), "--libraries", ""]
    monkeypatch.setattr(sys, "argv", ["image.py", *arguments, str(tmp_path), "--", "-Xmx64m"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))

    assert image.main() == 1

    assert capsys.readouterr().err.startswith("saola: no image was made: /none has no jlink")
    assert {file.name for file in tmp_path.iterdir()} == {"current", "image-1"}


# --- old images ----------------------------------------------------------------------------------


def test_an_old_image_goes_and_one_that_runs_stays(tmp_path: Path) -> None:
    for name in ("old", "running", "new", "given-up.training"):
        (tmp_path / name).mkdir()
    (tmp_path / "given-up.jar").write_text("")
    (tmp_path / "current").write_text("new\n")
    command = [sys.executable, "-uc", "input(0)", f"-Dx={tmp_path}/running/lib"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # until then it may be a process without a command line
        image.clean(tmp_path, "new")
        process.communicate(b"\n")

    assert {file.name for file in tmp_path.iterdir()} == {"current", "new", "running"}


# --- the training --------------------------------------------------------------------------------


def test_a_server_that_fails_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / "java"
    program.write_text("#!/bin/sh\necho 'cannot do it'; exit 3\n")
    program.chmod(0o755)
    folder = tmp_path / "scratch"

    with (
        training.scratch(folder),
        pytest.raises(training.Problem, match=r"has ended: cannot do it$"),
    ):
        training.train([str(program)], tmp_path, folder)

    assert not folder.exists()


def test_the_training_is_not_told_what_the_operator_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAOLA_WORKERS", "7")
    program = tmp_path / "java"
    program.write_text('#!/bin/sh\necho "it has ${SAOLA_WORKERS:-no}"; exit 3\n')
    program.chmod(0o755)
    folder = tmp_path / "scratch"

    with training.scratch(folder), pytest.raises(training.Problem, match=r"it has no$"):
        training.train([str(program)], tmp_path, folder)
    assert os.environ["SAOLA_WORKERS"] == "7"


def test_the_cache_learns_as_hot_what_is_so_by_the_jvm_s_own_thresholds(tmp_path: Path) -> None:
    java = tmp_path / "image/bin/java"
    java.parent.mkdir(parents=True)
    java.write_text('#!/bin/sh\necho "$@"\nexit 1\n')
    java.chmod(0o755)

    launcher = "-XX:Tier4InvocationThreshold=25000"
    last = "-XX:Tier4InvocationThreshold=5000"  # the last one counts
    with pytest.raises(training.Problem, match=f"{launcher} .*{last} "):
        image.make_cache(tmp_path / "image", tmp_path, [launcher])
