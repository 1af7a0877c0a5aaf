"""What a worker with an event loop sends: collected until the end of the loop's turn.

Sending never waits. What the socket does not take is sent when the server has read, and beyond a
high-water mark streams are told that there is no more room.
"""

from __future__ import annotations

from .link import BATCH, LARGE_BATCH
from .wire import answer_parts, data_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

    from .link import Link
    from .streams import Stream

_HIGH = 262_144  # bytes that wait for the server: no more is taken from streams
_LOW = 65_536


class LoopLink:
    """A sink for frames on top of a link whose handshake is done. For one thread."""

    def __init__(self, link: Link, loop: AbstractEventLoop, streams: dict[int, Stream]) -> None:
        self.window = link.window
        self.full = False
        self.unsent: list[bytes | memoryview] = []
        self.scheduled = False  # somebody will call flush
        link.say = self.answer
        self._pieces = 0  # bytes of pieces that are unsent
        self._scattered = False  # whether some of them are large
        self._link = link
        self._loop = loop
        self._streams = streams
        self._rest: list[bytes | memoryview] = []
        self._rest_bytes = 0
        self._waiting: list[Future[None]] = []
        self.all_ended: Future[None] | None = None

    def answer(self, data: bytes | memoryview) -> None:
        """Take frames, to be sent at the end of this turn of the loop."""
        self.unsent.append(data)
        if not self.scheduled:
            self.scheduled = True
            self._loop.call_soon(self.flush)

    def piece(self, data: bytes) -> None:
        """Take a piece of what may be large: 64 KiB of them leave at once."""
        self.answer(data)
        self._pieces += len(data)
        if self._pieces >= BATCH:
            self.flush()

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        """Take a whole response whose body is large; false if one frame cannot hold it."""
        parts = answer_parts(self._link.share, stream, count, head, body)
        if not parts:
            return False
        self._collect(len(body), parts)
        return True

    def large_data(self, stream: int, piece: memoryview) -> None:
        """Take a large piece of a body."""
        self._collect(len(piece), data_parts(self._link.share, stream, piece))

    def _collect(self, size: int, parts: tuple[bytes | memoryview, ...]) -> None:
        for part in parts:
            self.answer(part)
        if len(parts) > 1:
            self._scattered = True
        self._pieces += size
        if self._pieces >= LARGE_BATCH:
            self.flush()

    def flush(self) -> None:
        """Send what has been collected, as far as that is possible without waiting."""
        self.scheduled = False
        self._pieces = 0
        unsent = self.unsent
        if self._scattered:
            self._scattered = False
            if not self._rest and not self._link.send_parts_now(unsent):
                return
            for part in unsent:
                self._keep(part, 0)
            unsent.clear()
            return
        if not unsent:
            return
        data = b"".join(unsent)
        unsent.clear()
        sent = 0 if self._rest else self._link.send_now(data)
        if sent < len(data):
            self._keep(data, sent)

    def _keep(self, data: bytes | memoryview, sent: int) -> None:
        """Send what is left of this when the server has read."""
        if not self._rest:
            self._loop.add_writer(self._link.fileno(), self._go_on)
        self._rest.append(memoryview(data)[sent:])
        self._rest_bytes += len(data) - sent
        self.full = self._rest_bytes > _HIGH

    def _go_on(self) -> None:
        """Send more of what is left: the server has read something."""
        if not self._link.send_parts_now(self._rest):
            self._loop.remove_writer(self._link.fileno())
        self._rest_bytes = sum(map(len, self._rest))
        if self._rest_bytes <= _LOW:
            self.full = False
            self._wake()

    async def drain(self) -> None:
        """Wait until there is room again."""
        while self.full:
            await self._wait()

    async def sent(self) -> None:
        """Wait until everything has been sent."""
        self.flush()
        while self._rest:
            await self._wait()

    async def _wait(self) -> None:
        future = self._loop.create_future()
        self._waiting.append(future)
        await future

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def ended(self, stream: Stream) -> None:
        """Forget a stream: its task has ended."""
        self._streams.pop(stream.number, None)
        if self.all_ended is not None and not self._streams and not self.all_ended.done():
            self.all_ended.set_result(None)
