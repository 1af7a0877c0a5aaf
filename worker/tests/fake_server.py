"""The server's side of the keeper's pipes and of the links, for one test at a time."""

from __future__ import annotations

import marshal
import mmap
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from saola_worker import wire

SOURCE = Path(__file__).parents[1] / "src"
TOKEN = b"0123456789abcdef0123456789abcdef0123"
PATIENCE = 15.0
SCOPE: dict[str, object] = {
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"localhost:8000")],
    "server": ("127.0.0.1", 8000),
}
SAMPLE = {"a": "b", "n": None, "l": "\xe9" * 300}


class Frame(NamedTuple):
    """One frame from a mold or worker."""

    kind: int
    flags: int
    lines: int
    stream: int
    payload: bytes


def frames_in(data: bytes) -> tuple[list[Frame], bytes]:
    """Take bytes apart: whole frames, and what is left."""
    frames = []
    while len(data) >= 12:
        length, kind, flags, count, stream = struct.unpack_from("<IBBHI", data)
        if len(data) < 12 + length:
            break
        frames.append(Frame(kind, flags, count, stream, data[12 : 12 + length]))
        data = data[12 + length :]
    return frames, data


def environ(**more: str) -> dict[str, object]:
    """Return what the server says about a GET of /."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "localhost:8000",
        **more,
    }


def request(stream: int, blob: dict[str, object], body: bytes = b"", path: str = "") -> bytes:
    """Return a Request frame, without a body, with one, or with a file's path."""
    packed = marshal.dumps([blob], 2)
    if not body and not path:
        return wire.frame(wire.REQUEST, stream, packed)
    rest = body or os.fsencode(path)
    payload = struct.pack("<I", len(packed)) + packed + rest
    return wire.frame(wire.REQUEST, stream, payload, flags=1 if body else 2)


def ask(
    stream: int, path: str = "/", body: bytes | None = None, more: bool = False, **given: object
) -> bytes:
    """Return a Request frame to an ASGI worker."""
    blob = marshal.dumps([{"path": path, **given}], 2)
    if body is None:
        return wire.frame(wire.REQUEST, stream, blob)
    payload = struct.pack("<I", len(blob)) + blob + body
    return wire.frame(wire.REQUEST, stream, payload, flags=5 if more else 1)


