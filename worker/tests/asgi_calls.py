"""ASGI apps called without sockets, and the frames that come of it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fake_server import SCOPE, Frame, frames_in
from saola_worker import wire
from saola_worker.asgi import Exchange
from saola_worker.streams import Stream, serve

T = TypeVar("T")
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

PLAIN = [(b"content-type", b"text/plain")]
START = {"type": "http.response.start", "status": 200, "headers": PLAIN}
KINDS = {
    wire.RESPONSE: "response",
    wire.HEAD: "head",
    wire.DATA: "data",
    wire.END: "end",
    wire.FILE: "file",
    wire.FAILED: "failed",
    wire.EARLY_HINTS: "hints",
    wire.TRAILERS: "trailers",
    wire.CREDIT: "credit",
    wire.ACCEPT: "accept",
    wire.MESSAGE: "message",
    wire.CLOSE: "close",
}


class List:
    """A sink that keeps frames."""

    def __init__(self, window: int = 1 << 20) -> None:
        self.window = window
        self.full = False
        self.frames: list[Frame] = []
        self.forgotten: list[Stream] = []
        self.room = asyncio.Event()

    def answer(self, data: bytes) -> None:
        frames, rest = frames_in(data)
        assert not rest
        self.frames += frames

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        if len(head) + len(body) > wire.MAX_FRAME:
            return False
        self.answer(wire.response(stream, count, head, body))
        return True

    def large_data(self, stream: int, piece: memoryview) -> None:
        self.answer(wire.frame(wire.DATA, stream, bytes(piece)))

    def piece(self, data: bytes) -> None:
        self.answer(data)

    async def drain(self) -> None:
        await self.room.wait()

    def ended(self, stream: Stream) -> None:
        self.forgotten.append(stream)

    @property
    def kinds(self) -> list[str]:
        return [KINDS[frame.kind] + self._flag(frame) for frame in self.frames]

    @staticmethod
    def _flag(frame: Frame) -> str:
        if not frame.flags:
            return ""
        return " of files" if frame.kind == wire.HEAD else " aborted"

    def response(self) -> tuple[list[bytes], bytes]:
        """Return head and body of the one frame there should be."""
        assert self.kinds == ["response"]
        return taken_apart(self.frames[0])

    def body(self) -> bytes:
        return b"".join(frame.payload for frame in self.frames if frame.kind == wire.DATA)

    def failure(self) -> str:
        """Return what the error log would say."""
        (text,) = [frame.payload for frame in self.frames if frame.kind == wire.FAILED]
        return text.decode()


def taken_apart(frame: Frame) -> tuple[list[bytes], bytes]:
    size = struct.unpack_from("<I", frame.payload)[0]
    return lines(frame, frame.payload[4 : 4 + size]), frame.payload[4 + size :]


def lines(frame: Frame, head: bytes) -> list[bytes]:
    found = head.split(b"\n")
    assert len(found) == frame.lines
    return found


class Call:
    """One call of an app, under way."""

    stream: type[Any] = Exchange

    def __init__(self, app: App, sink: List, **more: Any) -> None:
        self.sink = sink
        self.exchange = self.stream(sink, 9, {**SCOPE, "type": "http", **more})
        self._app = app

    def start(self) -> None:
        work = serve(self._app, self.exchange, self.exchange.scope)
        self.exchange.task = self.task = asyncio.get_running_loop().create_task(work)

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            await asyncio.sleep(0)

    async def idle(self) -> None:
        """Let the app do what it can."""
        for _ in range(20):
            await asyncio.sleep(0)


def call(app: App, data: bytes = b"", **more: Any) -> List:
    """Call an app that needs nothing but its request."""

    async def main() -> List:
        call = Call(app, List(), **more)
        call.exchange.body = data
        call.start()
        await call.task
        assert {frame.stream for frame in call.sink.frames} == {9}
        assert call.sink.forgotten == [call.exchange]
        return call.sink

    return run(main())


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 10))


def sending(*messages: Message) -> App:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


def body(data: Any = b"", more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
