"""ASGI HTTP: one request and its response (ASGI 3.0, HTTP & WebSocket 2.5).

A response that is complete with its first ``http.response.body`` is one frame. Everything else
is passed on piece by piece, at the end of the turn of the loop in which the app has sent it.
Type errors surface where C meets them, and only then is it found out what to say about them.
"""

from __future__ import annotations

import os
import stat

from .errors import ClientGone
from .streams import COMPLETE, GONE, WRONG, Stream, explained
from .wire import (
    DATA,
    EARLY_HINTS,
    FILES,
    HEAD,
    LARGE,
    MAX_DATA,
    MAX_FRAME,
    MAX_PAYLOAD,
    RESPONSE,
    RESPONSE_START,
    TRAILERS,
    credit,
    file,
    frame,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .streams import Message

ASGI = {"version": "3.0", "spec_version": "2.5"}
EXTENSIONS: dict[str, dict[str, object]] = {
    "http.response.pathsend": {},
    "http.response.trailers": {},
    "http.response.early_hint": {},
}

# States: nothing said; the start is held until a body comes; pieces; trailers are to come.
_BEFORE, _HELD, _BODY, _TRAILERS = 0, 1, 2, 3

_STATUS = {number: b"%d" % number for number in range(200, 600)}
_LENGTH = b"\ncontent-length\n%d"
_JOIN = b"\n".join
_PACK = RESPONSE_START.pack


class Exchange(Stream):
    """A request and its response."""

    protocol = "HTTP"
    unread = True  # the last http.request has not been received
    more = False  # pieces of the body are to come
    body = b""  # all of it, or what came with the request
    head = b""
    lines = 0
    trailers: bool | list[bytes] = False
    sent = 0
    expected: int | None = None
    _pieces: list[bytes]
    _free = 0  # what came with the request, without credit

    async def send(self, message: Message) -> None:
        """ASGI ``send``."""
        state = self.state
        try:
            kind = message["type"]
            if state == _HELD and kind == "http.response.body":
                if not (self.trailers or message.get("more_body")):
                    head = self.head
                    body = message.get("body", b"")
                    if len(body) >= LARGE and self._large(head, body):
                        return
                    payload = head + body
                    size = len(payload)
                    # Looking for the right Content-Length is half the price of reading it. A longer
                    # one that begins so is left to the server, which looks as well.
                    if size <= MAX_FRAME and (
                        head.find(_LENGTH % (size - len(head))) > 0 or self._fits(size - len(head))
                    ):
                        start = _PACK(4 + size, RESPONSE, 0, self.lines, self.number, len(head))
                        self.sink.answer(start + payload)
                        self.state = COMPLETE
                        if self._waiters:
                            self.wake()
                        return
            elif state == _BEFORE and kind == "http.response.start":
                lines = [_STATUS[message["status"]]]
                for pair in message.get("headers", ()):
                    lines += pair
                self.head = _JOIN(lines)
                self.lines = len(lines)
                if message.get("trailers"):
                    self.trailers = True
                self.state = _HELD
                return
        except WRONG as error:
            raise explained(message, error) from None
        await self.in_turn(kind, message)

    def _large(self, head: bytes, body: bytes) -> bool:
        """Answer with a body that is large; false if one frame cannot hold it."""
        size = len(body)
        if type(body) is not bytes or not (head.find(_LENGTH % size) > 0 or self._fits(size)):
            return False
        if not self.sink.large_answer(self.number, self.lines, head, body):
            return False
        self.state = COMPLETE
        if self._waiters:
            self.wake()
        return True

    async def receive(self) -> Message:
        """ASGI ``receive``."""
        if self.unread and not self.more and self.state < COMPLETE:
            self.unread = False
            return {"type": "http.request", "body": self.body, "more_body": False}
        while self.state < COMPLETE:
            if self.more and self._pieces:
                return self._next_piece()
            if self.unread and not self.more:
                self.unread = False
                return {"type": "http.request", "body": self.body, "more_body": False}
            await self.wait()
        return {"type": "http.disconnect"}

    # The body of the request

    def goes_on(self, body: bytes) -> None:
        """More of the body follows in frames of its own; so much is here."""
        self.more = True
        self._pieces = [body] if body else []
        self._free = len(body)

    def add_body(self, piece: bytes, last: bool) -> None:
        """Take a piece of the body."""
        if self.state >= COMPLETE:
            return  # nobody will ask for it
        self._pieces.append(piece)
        if last:
            self.more = False
            self.body = b"".join(self._pieces)
        self.wake()

    def _next_piece(self) -> Message:
        piece = b"".join(self._pieces)
        self._pieces.clear()
        size = len(piece) - self._free
        self._free = 0
        if size:
            self.sink.answer(credit(self.number, size))
        return {"type": "http.request", "body": piece, "more_body": True}

    # What is no small response

    def why_not(self, kind: str) -> str:
        """Say what is wrong with sending this now."""
        if self.state == COMPLETE:
            return "after the response was complete"
        if kind == "http.response.start":
            return "was sent a second time"
        if self.state == _BEFORE:
            return "before 'http.response.start'"
        if self.state == _TRAILERS:
            return "where 'http.response.trailers' should follow"
        if kind == "http.response.trailers":
            if self.trailers:
                return "before the last 'http.response.body'"
            return "without 'trailers': True in 'http.response.start'"
        return "after 'http.response.body'"

    async def _send_body(self, message: Message) -> None:
        body = message.get("body", b"")
        if type(body) is not bytes:
            body = bytes(memoryview(body))  # which takes no str and no int
        more = bool(message.get("more_body"))
        size = len(body)
        if self.state == _HELD:
            self.expected = self._content_length()
        sent = self.sent + size
        expected = self.expected
        if expected is not None and (sent > expected or (sent < expected and not more)):
            raise _length_error(sent, expected)
        if self.state == _HELD:
            if not more and not self.trailers and b"\ncontent-length\n" not in self.head.lower():
                # Else the server must send it chunked, and an HTTP/1.0 client cannot tell its end.
                self.head += _LENGTH % size
                self.lines += 2
            self._open()
        self.sent = sent
        at = 0
        view = memoryview(body)
        while at < size:
            step = min(size - at, await self.may_send(), MAX_DATA)
            self.use_credit(step)
            if step < LARGE:
                self.sink.piece(frame(DATA, self.number, body[at : at + step]))
            else:
                self.sink.large_data(self.number, view[at : at + step])
            at += step
        if not more:
            self._end_body()

    def _end_body(self) -> None:
        if self.state == GONE:
            raise ClientGone("the client has gone")
        if self.trailers:
            self.trailers = []
            self.state = _TRAILERS
        else:
            self.finish()

    async def _send_path(self, message: Message) -> None:
        path = message["path"]
        if not isinstance(path, str):
            raise TypeError(f"'path' is a {type(path).__name__}, not a str")
        if not os.path.isabs(path):
            raise ValueError(f"{path!r} is not an absolute path")
        found = os.stat(path)  # what is not there is the app's to hear
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{path!r} is not a regular file")
        expected = self._content_length()
        size = found.st_size if expected is None else expected
        if size > found.st_size:
            raise _length_error(found.st_size, size)
        if expected is None and b"\ncontent-length\n" not in self.head.lower():
            self.head += _LENGTH % size
            self.lines += 2
        self._open(FILES)
        if size:
            self.sink.answer(file(self.number, 0, size, os.fsencode(path)))
        self._end_body()

    async def _send_hints(self, message: Message) -> None:
        links = list(message.get("links", ()))
        text = _JOIN(links)
        # Once the head has left it is too late for them, which is no mistake of the app.
        if text and not self.opened:
            self.sink.answer(frame(EARLY_HINTS, self.number, text, count=len(links)))

    async def _send_trailers(self, message: Message) -> None:
        assert isinstance(self.trailers, list)
        lines: list[bytes] = []
        for pair in message.get("headers", ()):
            lines += pair
        _JOIN(lines)
        self.trailers += lines
        if not message.get("more_trailers"):
            if self.trailers:
                text, count = _JOIN(self.trailers), len(self.trailers)
                self.sink.answer(frame(TRAILERS, self.number, text, count=count))
            self.finish()

    def _open(self, flags: int = 0) -> None:
        if len(self.head) > MAX_PAYLOAD:
            raise ValueError(f"{len(self.head)} bytes of status and headers")
        self.begin(frame(HEAD, self.number, self.head, flags, self.lines))
        self.state = _BODY

    def _fits(self, size: int) -> bool:
        """Hold a body against the app's Content-Length."""
        expected = self._content_length()
        if expected is not None and expected != size:
            raise _length_error(size, expected)
        return True

    def _content_length(self) -> int | None:
        """Read how long the body must be; nothing where the head is about another one."""
        status = self.head[:3]
        if self.scope.get("method") == "HEAD" or status == b"304" or status == b"204":
            return None
        lines = self.head.split(b"\n")
        for name, value in zip(lines[1::2], lines[2::2], strict=False):
            if name.lower() == b"content-length" and value.isdigit():
                return int(value)
        return None

    def unfinished(self) -> str:
        """Say what an app has left undone that has returned."""
        if self.state == _BEFORE:
            return (
                "ASGI HTTP, Response Start: the app returned without sending 'http.response.start'"
            )
        if self.state == _TRAILERS:
            return (
                "ASGI HTTP, Trailers: the app returned without the 'http.response.trailers' "
                "that its start has promised"
            )
        what = "the last 'http.response.body'" if self.opened else "'http.response.body'"
        return f"ASGI HTTP, Response Body: the app returned without sending {what}"


# In which states a message may be sent, and what then sends it.
Exchange.steps = {
    "http.response.start": ((), None),  # the first one is never slow
    "http.response.body": ((_HELD, _BODY), Exchange._send_body),
    "http.response.pathsend": ((_HELD,), Exchange._send_path),
    "http.response.early_hint": ((_BEFORE, _HELD, _BODY, _TRAILERS), Exchange._send_hints),
    "http.response.trailers": ((_TRAILERS,), Exchange._send_trailers),
}


def _length_error(size: int, expected: int) -> RuntimeError:
    kind = "more" if size > expected else "less"
    return RuntimeError(
        f"ASGI HTTP, Response Body: {size} bytes of body are {kind} than the "
        f"Content-Length of {expected}"
    )