class Peer:
    """One link, seen from the server."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.receives = 0
        self._frames: deque[Frame] = deque()
        self._rest = b""

    def send(self, *frames: bytes) -> None:
        self.sock.sendall(b"".join(frames))

    def next(self, patience: float = PATIENCE) -> Frame:
        """Wait for the next frame."""
        while not self._frames:
            self.sock.settimeout(patience)
            data = self.sock.recv(1 << 20)
            if not data:
                raise EOFError("the link has ended")
            self.receives += 1
            frames, self._rest = frames_in(self._rest + data)
            self._frames.extend(frames)
        return self._frames.popleft()

    def expect(self, kind: int) -> Frame:
        frame = self.next()
        assert frame.kind == kind, frame
        return frame

    def answer(self) -> tuple[str, dict[str, str], bytes]:
        """Wait for a whole response, in one frame or in pieces, and grant credit."""
        frame = self.next()
        if frame.kind == wire.RESPONSE:
            size = struct.unpack_from("<I", frame.payload)[0]
            return (*head(frame, frame.payload[4 : 4 + size]), frame.payload[4 + size :])
        assert frame.kind == wire.HEAD, frame
        status, headers = head(frame, frame.payload)
        body = b""
        while (piece := self.next()).kind == wire.DATA:
            body += piece.payload
            self.send(credit(piece.stream, len(piece.payload)))
        assert (piece.kind, piece.flags) == (wire.END, 0), piece
        return status, headers, body

    def ended(self) -> bool:
        try:
            self.next()
        except (EOFError, ConnectionResetError):
            return True
        return False


def head(frame: Frame, data: bytes) -> tuple[str, dict[str, str]]:
    lines = data.decode("latin-1").split("\n")
    assert len(lines) == frame.lines
    return lines[0], dict(zip(lines[1::2], lines[2::2], strict=True))


def credit(stream: int, size: int) -> bytes:
    return wire.frame(wire.CREDIT, stream, struct.pack("<I", size))


def default_settings(chdir: str) -> dict[str, object]:
    """Return what a Welcome says where a test wants nothing else."""
    return {
        "target": "app:app",
        "chdir": chdir,
        "pythonpath": "",
        "env": {},
        "load": "prewarm",
        "interface": "auto",
        "factory": False,
        "warmup": [],
        "warmup_policy": "fail",
        "warmup_timeout": 30_000,
        "refork": False,
        "threads": 1,
        "loop": "asyncio",
        "lifespan": "auto",
        "asgi_threads": 4,
        "timeout_grace": 1_000,
        "multiprocess": True,
        "window": 262_144,
        "page": "",
        "arena": "",
        "watch": "",
        "static": False,
        "environ": {"SERVER_SOFTWARE": "saola/test"},
        "scope": SCOPE,
    }


class FakeServer:
    """A keeper and what is below it, and a folder for all of them."""

    def __init__(self, python: str = sys.executable) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="saola-"))
        self.run = self.root / "run 1%"  # a name that must be encoded
        self.run.mkdir(mode=0o700)
        self.app = self.root / "app"
        self.app.mkdir()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.run / "link.sock"))
        self.listener.listen()
        self.listener.settimeout(PATIENCE)
        self.settings = default_settings(str(self.app))
        self.fifos: dict[str, int] = {}
        self.output: dict[str, bytes] = {}
        self.peers: list[Peer] = []
        self.pages: dict[int, memoryview] = {}
        self.page_size = 4_096
        self.lines: deque[str] = deque()
        self._rest = b""
        start = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); "
        start += "from saola_worker.keeper import main; main()"
        with (self.root / "stderr").open("wb") as errors:
            self.keeper = subprocess.Popen(
                [python, "-S", "-c", start, " " * 120],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def close(self) -> None:
        """End the keeper, and see that it ends."""
        assert self.keeper.stdin is not None
        assert self.keeper.stdout is not None
        self.keeper.stdin.close()
        code = self.keeper.wait(PATIENCE)
        self.keeper.stdout.close()
        for fd in self.fifos.values():
            os.close(fd)
        for peer in self.peers:
            peer.sock.close()
        self.listener.close()
        errors = (self.root / "stderr").read_text()
        shutil.rmtree(self.root)
        assert (code, errors) == (0, "")

    # The pipes

    def tell(self, line: str) -> None:
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(line.encode() + b"\n")
        self.keeper.stdin.flush()

    def line(self) -> list[str]:
        """Wait for the keeper's next line."""
        assert self.keeper.stdout is not None
        fd = self.keeper.stdout.fileno()
        while not self.lines:
            assert select.select([fd], [], [], PATIENCE)[0], "the keeper says nothing"
            data = os.read(fd, 65_536)
            if not data:
                raise EOFError("the keeper has closed its reports")
            *lines, self._rest = (self._rest + data).split(b"\n")
            self.lines.extend(line.decode() for line in lines)
        return self.lines.popleft().split(" ")

    def expect(self, *words: object) -> list[str]:
        """Wait for a line that starts with these words."""
        line = self.line()
        assert line[: len(words)] == [str(word) for word in words], line
        return line

    def begin(self, clean: str = "") -> None:
        run = str(self.run).replace("%", "%25").replace(" ", "%20")
        self.tell(f"start {run} {TOKEN.decode()} {clean}".rstrip())
        self.expect("started", self.keeper.pid)

    def fifo(self, name: str) -> None:
        self.tell(f"fifo {name}")
        self.expect("fifo", name)
        self.fifos[name] = os.open(self.run / name, os.O_RDONLY | os.O_NONBLOCK)
        self.output[name] = b""

    def read_output(self, name: str, until: bytes) -> bytes:
        """Wait until something has been written to a FIFO."""
        end = time.monotonic() + PATIENCE
        while until not in self.output[name]:
            left = end - time.monotonic()
            poll = select.poll()
            poll.register(self.fifos[name], select.POLLIN)
            ready = poll.poll(max(0, left * 1_000))
            assert ready, self.output[name]
            self.output[name] += os.read(self.fifos[name], 65_536)
        return self.output[name]

    # The links

    def write_app(self, text: str, name: str = "app.py") -> None:
        path = self.app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def welcome(self, page: str = "") -> bytes:
        sample = marshal.dumps(SAMPLE, 2)
        settings = marshal.dumps({**self.settings, "page": page}, 2)
        return wire.frame(wire.WELCOME, payload=struct.pack("<I", len(sample)) + sample + settings)

    def accept(self, page: str = "") -> tuple[Peer, Frame]:
        sock, _ = self.listener.accept()
        peer = Peer(sock)
        self.peers.append(peer)
        hello = peer.expect(wire.HELLO)
        peer.send(self.welcome(page))
        assert peer.expect(wire.AGREED).payload == ascii(SAMPLE).encode()
        return peer, hello

    def mold(self, generation: int = 7) -> tuple[Peer, int]:
        """Have a mold forked, and shake hands with it."""
        if "mold" not in self.fifos:
            self.fifo("mold")
        self.tell(f"mold {generation}")
        pid = int(self.expect("mold", generation)[2])
        peer, hello = self.accept()
        assert struct.unpack("<IBBBBIIIH36s", hello.payload) == (
            *(1, 0, *sys.version_info[:3]),
            *(pid, 0, generation, 0, TOKEN),
        )
        return peer, pid

    def ready_mold(self, generation: int = 7) -> Peer:
        peer, _ = self.mold(generation)
        ready = peer.next()
        assert ready.kind == wire.READY, ready
        return peer

    def make_page(self, slot: int) -> str:
        path = self.run / f"page-{slot}"
        path.write_bytes(bytes(self.page_size))
        with path.open("r+b") as file:
            self.pages[slot] = memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")
        return str(path)

    def fork(self, mold: Peer, slot: int, generation: int = 7) -> tuple[Peer, int]:
        """Have a worker forked, and shake hands with it."""
        name = f"slot-{slot}"
        if name not in self.fifos:
            self.fifo(name)
        mold.send(wire.frame(wire.FORK, payload=struct.pack("<I", slot)))
        pid = int(self.expect("forked", generation, slot)[3])
        peer, hello = self.accept(self.make_page(slot))
        assert struct.unpack("<IBBBBIIIH36s", hello.payload)[5:8] == (pid, slot, generation)
        return peer, pid

    def worker(self, slot: int = 3) -> tuple[Peer, int]:
        """Start everything that one ready worker needs."""
        self.begin()
        peer, pid = self.fork(self.ready_mold(), slot)
        assert peer.next().kind == wire.READY
        return peer, pid


def alive(pid: int) -> bool:
    """Whether a process is there, and not only its zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(*pids: int, seconds: float) -> None:
    eventually(lambda: not any(map(alive, pids)), seconds)


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for what announces itself by no event: a shared word, a process that goes."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


# Apps

HELLO = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello world\\n"]
"""


PATHS = """
import os, subprocess, sys, time

def app(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [])
    return globals()[path[1:]](environ)
"""


def get(peer: Peer, path: str, stream: int = 1) -> bytes:
    peer.send(request(stream, environ(PATH_INFO=path)))
    status, _, body = peer.answer()
    assert status == "200 OK"
    return body


def wait_for_start(server: FakeServer, slot: int, stream: int = 1) -> None:
    eventually(lambda: server.pages[slot][0] >= stream)


ASGI_APP = """
import asyncio, contextvars, json, os, sys, time

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise RuntimeError("not supported")
    name = scope["path"][1:]
    if not name:
        return await answer(send, b"hello world\\n")
    await globals()[name](scope, receive, send)

async def answer(send, body, status=200):
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})
"""
