"""One app for WSGI and ASGI whose requests stop, or end their worker, where the query says.

``?name=`` is the request's own. ``at=`` says where it stops: begin, or, with two pieces of its
answer still to come, head (one has left), half (the same, with a length) or between (two have
left). There it does what ``do=`` says: wait for the test, exit, kill or segfault; with ``once=1``
only the first time. ``open=`` lets others through that wait.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOLDER = Path(os.environ["WHOLE_DIR"])
PATIENCE = 60.0
PIECE = bytes(65_536)
FLOOD = 1024


class Play:
    """What one request is to do."""

    def __init__(self, query: str) -> None:
        words = parse_qs(query)
        self.name = words.get("name", ["-"])[0]
        self.at = words.get("at", [""])[0]
        self._do = words.get("do", [""])[0]
        self._open = words.get("open", [])
        self._once = "once" in words
        ran = os.open(FOLDER / "ran", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(ran, f"{self.name} {os.getpid()}\n".encode())
        os.close(ran)

    def reach(self, point: str) -> bool:
        """Whether the request has to wait here; it may not come back at all."""
        if point != self.at:
            return False
        if self._once:
            marker = FOLDER / f"{self.name}.once"
            if marker.exists():
                return False
            marker.touch()
        for name in self._open:
            (FOLDER / f"{name}.go").touch()
        if self._do == "exit":
            os._exit(7)
        if self._do == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._do == "segfault":
            ctypes.string_at(0)
        (FOLDER / f"{self.name}.in").touch()
        return True

    def may_go(self) -> bool:
        """Whether the test lets it through."""
        return (FOLDER / f"{self.name}.go").exists()

    def wait(self, point: str) -> None:
        """Stop here if it has to."""
        end = time.monotonic() + PATIENCE
        if self.reach(point):
            while not self.may_go() and time.monotonic() < end:
                time.sleep(0.002)

    async def wait_async(self, point: str) -> None:
        """The same in an event loop."""
        end = time.monotonic() + PATIENCE
        if self.reach(point):
            while not self.may_go() and time.monotonic() < end:
                await asyncio.sleep(0.002)

    def sent(self, pieces: int) -> None:
        """Say how many pieces of a flood have left the app."""
        (FOLDER / f"{self.name}.sent").write_text(str(pieces))

    def length(self) -> list[tuple[str, str]]:
        """The header that announces the length, where there is one."""
        return [("Content-Length", "12")] if self.at == "half" else []


PIECES = ((b"one\n", "head"), (b"two\n", "between"), (b"six\n", ""))


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the body's size and digest, or in pieces."""
    play = Play(environ["QUERY_STRING"])
    body = environ["wsgi.input"].read()
    play.wait("begin")
    if environ["PATH_INFO"] == "/flood":
        start_response("200 OK", [])
        return _flood(play)
    if play.at in ("", "begin"):
        text = _digest(body)
        start_response("200 OK", [("Content-Length", str(len(text)))])
        return [text]
    start_response("200 OK", play.length())
    return _pieces(play)


def _pieces(play: Play) -> Iterator[bytes]:
    for piece, point in PIECES:
        yield piece
        play.wait("half" if play.at == "half" and point == "head" else point)


def _flood(play: Play) -> Iterator[bytes]:
    for i in range(FLOOD):
        play.sent(i)
        yield PIECE


Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def asgi(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The same, and WebSockets that say where they are and then everything again."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    play = Play(scope["query_string"].decode())
    if scope["type"] == "websocket":
        await play.wait_async("begin")
        await _talk(receive, send)
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await play.wait_async("begin")
    if scope["path"] == "/flood":
        await _start(send, [])
        for i in range(FLOOD):
            play.sent(i)
            await _piece(send, PIECE)
        await _piece(send, b"", more=False)
    elif play.at in ("", "begin"):
        text = _digest(body)
        await _start(send, [("Content-Length", str(len(text)))])
        await _piece(send, text, more=False)
    else:
        await _start(send, play.length())
        for piece, point in PIECES:
            await _piece(send, piece, more=bool(point))
            await play.wait_async("half" if play.at == "half" and point == "head" else point)


async def _talk(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(os.getpid())})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def _start(send: Send, headers: list[tuple[str, str]]) -> None:
    fields = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": 200, "headers": fields})


async def _piece(send: Send, piece: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": more})


def _digest(body: bytes) -> bytes:
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}\n".encode()
