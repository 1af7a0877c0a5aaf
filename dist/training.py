"""The run of the server that its image learns from.

The classes that the server loads here, it has at hand when it is started from the image; so this
run does what servers do: many small answers and some of each other kind, for a WSGI app and, after
a reload, for an ASGI app; and an orderly end. What comes often enough to be compiled to the full is
what the image knows of the methods; what never came, a server that is started from it compiles anew
when it does. Each stretch has an end in seconds.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

CONNECTIONS = 64
REQUESTS, SECONDS = 6_000, 5.0  # in one stretch, whichever comes first
STRETCHES = 5  # so that clients come and go
START, STOP = 120.0, 120.0  # seconds
ODD_ROUNDS = 5
APP = Path(__file__).with_name("training_app.py")
CODINGS = ("gzip", "br", "zstd")

ADDRESS = re.compile(r"serves training_app:app on http://127\.0\.0\.1:(\d+)")
LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")
HELLO = (
    b"GET /%b HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    b"Accept: text/html,*/*;q=0.8\r\nAccept-Language: en\r\nCookie: session=0123456789\r\n\r\n"
)
POST = b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000\r\n\r\n" + bytes(10_000)
UPGRADE = (
    b"GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Problem(Exception):
    """Why the server could not be trained, in one line."""


@contextlib.contextmanager
def scratch(folder: Path) -> Iterator[None]:
    """A folder for one run: an app that can be reloaded, a file to serve, and what is said."""
    folder.mkdir()
    try:
        shutil.copy(APP, folder)
        (folder / "interface").write_text("wsgi")
        (folder / "files").mkdir()
        (folder / "files" / "site.css").write_text("body { margin: 0 }\n" * 500)
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def train(java: Sequence[str], home: Path, folder: Path) -> None:
    """Start the server, keep it busy, and end it; only an end that it reaches itself counts."""
    said = folder / "said.txt"
    command = [*java, "serve", "--bind", "127.0.0.1:0", "--workers", "1", "--chdir", str(folder)]
    command += ["--python", sys.executable, "--static", f"/files/={folder / 'files'}"]
    command += ["--access-logfile", str(folder / "access.log"), "training_app:app"]
    command[1:1] = [f"-Dsaola.home={home}"]
    # What the operator has set for his server would be obeyed here as well.
    own = {name: text for name, text in os.environ.items() if not name.startswith("SAOLA_")}
    with said.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=folder, env=own, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        port = int(wait_for(ADDRESS, server, said)[1])
        exercise(port, ["", "", "", "page", "10k"])
        (folder / "interface").write_text("asgi")
        server.send_signal(signal.SIGHUP)
        wait_for(re.compile("reloaded gen=2"), server, said)
        exercise(port, ["", "", "", "page", "10k"])
        for _ in range(ODD_ROUNDS):
            chat(port)
        server.terminate()
        server.wait(STOP)
    except subprocess.TimeoutExpired:
        raise Problem("the server that trains the cache did not end" + last(said)) from None
    except (OSError, http.client.HTTPException) as problem:
        raise Problem(f"the server that trains the cache: {problem!r}" + last(said)) from None
    finally:
        server.kill()
        server.wait()
    if server.returncode != 0:
        raise Problem("the server that trains the cache failed" + last(said))


def wait_for(line: re.Pattern[str], server: subprocess.Popen[bytes], said: Path) -> re.Match[str]:
    """What the server says once it has done it."""
    end = time.monotonic() + START
    while True:
        if found := line.search(said.read_text("utf-8", "replace")):
            return found
        if server.poll() is not None:
            raise Problem("the server that trains the cache has ended" + last(said))
        if time.monotonic() > end:
            raise Problem("the server that trains the cache is not ready" + last(said))
        time.sleep(0.01)


def last(said: Path) -> str:
    """The last thing the server said, for a message."""
    lines = [line for line in said.read_text("utf-8", "replace").splitlines() if line.strip()]
    return f": {lines[-1].strip()}" if lines else ""


# --- load ----------------------------------------------------------------------------------------


def exercise(port: int, paths: Sequence[str]) -> None:
    """Small answers by the thousand, and the rest of what clients do."""
    hello = HELLO % b""
    for _ in range(STRETCHES):
        load(port, [hello], REQUESTS)
        load(port, [HELLO % path.encode() for path in paths] + [POST], REQUESTS // 10)
        load(port, [hello, hello, hello, HELLO % b"slow"], REQUESTS // 100)
        for client in CLIENTS:
            client(port)


def load(port: int, requests: Sequence[bytes], count: int) -> None:
    """So many requests on kept connections, each by turns."""
    with contextlib.ExitStack() as stack:
        poll = stack.enter_context(select.epoll())
        clients: dict[int, Client] = {}
        for start in range(CONNECTIONS):
            client = Client(stack.enter_context(connect(port)), requests, start)
            clients[client.socket.fileno()] = client
            poll.register(client.socket, select.EPOLLIN)
            client.ask()
        end = time.monotonic() + SECONDS
        while count > 0 and time.monotonic() < end:
            for number, _ in poll.poll(1.0):
                count -= clients[number].hear()


class Client:
    """A kept connection on which one request follows the other."""

    def __init__(self, connection: socket.socket, requests: Sequence[bytes], start: int) -> None:
        self.socket = connection
        self._requests = requests
        self._next = start
        self._left = -1  # bytes of the answer that have not come; -1 before its head has
        self._head = b""

    def ask(self) -> None:
        """Send the next request."""
        self.socket.sendall(self._requests[self._next % len(self._requests)])
        self._next += 1
        self._left = -1
        self._head = b""

    def hear(self) -> bool:
        """Take what has come, and ask again once the answer is complete."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("a connection was closed")
        if self._left >= 0:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = LENGTH.search(self._head, 0, end + 2)
            if length is None:
                raise ConnectionError("an answer without a length")
            self._left = int(length[1]) - (len(self._head) - end - 4)
        if self._left == 0:
            self.ask()
            return True
        return False


