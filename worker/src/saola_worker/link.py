"""The socket of one mold or worker: frames in, frames out, credit. Both ways in batches.

One ``recv`` takes as many frames as there are into one buffer that is used again and again, and
answers are collected until there is nothing more to read. A write never blocks without reading,
or both ends could wait for each other for ever: what arrives meanwhile is kept for later.
"""

from __future__ import annotations

import select
import socket
from collections import deque

from .wire import (
    ARENA,
    CREDIT,
    DATA,
    END,
    HEADER,
    HELD,
    LARGE,
    MAX_DATA,
    MAX_PAYLOAD,
    answer_parts,
    check,
    data_parts,
    file,
    frame,
    read_empty,
    read_u32,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .arena import Arena

    Frame = tuple[int, int, memoryview]
    Page = memoryview[int] | list[int]

BATCH = 65_536  # bytes of answers: so many leave at once
LARGE_BATCH = 196_608  # with large ones among them: about what the socket takes at once
CANCELLED = 10  # word of the status page: the stream whose client has gone

_BUFFER = 262_144
_IOV_MAX = 1_024
_NOW = int(socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
_LOOK_MS = 50  # a cancelled stream gets no credit and no frame, only a word in the page


class Link:
    """A connection to the server. For one thread; ``send_unsent`` is for a signal handler on it."""

    def __init__(self, sock: socket.socket) -> None:
        self.gone = False  # nothing that is sent from now on arrives
        # The stream whose app's code is running, in which signal handlers may send and raise; 0 in
        # all other code, this one above all.
        self.armed = 0
        self.shot = 0  # the last stream that was interrupted
        self.window = 0
        self.last_stream = 0  # of the requests that were read together
        self.page: Page = [0] * 16
        self.arena_path = ""  # where one may be made
        self.say: Callable[[bytes], None] = self._say  # sends a frame about the process itself
        self._made: Arena | None = None
        self._arena: Arena | None = None
        self.kept = 0  # how many of what is unsent would outlive this process
        self._sock = sock
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0
        self._kept: deque[Frame] = deque()
        self.unsent: list[bytes | memoryview] = []
        self._unsent_bytes = 0
        self._scattered = False  # whether something large is unsent
        self._credit = 0
        self._stream = 0

    @classmethod
    def connect(cls, path: str) -> Link:
        """Connect to the server's socket."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(None)  # whatever an app has made the default
        sock.connect(path)
        return cls(sock)

    def close(self) -> None:
        """Let go of the socket; in a process that an app forked, too."""
        self.gone = True
        self.armed = 0
        self._sock.close()
        if self._made is not None:
            self._made.close()
            self._made = self._arena = None
        self.arena_path = ""
        self.kept = 0

    # Shared memory

    def share(self, body: bytes | memoryview) -> int:
        """Put a body where the server can see it; return where, or 0 if it must be sent."""
        arena = self._arena
        if arena is not None:
            return arena.put(body)
        if self.arena_path:
            self._make_arena()
        return 0

    def keep(self) -> None:
        """See to it that no answer is lost if this process dies now: keep the last, or send all.

        Whatever is unsent but the last is kept already. Where no request follows they leave soon,
        and nothing is kept.
        """
        unsent = self.unsent
        if not unsent or (self._start == self._end and not self._kept):
            return
        arena = self._arena
        last = unsent[-1]
        if arena is None:
            if self.arena_path:
                self._make_arena()
        elif (
            len(unsent) == self.kept + 1
            and type(last) is bytes
            and not self._scattered
            and arena.keep(last)
        ):
            self.kept += 1
            return
        self.flush()

    def _make_arena(self) -> None:
        """Make an arena when it is first needed, and say so; the server need not be able to."""
        path, self.arena_path = self.arena_path, ""
        from .arena import Arena  # workers that need none have none of it in their memory

        try:
            self._made = Arena(path)
        except OSError:  # no memory for it
            return
        self.say(frame(ARENA))

    def _say(self, data: bytes) -> None:
        self.unsent.append(data)

    def arena_ready(self, payload: memoryview) -> None:
        """Use the arena: the server has it."""
        read_empty(payload)
        self._arena = self._made

    # Reading

    def take(self) -> Frame | None:
        """Take the next frame that is here. Its payload is valid until the next read."""
        if self._kept:
            return self._kept.popleft()
        start = self._start
        if self._end - start >= 12:
            length, word, stream = HEADER.unpack_from(self._buffer, start)
            start += 12
            stop = start + length
            if stop <= self._end:
                self._start = stop
                return word, stream, self._view[start:stop]
            if length > MAX_PAYLOAD:
                check(length, word, stream)
        return None

    def wait(self) -> bool:
        """Send what is unsent, then wait for more; false at the end of the link."""
        if self.unsent:
            self._send_all()
        return bool(self._kept) or self._read(0)

    def read_now(self) -> bool:
        """Read what is here without waiting; false at the end of the link."""
        return self._read(_NOW)

    def fileno(self) -> int:
        """Return the descriptor that an event loop watches."""
        return self._sock.fileno()

    def _read(self, flags: int) -> bool:
        if self._start == self._end:
            self._start = self._end = 0
        elif self._start or self._end == len(self._buffer):
            self._make_room()
        try:
            size = self._sock.recv_into(self._view[self._end :], 0, flags)
        except BlockingIOError:
            return True
        except OSError:  # ECONNRESET is an end like any other
            size = 0
        self._end += size
        if not size:
            self.gone = True
        return size > 0

    def _make_room(self) -> None:
        """Bring the frame that has begun to the front of a buffer that can hold all of it."""
        tail = bytes(self._view[self._start : self._end])
        size = _BUFFER
        if len(tail) >= 12:
            length, word, stream = HEADER.unpack_from(tail)
            check(length, word, stream)
            size = max(size, 12 + length)
        if size != len(self._buffer):
            self._buffer = bytearray(size)
            self._view = memoryview(self._buffer)
        self._view[: len(tail)] = tail
        self._start, self._end = 0, len(tail)

    def _keep(self) -> None:
        """Read what is here and keep it for later, but for credit, which counts at once."""
        self._read(_NOW)
        kept, self._kept = self._kept, deque()
        while (taken := self.take()) is not None:
            word, stream, payload = taken
            if word == CREDIT:
                self.add_credit(stream, payload)
            else:
                kept.append((word, stream, memoryview(bytes(payload))))
        self._kept = kept

    # Writing

    def answer(self, data: bytes | memoryview) -> None:
        """Collect the frames of a finished answer."""
        self.unsent.append(data)
        self._unsent_bytes += len(data)
        if self._unsent_bytes >= BATCH:
            self.flush()

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        """Collect a finished answer whose body is large; false if one frame cannot hold it."""
        parts = answer_parts(self.share, stream, count, head, body)
        if not parts:
            return False
        self._collect(len(body), parts)
        return True

    def _collect(self, size: int, parts: tuple[bytes | memoryview, ...]) -> None:
        self.unsent += parts
        if len(parts) > 1:
            self._scattered = True
        self._unsent_bytes += size
        if self._unsent_bytes >= LARGE_BATCH:
            self.flush()

    def hurry(self, stream: int) -> None:
        """Send what is unsent if no request after this one is here: it would leave soon anyway."""
        if stream == self.last_stream and not self._kept and self._start == self._end:
            self.flush()

    def flush(self) -> None:
        """Send everything."""
        self._send_all()

    def send_unsent(self) -> None:
        """Send everything, from a signal handler that has interrupted the app."""
        armed = self.armed
        if armed:
            self.armed = 0
            self._send_all()
            self.armed = armed

    def _send_all(self) -> None:
        unsent = self.unsent
        while unsent:
            if self._scattered:
                self._send_parts()
                continue
            data = b"".join(unsent)
            unsent.clear()
            self._unsent_bytes = 0
            sent = self.send_now(data)
            if sent < len(data):
                self._send(memoryview(data)[sent:])
        if self.kept and self._arena is not None:
            self.kept = 0
            self._arena.sent()

    def _send_parts(self) -> None:
        """Send buffers from where they are: copying 100 KiB costs more page faults than sending."""
        parts = self.unsent.copy()
        self.unsent.clear()
        self._scattered = False
        self._unsent_bytes = 0
        while self.send_parts_now(parts):
            self._poll(select.POLLIN | select.POLLOUT)

    def send_parts_now(self, parts: list[bytes | memoryview]) -> bool:
        """Send what can be sent without waiting, take it out of the list, and say if any is left.

        If nobody is there, nothing is left.
        """
        while parts and not self.gone:
            try:
                sent = self._sock.sendmsg(parts[:_IOV_MAX], (), _NOW)
            except BlockingIOError:
                return True
            except OSError:
                self.gone = True
                break
            done = 0
            while done < len(parts) and sent >= len(parts[done]):
                sent -= len(parts[done])
                done += 1
            del parts[:done]
            if sent:
                parts[0] = memoryview(parts[0])[sent:]
        parts.clear()
        return False

    def _send(self, rest: memoryview) -> None:
        while rest:
            self._poll(select.POLLIN | select.POLLOUT)
            rest = rest[self.send_now(rest) :]

    def _poll(self, events: int, milliseconds: int | None = None) -> None:
        poll = select.poll()
        poll.register(self._sock, events)
        for _, happened in poll.poll(milliseconds):
            if happened & ~select.POLLOUT:
                self._keep()

    def send_now(self, data: bytes | memoryview) -> int:
        """Send what can be sent without waiting, and say how much; all of it if nobody is there."""
        if not self.gone:
            try:
                return self._sock.send(data, _NOW)
            except BlockingIOError:
                return 0
            except OSError:
                self.gone = True
        return len(data)

    def send_waiting(self, data: bytes) -> None:
        """Send all of it, from a thread beside the one that reads, and waits for nobody."""
        if not self.gone:
            try:
                self._sock.sendall(data, socket.MSG_NOSIGNAL)
            except OSError:
                self.gone = True

    # One response in pieces

    def open(self, stream: int, head: bytes) -> None:
        """Begin a response that is sent in pieces; the head leaves with the first."""
        self._stream = stream
        self._credit = self.window
        self.unsent.append(head)

    def data(self, piece: bytes, more: bool = False) -> bool:
        """Send a piece of the body at once; false when there is nobody to send it to.

        With ``more``, what can be collected leaves with what is sent next, which must be soon.
        """
        size, at = len(piece), 0
        view = memoryview(piece)
        while at < size and self._may_send():
            step = min(size - at, self._credit, MAX_DATA)
            self._credit -= step
            if step < LARGE:
                self.answer(frame(DATA, self._stream, piece[at : at + step]))
            else:
                self._collect(step, data_parts(self.share, self._stream, view[at : at + step]))
            at += step
        if not more:
            self._send_all()
        return at == size and not self.gone

    def file(self, offset: int, length: int, path: bytes) -> bool:
        """Have the server send a part of a file; false if there is nobody to send it to.

        Returns when the server has it open. For a response that has no other body.
        """
        before = self._credit
        self.unsent.append(file(self._stream, offset, length, path, HELD))
        self._send_all()
        while not self.gone and self._credit == before:
            if self.page[CANCELLED] == self._stream:
                return False
            self._poll(select.POLLIN, _LOOK_MS)
        return not self.gone

    def end(self, flags: int = 0) -> None:
        """End the response."""
        self.unsent.append(frame(END, self._stream, flags=flags))
        self._stream = 0
        self.flush()

    def add_credit(self, stream: int, payload: memoryview) -> None:
        """Count a Credit frame; one for a response that has ended is late, not wrong."""
        size = read_u32(payload)
        check(4, CREDIT, stream)
        if stream == self._stream:
            self._credit += size

    def _may_send(self) -> bool:
        while not self.gone and self.page[CANCELLED] != self._stream:
            if self._credit > 0:
                return True
            self._send_all()
            self._poll(select.POLLIN, _LOOK_MS)
        return False
