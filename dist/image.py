"""Makes the image that ``./saola`` starts from: a Java runtime with the server in it.

``image.py --home HOME --jdk JDK --classes FOLDER --libraries PATHS FOLDER -- FLAG… <LISTING``

An image is a folder below FOLDER:

* the modules of the JDK that the server and its libraries need, linked by jlink;
* ``lib/saola.jar``: the server's classes and those of its libraries in one file;
* ``lib/native``: the libraries' own shared objects, which are thus not unpacked at each start;
* ``lib/saola.aot``: classes as the JVM holds them in memory (JEP 483, 514), from a run of the
  server under the load of ``training``, and what it has learned of the methods that were hot
  (JEP 515);
* ``made-from``: what comes by standard input, and is the launcher's to compare.

The file ``current`` names the image that counts and is written last, so that nobody ever sees half
of one. An image is never changed: what was started from it goes on reading its files, so an older
one is removed only when no process shows it on its command line.

Standard library only, for any Python from 3.10.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import training

# The newest Java whose variants of a class are taken from a library (JEP 238): what the image runs.
JAVA = 25

# Where libraries keep their shared objects inside their jars, by machine, and what these are
# called in the image, where they are found by name (java.library.path).
NATIVES = {
    "x86_64": {
        "META-INF/native/libnetty_transport_native_epoll_x86_64.so": None,
        "linux/amd64/libzstd-jni-*.so": "libzstd-jni.so",
        "lib/linux-x86_64/libbrotli.so": None,
    },
    "aarch64": {
        "META-INF/native/libnetty_transport_native_epoll_aarch_64.so": None,
        "linux/aarch64/libzstd-jni-*.so": "libzstd-jni.so",
        "lib/linux-aarch64/libbrotli.so": None,
    },
}

VARIANT = re.compile(r"META-INF/versions/(\d+)/(.+)")
LEFT_OUT = re.compile(
    r"module-info\.class|META-INF/(?:MANIFEST\.MF|INDEX\.LIST|maven/.*|native-image/.*|native/.*"
    r"|[^/]*\.(?:SF|RSA|DSA|EC))|.*\.(?:so|dll|dylib|jnilib)"
)
MANIFEST = "Manifest-Version: 1.0\r\n\r\n"

JLINK_MINUTES = 5
NEEDED_MEBIBYTES = 250


class Problem(Exception):
    """Why there is no image, in one line."""


def main() -> int:
    """Make the image; the exit status says whether there is one."""
    options = parse(sys.argv[1:])
    begin = time.monotonic()
    try:
        folder = make(options)
    except (Problem, training.Problem) as problem:
        say(f"no image was made: {problem}")
        return 1
    except OSError as problem:
        where = problem.filename or options.folder
        say(f"no image was made: {problem.strerror or problem}: {where}")
        return 1
    except KeyboardInterrupt:
        return 130
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) >> 20
    say(f"image ready in {time.monotonic() - begin:.0f} s: {size} MB in {folder}")
    return 0


def say(line: str) -> None:
    """A line like the launcher's own."""
    print(f"saola: {line}", file=sys.stderr, flush=True)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Everything is the launcher's business, so nothing here has a default."""
    parser = argparse.ArgumentParser(description="Makes the image that ./saola starts from.")
    parser.add_argument("--home", type=Path, required=True, help="the checkout")
    parser.add_argument("--jdk", type=Path, required=True)
    parser.add_argument("--classes", type=Path, required=True, help="the server's, compiled")
    parser.add_argument("--libraries", required=True, help="jars, with colons between them")
    parser.add_argument("folder", type=Path, help="where images lie")
    parser.add_argument("flags", nargs="+", help="java's, those it is started with")
    return parser.parse_args(arguments)


def make(options: argparse.Namespace) -> Path:
    """One image, whole, and known as the current one."""
    images: Path = options.folder
    images.mkdir(parents=True, exist_ok=True)
    require_space(images)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    folder = images / name
    try:
        build(folder, options)
        temporary = images / f"current-{os.getpid()}"
        temporary.write_text(f"{name}\n")
        temporary.rename(images / "current")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    clean(images, name)
    return folder


def require_space(images: Path) -> None:
    """Fail before the work is done, not in the middle of it."""
    free = shutil.disk_usage(images).free >> 20
    if free < NEEDED_MEBIBYTES:
        raise Problem(f"it needs {NEEDED_MEBIBYTES} MB in {images}, and {free} MB are free")


def build(folder: Path, options: argparse.Namespace) -> None:
    """All of an image but its being known."""
    libraries = [Path(path) for path in options.libraries.split(":") if path]
    scratch = folder.parent / f"{folder.name}.jar"
    try:
        merge(libraries, options.classes, scratch)
        link(options.jdk, scratch, folder)
        jar = folder / "lib" / "saola.jar"
        scratch.rename(jar)
    finally:
        scratch.unlink(missing_ok=True)
    copy_natives(libraries, folder / "lib" / "native")
    (folder / "made-from").write_bytes(sys.stdin.buffer.read())
    make_cache(folder, options.home, options.flags)


# --- the jar -------------------------------------------------------------------------------------


def merge(libraries: Iterable[Path], classes: Path, jar: Path) -> None:
    """One jar of all; not compressed, since it is read at each start."""
    content: dict[str, bytes] = {}
    for library in libraries:
        for name, data in entries(library):
            if name.startswith("META-INF/services/") and name in content:
                content[name] += b"\n" + data
            else:
                content.setdefault(name, data)
    for file in sorted(classes.rglob("*")):
        if file.is_file():
            content[file.relative_to(classes).as_posix()] = file.read_bytes()
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_STORED) as out:
        out.writestr("META-INF/MANIFEST.MF", MANIFEST)
        for name in sorted(content):
            out.writestr(name, content[name])