def connect(port: int) -> socket.socket:
    """A connection on which nobody waits for ever."""
    return socket.create_connection(("127.0.0.1", port), START)


# --- the rest of what clients do -----------------------------------------------------------------


def browse(port: int) -> None:
    """Every kind of answer, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START)
    with contextlib.closing(connection):
        for coding in CODINGS:
            for path in ("/page", "/stream", "/files/site.css"):
                ask(connection, "GET", path, {"Accept-Encoding": coding})
        tag = ask(connection, "GET", "/files/site.css", {})["ETag"]
        ask(connection, "GET", "/files/site.css", {"If-None-Match": tag or "*"})
        ask(connection, "GET", "/files/site.css", {"Range": "bytes=10-99"})
        ask(connection, "GET", "/files/none", {})
        ask(connection, "HEAD", "/page", {})
        ask(connection, "GET", "/stream", {"Connection": "close"})


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str]
) -> http.client.HTTPMessage:
    """One request, and its answer read to the end."""
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.headers


def send_in_pieces(port: int) -> None:
    """A body with chunks, as one comes that is generated."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START)
    with contextlib.closing(connection):
        connection.request("POST", "/echo", iter([b"a" * 1000] * 100), encode_chunked=True)
        connection.getresponse().read()


def leave_early(port: int) -> None:
    """A request that is not finished, and an answer that nobody takes."""
    for request in (HELLO[:40], HELLO % b"stream"):
        with connect(port) as connection:
            connection.sendall(request)


def hang_up(port: int) -> None:
    """A reset instead of an end, before the answer and in the middle of it."""
    for path, read in ((b"slow", 0), (b"stream", 100)):
        with connect(port) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(HELLO % path)
            if read:
                connection.recv(read)


def blunder(port: int) -> None:
    """What is no HTTP, and what is too old for a kept connection."""
    for request in (b"nonsense\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"):
        with connect(port) as connection:
            connection.sendall(request)
            while connection.recv(65536):
                pass


CLIENTS: Sequence[Callable[[int], None]] = (
    browse,
    send_in_pieces,
    leave_early,
    hang_up,
    blunder,
)


def chat(port: int) -> None:
    """A WebSocket: a message and its echo, and the close."""
    with connect(port) as connection, connection.makefile("rb") as incoming:
        connection.sendall(UPGRADE)
        while incoming.readline().strip():
            pass
        for _ in range(10):
            connection.sendall(b"\x81\x8c\0\0\0\0Hello, world")
            incoming.read(14)
        connection.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
        incoming.read()
