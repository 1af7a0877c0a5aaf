"""PEP 3333: call the app, and turn what it says into frames.

Frames go to a sink (the link, or a list in tests); nothing is read or written here. A response
that is complete when the app returns is one frame. Everything else is passed on piece by piece,
at once: "WSGI servers must not delay the transmission of any block".
"""

from __future__ import annotations

import io
import os
import sys
import traceback

from .bodies import FileWrapper
from .errors import ClientGone, RequestTimeout
from .wire import (
    ABORTED,
    END,
    FAILED,
    FILES,
    HEAD,
    LARGE,
    MAX_FRAME,
    MAX_PAYLOAD,
    RESPONSE,
    RESPONSE_START,
    frame,
    response,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Any, Protocol

    Environ = dict[str, Any]
    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
    App = Callable[[Environ, Callable[..., Callable[[bytes], None]]], Iterable[bytes]]

    class Sink(Protocol):
        """Where frames go."""

        # The stream while its app's own code runs, and only then may RequestTimeout be raised; 0
        # while frames are sent.
        armed: int
        shot: int  # the last stream in which it was

        def answer(self, data: bytes) -> None:
            """Take frames of a finished answer, to be sent with others."""

        def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
            """Take a finished answer whose body is large; false if one frame cannot hold it."""

        def hurry(self, stream: int) -> None:
            """Send them now unless another request is about to be answered too."""

        def open(self, stream: int, head: bytes) -> None:
            """Begin a response in pieces."""

        def data(self, piece: bytes, more: bool = False) -> bool:
            """Send a piece at once, or with what follows; false when the client has gone."""

        def file(self, offset: int, length: int, path: bytes) -> bool:
            """Have the server open a file and send a part; false when the client has gone."""

        def end(self, flags: int = 0) -> None:
            """End the response in pieces."""


_TEXT = 65_536
_JOIN = "\n".join
_PACK = RESPONSE_START.pack
_BYTES = b"".join
_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_SORRY = "500 Internal Server Error\nContent-Type\ntext/plain; charset=utf-8"


class Exchange:
    """What the app has said so far, through ``start_response`` and ``write``, to one request."""

    # Defaults live in the class: that is 60 ns less than setting them for each request.
    head: bytes | None = None
    headers: list[tuple[str, str]]
    opened = False
    gone = False
    complete = False
    sent = 0
    expected: int | None = None

    def __init__(self, sink: Sink, stream: int) -> None:
        self.sink = sink
        self.stream = stream

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """Take the status and the headers. They leave with the first piece of the body."""
        if exc_info is not None:
            try:
                if self.opened:  # PEP 3333: too late for another head
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.head is not None:
            raise AssertionError("start_response was called again without exc_info")
        # A name or value that is not a str, or not latin-1, surfaces here, in the app's call. This
        # loop takes 240 ns for two headers, itertools.chain 380.
        lines = [status]
        for pair in headers:
            lines += pair
        self.head = _JOIN(lines).encode("latin-1")
        self.headers = headers
        return self.write

    def write(self, data: bytes) -> None:
        """PEP 3333's ``write()``: send a piece of the body before the app returns."""
        if data:
            self._data(data)

    def whole(self, body: bytes) -> None:
        """Answer with all of the body."""
        self.sink.armed = 0
        head = self._known_head()
        count = 1 + 2 * len(self.headers)
        if len(head) + len(body) < LARGE:
            self.complete = True
            self.sink.answer(response(self.stream, count, head, body))
            return
        if self.sink.large_answer(self.stream, count, head, body):
            self.complete = True
            return
        if self.expected is None:
            self.expected = self._content_length()
        if self.expected is None:
            # Else the server must send it chunked, and an HTTP/1.0 client cannot tell its end.
            self.head = head + b"\nContent-Length\n%d" % len(body)
            self.headers = [*self.headers, ("Content-Length", str(len(body)))]
        self._data(body, more=True)
        self.finish()

    def pieces(self, result: Iterable[bytes]) -> None:
        """Answer with what an iterable yields."""
        if not hasattr(result, "__iter__") and not hasattr(result, "__getitem__"):
            raise TypeError(f"the app returned {type(result).__name__}, not an iterable of bytes")
        if type(result) is FileWrapper and not self.opened and self._file(result):
            return
        for piece in result:
            if not isinstance(piece, bytes):
                raise TypeError(f"the app yielded {type(piece).__name__}, not bytes")
            if not piece:  # PEP 3333: the head may still change until the first piece with bytes
                continue
            if not self.opened:
                self.expected = self._content_length()
                if self.expected == len(piece):
                    self.whole(piece)
                    return
            self._data(piece)
            if self.expected is not None and self.sent >= self.expected:
                break  # PEP 3333: stop iterating when enough has been sent
        if self.opened:
            self.finish()
        else:
            self.expected = 0
            self.whole(b"")

    def _file(self, wrapper: FileWrapper) -> bool:
        """Have the server send a file that it can open; false if it must be read here."""
        sink = self.sink
        armed, sink.armed = sink.armed, 0
        part = wrapper.part()
        head = self._known_head()
        self.expected = expected = self._content_length()
        if part is None or part[1] <= MAX_FRAME or (expected is not None and expected > part[1]):
            sink.armed = armed
            return False
        offset, length, path = part
        if expected is None:  # see whole()
            self.head = head + b"\nContent-Length\n%d" % length
            self.headers = [*self.headers, ("Content-Length", str(length))]
        self._open(FILES)
        if not sink.file(offset, length if expected is None else expected, path):
            self.gone = True
        self.finish()
        return True

    def finish(self) -> None:
        """End a response in pieces."""
        self.sink.armed = 0
        if self.gone:
            raise ClientGone
        self.complete = True
        self.sink.end()

    def fail(self, error: BaseException) -> None:
        """Report the app's exception, and answer what can still be answered."""
        text = format_error(error).encode("utf-8", "backslashreplace")
        self.sink.answer(frame(FAILED, self.stream, text))
        self.complete = True
        if self.opened:
            self.sink.end(ABORTED)
        elif self.sink.shot == self.stream:  # whatever the app has made of it
            self.sink.answer(frame(END, self.stream, flags=ABORTED))
        else:
            body = b"Internal Server Error\n"
            self.sink.answer(response(self.stream, 3, _SORRY.encode(), body))

    def abort(self) -> None:
        """End a response that nobody waits for any more."""
        self.complete = True
        self.sink.end(ABORTED)

    def _known_head(self) -> bytes:
        if self.head is None:
            raise RuntimeError("the app returned without calling start_response")
        return self.head

    def _open(self, flags: int = 0) -> None:
        head = self._known_head()
        if len(head) > MAX_PAYLOAD:
            raise ValueError(f"{len(head)} bytes of status and headers")
        if self.expected is None:
            self.expected = self._content_length()
        count = 1 + 2 * len(self.headers)
        self.sink.open(self.stream, frame(HEAD, self.stream, head, flags, count))
        self.opened = True

    def _data(self, piece: bytes, more: bool = False) -> None:
        sink = self.sink
        armed, sink.armed = sink.armed, 0
        try:
            if not self.opened:
                self._open()
            self.sent += len(piece)
            if not sink.data(piece, more):
                self.gone = True
                raise ClientGone
        finally:
            sink.armed = armed

    def _content_length(self) -> int | None:
        self._known_head()
        for name, value in self.headers:
            if name.lower() == "content-length" and value.isdecimal():
                return int(value)
        return None


def serve(app: App, sink: Sink, stream: int, environ: Environ) -> None:
    """Call the app and send its response, whatever happens in it."""
    exchange = Exchange(sink, stream)
    result: Any = None
    try:
        try:
            sink.armed = stream
            result = app(environ, exchange.start_response)
            kind = type(result)
            if (kind is list or kind is tuple) and not exchange.opened:
                body = _BYTES(result)
                sink.armed = 0
                head = exchange.head
                if head is not None:
                    size = len(head)
                    length = 4 + size + len(body)
                    count = 1 + 2 * len(exchange.headers)
                    if length < LARGE:
                        sink.answer(_PACK(length, RESPONSE, 0, count, stream, size) + head + body)
                        return
                exchange.whole(body)
                return
            exchange.pieces(result)
        except BaseException as error:  # SystemExit too: an app does not end its worker
            sink.armed = 0
            _failed(exchange, result, error)
            return
    except RequestTimeout as error:  # raised before the line above could prevent it
        sink.armed = 0
        _failed(exchange, result, error)
        return
    if kind is not list and kind is not tuple:
        if hasattr(result, "close"):
            sink.hurry(stream)  # what an app does on close may take long
        _close(exchange, result)


def _failed(exchange: Exchange, result: object, error: BaseException) -> None:
    if exchange.sink.shot != exchange.stream:
        _close(exchange, result)
        _settle(exchange, error)
    else:  # close() may take as long again
        _settle(exchange, error)
        exchange.sink.hurry(exchange.stream)
        _close(exchange, result)


def _settle(exchange: Exchange, error: BaseException) -> None:
    if exchange.gone and not exchange.complete:  # and what the app made of ClientGone is of no use
        exchange.abort()
    elif not exchange.complete:
        exchange.fail(error)
    else:
        sys.stderr.write(format_error(error))


def _close(exchange: Exchange, result: object) -> None:
    """PEP 3333: ``close()`` is called however the request ended."""
    close = getattr(result, "close", None)
    if close is None:
        return
    sink = exchange.sink
    try:
        try:
            sink.armed = exchange.stream
            close()
            sink.armed = 0
        except BaseException as error:
            sink.armed = 0
            sys.stderr.write(format_error(error))
    except RequestTimeout as error:
        sink.armed = 0
        sys.stderr.write(format_error(error))


def format_error(error: BaseException) -> str:
    """Format an exception of the app without the frames of this package above it."""
    below = error.__traceback__
    while below is not None and below.tb_frame.f_code.co_filename.startswith(_OURS):
        below = below.tb_next
    text = "".join(traceback.format_exception(type(error), error, below))
    if len(text) > _TEXT:
        text = f"{text[: _TEXT // 4]}\n...\n{text[-_TEXT // 4 :]}"
    return text


class ErrorStream(io.TextIOBase):
    """PEP 3333 ``wsgi.errors``: standard error, with nothing held back."""

    def write(self, text: str) -> int:
        """Write and flush."""
        written = sys.stderr.write(text)
        sys.stderr.flush()
        return written

    def flush(self) -> None:
        """Flush what the app has written past this stream."""
        sys.stderr.flush()


def constants(environ: dict[str, str], threads: int, multiprocess: bool) -> Environ:
    """Return the part of each environ that only the worker knows (PROTOCOL.md §8)."""
    return {
        **environ,
        "wsgi.version": (1, 0),
        "wsgi.errors": ErrorStream(),
        "wsgi.multithread": threads > 1,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.input_terminated": True,
    }
