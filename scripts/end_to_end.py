"""The promises of README, kept by a clean copy of this checkout: ``end_to_end.py FOLDER``.

Copies what git tracks to FOLDER, runs the commands there as a person would, asks for every page of
the demo over real sockets, and looks at what is left when they end. Standard library only, except
that the interpreter it runs with must have Flask, for the last server.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
from contextlib import AbstractContextManager
from pathlib import Path

from harness import MEBIBYTE, Browser, Failure, Server, expect, peak_kib, running

CHECKOUT = Path(__file__).resolve().parent.parent
PEAK_KIB = 150 * 1024


def first_command(copy: Path) -> None:
    """Whatever it is, it builds; and it means the folder that it was typed in."""
    print("saola check, from another folder", flush=True)
    folder = temporary(copy)
    run = subprocess.run([copy / "saola", "check"], cwd=folder, check=True, stdout=-1)
    shown = re.findall(r"^chdir +(.*\S) +default$", run.stdout.decode(), re.MULTILINE)
    expect(shown == [str(folder)], "the first command builds, and stays in its folder")
    name = (copy / ".saola/image/current").read_text().strip()
    expect((copy / ".saola/image" / name / "lib/saola.aot").exists(), "it makes an image, too")


def image(copy: Path) -> None:
    """What serves comes from the image; its libraries are not unpacked."""
    arguments = ["-b", "127.0.0.1:0", "--chdir", "examples/raw_wsgi", "raw_wsgi:app"]
    with server(copy, "serve", *arguments) as saola:
        saola.port()
        place = Path(f"/proc/{saola.process.pid}")
        java = (place / "exe").readlink()
        expect(java.is_relative_to(copy / ".saola/image"), "Java is that of the image")
        for coding in ("zstd", "br"):
            expect(compressed(saola.port(), coding), f"answers are compressed with {coding}")
        mapped = (place / "maps").read_text()
        expect("/lib/saola.aot" in mapped, "the JVM has taken the cache")
        places = re.findall(r"(/\S*)/lib(?:netty\w*|zstd[\w.-]*|brotli)\.so$", mapped, re.MULTILINE)
        expect(set(places) == {f"{java.parents[1]}/lib/native"}, "no library is unpacked")
        saola.end(signal.SIGTERM)


def compressed(port: int, coding: str) -> bool:
    """Whether an answer is, within the time that its library may take to be loaded."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    end = time.monotonic() + 30
    with contextlib.closing(connection):
        while time.monotonic() < end:
            connection.request("GET", "/env", headers={"Accept-Encoding": coding})
            answer = connection.getresponse()
            answer.read()
            if answer.headers["Content-Encoding"] == coding:
                return True
    return False


def demo(copy: Path) -> None:
    """``saola demo``: every page, then Ctrl-C."""
    with server(copy, "demo", "-b", "127.0.0.1:0") as saola:
        browser = Browser(saola.port())
        home = browser.get("/")
        expect("It works." in home, "/ is a page from a template")
        sheet = re.search(r'href="(/static/[^"]+\.css)"', home)
        expect(sheet is not None and b"body" in browser.open(sheet[1]), "its style sheet arrives")
        expect(browser.get("/hello/") == "Hello from Django\n", "/hello/ answers")

        browser.get("/notes/")
        page = browser.open("/notes/", {"text": "a note <from> the end"}).decode()
        expect("a note &lt;from&gt; the end" in page, "/notes/ keeps a note")
        try:
            Browser(saola.port()).open("/notes/", {"text": "forged"})
            refused = 0
        except urllib.error.HTTPError as exc:
            refused = exc.code
        expect(refused == 403, "/notes/ refuses a form without its token")
        counts = [re.findall(r'id="count">(\d+)<', browser.get("/counter/e2e/")) for _ in range(3)]
        expect(counts == [["1"], ["2"], ["3"]], "/counter/e2e/ counts 1, 2, 3")
        row = browser.open("/write/", {}).decode()
        expect(re.fullmatch(r'\{"id": \d+, "bytes": \d+\}', row) is not None, "/write/ writes")

        arrived = [at for at, piece in browser.pieces("/stream/") if b"<li>piece" in piece]
        spread = f"{len(arrived)} pieces, {arrived[0]:.1f} to {arrived[-1]:.1f} s"
        expect(len(arrived) >= 10 and arrived[-1] > 1.5, f"/stream/ arrives in pieces ({spread})")

        page, digest = browser.upload("/upload/", 200)
        expect(digest in page, "/upload/ of 200 MiB has the right SHA-256")
        length = sum(len(piece) for _, piece in browser.pieces("/download/?mb=200"))
        expect(length == 200 * MEBIBYTE, "/download/ of 200 MiB is complete")
        peak = peak_kib(saola.process.pid)
        expect(peak < PEAK_KIB, f"the JVM stayed below 150 MB ({peak // 1024} MiB at most)")

        browser.get("/admin/login/")
        form = {"username": "admin", "password": "admin", "next": "/admin/"}
        page = browser.open("/admin/login/?next=/admin/", form).decode()
        expect("Site administration" in page, "the admin lets admin in")
        saola.end(signal.SIGINT)