def entries(library: Path) -> Iterator[tuple[str, bytes]]:
    """What a library has for this Java: of each class the newest variant that it can run."""
    with zipfile.ZipFile(library) as jar:
        chosen: dict[str, tuple[int, str]] = {}
        for name in jar.namelist():
            variant = VARIANT.fullmatch(name)
            version, plain = (int(variant[1]), variant[2]) if variant else (0, name)
            if name.endswith("/") or version > JAVA or LEFT_OUT.fullmatch(plain):
                continue
            chosen[plain] = max(chosen.get(plain, (0, name)), (version, name))
        for plain, (_, name) in chosen.items():
            yield plain, jar.read(name)


def copy_natives(libraries: Iterable[Path], folder: Path) -> None:
    """The shared objects for this machine."""
    machine = platform.machine()
    wanted = dict(NATIVES.get(machine, {}))
    if not wanted:
        raise Problem(f"there are no native libraries for {machine}")
    folder.mkdir()
    for library in libraries:
        with zipfile.ZipFile(library) as jar:
            for pattern in list(wanted):
                expression = re.escape(pattern).replace(r"\*", "[^/]*")
                for name in jar.namelist():
                    if re.fullmatch(expression, name):
                        target = folder / (wanted.pop(pattern) or Path(name).name)
                        target.write_bytes(jar.read(name))
                        break
    if wanted:
        raise Problem(f"none of the libraries holds {min(wanted)}")


# --- the runtime ---------------------------------------------------------------------------------


def link(jdk: Path, jar: Path, folder: Path) -> None:
    """The part of the JDK that is needed, as a folder."""
    for tool in ("jlink", "jdeps"):
        if not os.access(jdk / "bin" / tool, os.X_OK):
            raise Problem(f"{jdk} has no {tool}; Temurin {JAVA} (https://adoptium.net) has")
    # JEP 493: a JDK without jmods may be able to link from what it runs itself.
    if not (jdk / "jmods").is_dir() and not links_itself(jdk):
        raise Problem(
            f"the jlink of {jdk} has nothing to link from: no jmods, and it cannot link from the "
            f"run-time image (JEP 493); Temurin {JAVA} (https://adoptium.net) can"
        )
    arguments = ["--multi-release", str(JAVA), "--ignore-missing-deps", "--print-module-deps"]
    modules = run([jdk / "bin/jdeps", *arguments, jar])
    what = ["--add-modules", modules.strip(), "--output", str(folder)]
    how = ["--compress", "zip-0", "--no-header-files", "--no-man-pages"]
    run([jdk / "bin/jlink", *what, *how, "--strip-java-debug-attributes"])


def links_itself(jdk: Path) -> bool:
    """Whether this JDK's jlink needs no jmods, by its own word."""
    return "run-time image enabled" in run([jdk / "bin/jlink", "--help"])


def run(command: Sequence[str | Path]) -> str:
    """What a tool printed; if it failed, the first line of that is the problem."""
    tool = Path(command[0]).name
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=60 * JLINK_MINUTES,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise Problem(f"{tool} took more than {JLINK_MINUTES} minutes") from None
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        told = [line for line in lines if re.match("(?i)error|exception|java", line)] or lines
        raise Problem(f"{tool} says: {told[0] if told else f'exit code {done.returncode}'}")
    return done.stdout


# --- the cache -----------------------------------------------------------------------------------

# Thresholds of the JVM's own instead of the launcher's: only of methods that C2 has compiled in the
# training a server knows that they may become hot.
LEARN = [
    "-XX:Tier0InvokeNotifyFreqLog=7",
    "-XX:Tier2InvokeNotifyFreqLog=11",
    "-XX:Tier4InvocationThreshold=5000",
    "-XX:Tier4MinInvocationThreshold=600",
    "-XX:Tier4CompileThreshold=15000",
    "-XX:Tier4BackEdgeThreshold=40000",
]


def make_cache(folder: Path, home: Path, flags: Sequence[str]) -> None:
    """The cache, and the proof that the JVM takes it: otherwise it would drop it in silence."""
    recorded = folder / "lib" / "saola.aotconf"
    cache = folder / "lib" / "saola.aot"
    java = [str(folder / "bin/java"), *(flag.replace("{image}", str(folder)) for flag in flags)]
    place = ["-cp", str(folder / "lib/saola.jar")]
    record = ["-XX:AOTMode=record", f"-XX:AOTConfiguration={recorded}", *LEARN]
    try:
        scratch = folder.parent / f"{folder.name}.training"
        with training.scratch(scratch):
            training.train([*java, *record, *place, "io.saola.cli.Main"], home, scratch)
        if not recorded.exists():
            raise Problem("the JVM has recorded nothing of the run that trains the cache")
        # Writing it takes more heap than serving does.
        create = ["-XX:AOTMode=create", f"-XX:AOTConfiguration={recorded}", "-Xmx512m"]
        run([*java, *create, f"-XX:AOTCache={cache}", *place])
    finally:
        recorded.unlink(missing_ok=True)
    strict = ["-XX:AOTMode=on", f"-XX:AOTCache={cache}"]
    run([*java, *strict, *place, "io.saola.cli.Main", "--version"])


# --- what is old ---------------------------------------------------------------------------------


def clean(images: Path, current: str) -> None:
    """Remove what nobody runs: images that were replaced, and halves of some that were given up."""
    used = b"".join(command_lines())
    for path in images.iterdir():
        name = path.name
        if name in ("current", current) or os.fsencode(f"/{name.split('.')[0]}/") in used:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def command_lines() -> Iterator[bytes]:
    """Those of all processes, also of other users."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                yield (process / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended


if __name__ == "__main__":
    sys.exit(main())
