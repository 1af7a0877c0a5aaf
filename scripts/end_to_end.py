"""The promises of README, kept by a clean copy of this checkout: ``end_to_end.py FOLDER``.

Copies what git tracks to FOLDER, runs the commands there as a person would, asks for every page of
the demo over real sockets, and looks at what is left when they end. Standard library only, except
that the interpreter it runs with must have Flask, for the last server.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import http.cookiejar
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):(\d+)")
BUILD_AND_START, STOP, LEFTOVERS = 300.0, 15.0, 2.0  # seconds
PEAK_KIB = 150 * 1024
MEBIBYTE = 1_048_576


class Failure(Exception):
    """A promise that was not kept."""


def expect(kept: bool, promise: str) -> None:
    """Fail unless it was kept."""
    if not kept:
        raise Failure(promise)
    print(f"  {promise}", flush=True)


class Server:
    """One run of ``./saola``, what it said, and every process below it."""

    def __init__(self, copy: Path, *arguments: str) -> None:
        print(f"./saola {' '.join(arguments)}", flush=True)
        self._temporary = temporary(copy)
        self._said: list[str] = []
        self._heard = threading.Condition()
        self.process = subprocess.Popen(
            ["./saola", *arguments],
            cwd=copy,
            env={**os.environ, "TMPDIR": str(self._temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._below: dict[int, str] = {}
        self._shared: set[Path] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._heard:
                self._said.append(line)
                self._heard.notify_all()
        with self._heard:
            self._said.append("")
            self._heard.notify_all()

    def port(self) -> int:
        """The port it says it listens on, once it does."""
        end = time.monotonic() + BUILD_AND_START
        with self._heard:
            while True:
                if found := ADDRESS.search("".join(self._said)):
                    return int(found[1])
                if (self._said and self._said[-1] == "") or time.monotonic() > end:
                    raise Failure("it starts and says its address")
                self._heard.wait(1)

    def said(self) -> str:
        """All output so far."""
        with self._heard:
            return "".join(self._said)

    def remember(self) -> None:
        """Note what is below it now: processes by pid and start time, folders in shared memory."""
        self._below |= descendants(self.process.pid)
        for pid in (self.process.pid, *self._below):
            self._shared |= shared_memory(pid)

    def left(self) -> list[int]:
        """Those of them that still run."""
        return [pid for pid, started in self._below.items() if start_time(pid) == started]

    def files(self) -> list[Path]:
        """What it left in shared memory and in the temporary folder."""
        shared = [folder for folder in self._shared if folder.exists()]
        return [*shared, *self._temporary.iterdir()]

    def end(self, signal_number: int) -> None:
        """Send it a signal and expect that nothing of it remains."""
        self.remember()
        expect(len(self._below) > 1, f"it has processes below it ({len(self._below)})")
        # A terminal sends Ctrl-C to the whole group.
        send = os.killpg if signal_number == signal.SIGINT else os.kill
        send(self.process.pid, signal_number)
        name = signal.Signals(signal_number).name
        try:
            code = self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            raise Failure(f"{name} ends it within {STOP:.0f} s") from None
        expect(code in (0, 130, -signal_number), f"{name} ends it (exit code {code})")
        expect(until(LEFTOVERS, lambda: not self.left()), "no process of it is left after 2 s")
        # The pages in it lose their names when they are mapped; the folder must go at the end.
        expect(len(self._shared) == 1, "it had one folder in shared memory")
        expect(until(LEFTOVERS, lambda: not self.files()), "no file of it is left either")

    def abandon(self) -> None:
        """End whatever is left of it, by pid."""
        if self.process.poll() is None:
            self.remember()
            self.process.kill()
            self.process.wait()
        until(LEFTOVERS + 1, lambda: not self.left())
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Browser:
    """Fetches pages from one server, keeping its cookies."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._port = port
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._cookies)
        )

    def get(self, path: str) -> str:
        """A page as text."""
        return self.open(path).decode()

    def open(self, path: str, form: dict[str, str] | None = None) -> bytes:
        """A page's bytes; POST if there is a form. A form carries the CSRF token of its cookie."""
        request = urllib.request.Request(self.address + path)
        if form is not None:
            tokens = {c.name: c.value or "" for c in self._cookies}
            form = {"csrfmiddlewaretoken": tokens.get("csrftoken", ""), **form}
            request.data = urllib.parse.urlencode(form).encode()
        with self._opener.open(request, timeout=30) as response:
            body: bytes = response.read()
            return body

    def pieces(self, path: str) -> Iterator[tuple[float, bytes]]:
        """What arrives of a page, and when."""
        start = time.monotonic()
        with self._opener.open(self.address + path, timeout=30) as response:
            while piece := response.read1(MEBIBYTE):
                yield time.monotonic() - start, piece

    def upload(self, path: str, mebibytes: int) -> tuple[str, str]:
        """Send random bytes as a file; the page that answers and the SHA-256 of what was sent."""
        block, digest = os.urandom(MEBIBYTE), hashlib.sha256()
        # Long, because Django takes a short one for a boundary wherever it stands in random bytes.
        boundary = b"e2e" + os.urandom(16).hex().encode()
        head = (
            b"--"
            + boundary
            + b'\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        )
        tail = b"\r\n--" + boundary + b"--\r\n"

        def body() -> Iterator[bytes]:
            yield head
            for number in range(mebibytes):
                piece = number.to_bytes(8, "big") + block[8:]
                digest.update(piece)
                yield piece
            yield tail

        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        length = len(head) + mebibytes * MEBIBYTE + len(tail)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary.decode()}",
            "Content-Length": str(length),
        }
        connection.request("POST", path, body(), headers)
        page = connection.getresponse().read().decode()
        connection.close()
        return page, digest.hexdigest()


def first_command(copy: Path) -> None:
    """Whatever it is, it builds; and it means the folder that it was typed in."""
    print("saola check, from another folder", flush=True)
    folder = temporary(copy)
    run = subprocess.run([copy / "saola", "check"], cwd=folder, check=True, stdout=-1)
    shown = re.findall(r"^chdir +(.*\S) +default$", run.stdout.decode(), re.MULTILINE)
    expect(shown == [str(folder)], "the first command builds, and stays in its folder")


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


@contextlib.contextmanager
def server(copy: Path, *arguments: str) -> Iterator[Server]:
    """A server that is gone afterwards, whose output is shown when something fails."""
    saola = Server(copy, *arguments)
    try:
        yield saola
    except BaseException:
        print(f"--- its output:\n{saola.said()}---", flush=True)
        raise
    finally:
        saola.abandon()


def descendants(top: int) -> dict[int, str]:
    """The processes below a process, with their start times."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := stat_fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = {}, [top]
    while todo:
        for child in children.get(todo.pop(), []):
            found[child] = start_time(child)
            todo.append(child)
    return found


def stat_fields(pid: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent, …; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def start_time(pid: int) -> str:
    """When a process started, in clock ticks since boot; '' if it is gone or only unreaped."""
    fields = stat_fields(pid)
    return fields[19] if fields and fields[0] != "Z" else ""


def shared_memory(pid: int) -> set[Path]:
    """The folders in /dev/shm from which a process has mapped something, named or unlinked."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return set()
    return {Path(folder) for folder in re.findall(r" (/dev/shm/[^/\s]+)/", maps)}


def peak_kib(pid: int) -> int:
    """The most memory that a process has had resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])


def until(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


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
        demo(copy)
        raw_wsgi(copy)
        flask_app(copy)
        validated(copy)
    except Failure as exc:
        sys.exit(f"not so: {exc}")


if __name__ == "__main__":
    main()
