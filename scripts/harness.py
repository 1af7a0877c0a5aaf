"""What the end-to-end checks share: a server that they start, and a browser that asks it.

A check prints each promise that was kept, and ends with a ``Failure`` at the first that was not.
Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import http.cookiejar
import os
import re
import signal
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):(\d+)")
BUILD_AND_START, STOP, LEFTOVERS = 300.0, 15.0, 2.0  # seconds
MEBIBYTE = 1_048_576


class Failure(Exception):
    """A promise that was not kept."""


def expect(kept: bool, promise: str) -> None:
    """Fail unless it was kept."""
    if not kept:
        raise Failure(promise)
    print(f"  {promise}", flush=True)


class Server:
    """One run of a server, what it said, and every process below it."""

    def __init__(
        self, command: Sequence[str], folder: Path, temporary: Path, env: Mapping[str, str]
    ) -> None:
        print(" ".join(command), flush=True)
        self._temporary = temporary
        self._said: list[str] = []
        self._heard = threading.Condition()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "TMPDIR": str(temporary), **env},
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
        """Send random bytes as a file of a form; the page that answers, and their SHA-256."""
        # Long, because Django takes a short one for a boundary wherever it stands in random bytes.
        boundary = "e2e" + os.urandom(16).hex()
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        content_type = f"multipart/form-data; boundary={boundary}"
        return self._post(path, mebibytes, content_type, head, f"\r\n--{boundary}--\r\n")

    def post(self, path: str, mebibytes: int) -> tuple[str, str]:
        """The same, without a form."""
        return self._post(path, mebibytes, "application/octet-stream", "", "")

    def _post(
        self, path: str, mebibytes: int, content_type: str, head: str, tail: str
    ) -> tuple[str, str]:
        block, digest = os.urandom(MEBIBYTE), hashlib.sha256()

        def body() -> Iterator[bytes]:
            yield head.encode()
            for number in range(mebibytes):
                piece = number.to_bytes(8, "big") + block[8:]
                digest.update(piece)
                yield piece
            yield tail.encode()

        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        length = len(head) + mebibytes * MEBIBYTE + len(tail)
        headers = {"Content-Type": content_type, "Content-Length": str(length)}
        connection.request("POST", path, body(), headers)
        page = connection.getresponse().read().decode()
        connection.close()
        return page, digest.hexdigest()


def serving(against: str, python: str, chdir: Path, target: str, *flags: str) -> list[str]:
    """The command that serves an ASGI app on a free port: Saola's, or Uvicorn's to compare with."""
    if against == "uvicorn":
        command = [python, "-m", "uvicorn", "--port", "0", "--timeout-graceful-shutdown", "2"]
        return [*command, "--app-dir", str(chdir), target]
    command = ["./saola", "serve", "-b", "127.0.0.1:0", "--graceful-timeout", "5"]
    return [*command, "--python", python, "--chdir", str(chdir), *flags, target]


@contextlib.contextmanager
def running(
    command: Sequence[str], folder: Path, temporary: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server that is gone afterwards, whose output is shown when something fails.

    What it keeps in files lies in the temporary folder, which has to be empty when it ends.
    """
    server = Server(command, folder, temporary, env or {})
    try:
        yield server
    except BaseException:
        print(f"--- its output:\n{server.said()}---", flush=True)
        raise
    finally:
        server.abandon()


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