def raw_wsgi(copy: Path) -> None:
    """Two workers: one is killed, then the server."""
    arguments = ["-w", "2", "-b", "127.0.0.1:0", "--chdir", "examples/raw_wsgi"]
    with server(copy, "serve", *arguments, "raw_wsgi:app") as saola:
        browser = Browser(saola.port())
        expect(browser.get("/") == "Hello world\n", "/ answers")
        victim = int(browser.get("/pid"))
        os.kill(victim, signal.SIGKILL)
        answers = {browser.get("/pid") for _ in range(50)}
        expect(f"{victim}\n" not in answers, "requests go on while a killed worker is replaced")
        saola.end(signal.SIGKILL)


def flask_app(copy: Path) -> None:
    """A real framework, with the interpreter that has it."""
    arguments = ["-w", "2", "-b", "127.0.0.1:0", "--chdir", "examples/flask_app"]
    with server(copy, "serve", *arguments, "--python", sys.executable, "app:app") as saola:
        browser = Browser(saola.port())
        expect("Hello from Flask" in browser.get("/"), "/ answers")
        expect(browser.get("/json?name=e2e") == '{"hello":"e2e"}\n', "/json answers")
        saola.end(signal.SIGTERM)


def validated(copy: Path) -> None:
    """Every example behind ``wsgiref.validate``, which objects to what PEP 3333 does not allow."""
    state = copy / ".saola/demo"  # as the demo has left it
    folder = copy / ".saola/validated"
    folder.mkdir()
    apps = {
        "raw_wsgi": ("raw_wsgi", "raw_wsgi:app", sys.executable, ["/", "/env", "/stream"]),
        "flask_app": ("flask_app", "app:app", sys.executable, ["/", "/json?name=e2e", "/stream"]),
        "django_site": (
            "django_site",
            "mysite.wsgi:application",
            str(state / "venv/bin/python"),
            ["/", "/notes/", "/counter/checked/", "/stream/", "/download/?mb=1"],
        ),
    }
    for name, (example, target, python, paths) in apps.items():
        module, attribute = target.split(":")
        text = (
            f"from wsgiref.validate import validator\nfrom {module} import {attribute} as inner\n"
        )
        (folder / f"checked_{name}.py").write_text(f"{text}app = validator(inner)\n")
        arguments = ["--chdir", str(folder), "--pythonpath", str(copy / "examples" / example)]
        arguments += ["--python", python, "-e", f"DEMO_DATA={state / 'data'}", "-b", "127.0.0.1:0"]
        with server(copy, "serve", *arguments, f"checked_{name}:app") as saola:
            browser = Browser(saola.port())
            for path in paths:
                expect(bool(browser.open(path)), f"wsgiref.validate passes {example}{path}")
            saola.end(signal.SIGTERM)
            expect("AssertionError" not in saola.said(), f"it has nothing to say of {example}")


def server(copy: Path, *arguments: str) -> AbstractContextManager[Server]:
    """The copy's ``./saola``, gone afterwards."""
    return running(["./saola", *arguments], copy, temporary(copy))


def temporary(copy: Path) -> Path:
    """Where the servers put temporary files: beside the copy, so that leftovers are seen."""
    return copy.with_name(f"{copy.name}.tmp")


def copy_tracked(target: Path) -> None:
    """What git tracks, as it is now: a file that was never added is missing here too."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, check=True, stdout=-1)
    for name in listing.stdout.decode().split("\0"):
        source = CHECKOUT / name
        if name and source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def main() -> None:
    """Run them one after another."""
    copy = Path(sys.argv[1]).absolute()
    copy_tracked(copy)
    temporary(copy).mkdir()
    # Ended by ./check: leave by the way that ends the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        first_command(copy)
        image(copy)
        demo(copy)
        raw_wsgi(copy)
        flask_app(copy)
        validated(copy)
    except Failure as exc:
        sys.exit(f"not so: {exc}")


if __name__ == "__main__":
    main()
