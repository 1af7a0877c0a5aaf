"""One call of an ASGI app: what HTTP and WebSocket have in common.

Frames go to a sink (``looplink.LoopLink``, or a list in tests); what comes for the stream is told
by method calls. Nothing is read or written here.
"""

from __future__ import annotations

import sys
from asyncio import CancelledError, get_running_loop, sleep

from .errors import ClientGone
from .wire import ABORTED, END, FAILED, frame, response
from .wsgi import format_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future, Task
    from collections.abc import Awaitable, Callable
    from typing import Any, Protocol

    Scope = dict[str, Any]
    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

    class Sink(Protocol):
        """Where frames go."""

        window: int
        full: bool

        def answer(self, data: bytes) -> None:
            """Take frames, to be sent at the end of this turn of the loop."""

        def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
            """Take a whole response whose body is large; false if one frame cannot hold it."""

        def large_data(self, stream: int, piece: memoryview) -> None:
            """Take a large piece of a body."""

        def piece(self, data: bytes) -> None:
            """Take a piece of what may be large."""

        async def drain(self) -> None:
            """Wait until there is room again."""

        def ended(self, stream: Stream) -> None:
            """Forget a stream: its task has ended."""


# The states in which an app has nothing more to send, whatever the protocol.
COMPLETE, GONE = 8, 9

_TURNS = 10  # of the loop, for an app whose right hand has to tell its left that the client went
# What C raises when it meets a message that is not as it should be.
WRONG = (KeyError, TypeError, ValueError, AttributeError)

# What Starlette raises in an endpoint when receive() or send() have said that the client has gone.
_DISCONNECTS = ("starlette.requests.ClientDisconnect", "starlette.websockets.WebSocketDisconnect")
_SORRY = b"500\ncontent-type\ntext/plain; charset=utf-8"
_NOT_CALLED = object()


class Stream:
    """One task of the app, and what it and the server have said so far."""

    protocol = ""
    # What an app may send: in which states, and what then happens.
    steps: dict[str, tuple[tuple[int, ...], Any]] = {}  # noqa: RUF012 (each kind of stream has its own)

    # Defaults live in the class: that is 60 ns less than setting them for each request.
    state = 0
    opened = False  # the head has left
    cancelled = ""  # why, if the server or the stop has cancelled the task
    task: Task[None] | None = None
    _credit = 0
    _waiters: list[Future[None]] | None = None
    _sending = False

    def __init__(self, sink: Sink, number: int, scope: Scope) -> None:
        self.sink = sink
        self.number = number
        self.scope = scope

    async def receive(self) -> Message:
        """ASGI ``receive``."""
        raise NotImplementedError

    async def send(self, message: Message) -> None:
        """ASGI ``send``."""
        raise NotImplementedError

    def unfinished(self) -> str:
        """Say what an app has left undone that has returned."""
        raise NotImplementedError

    # What the server says

    def add_credit(self, size: int) -> None:
        """So much more may be sent."""
        self._credit += size
        self.wake()

    def client_gone(self) -> None:
        """Nobody waits for the answer any more."""
        if self.state != COMPLETE:
            self.state = GONE
            self.wake()

    def cancel(self, why: str) -> None:
        """Cancel the task."""
        self.cancelled = why
        if self.task is not None:
            self.task.cancel(why)

    # Waiting

    async def wait(self) -> None:
        """Wait until anything has happened to this stream."""
        future = get_running_loop().create_future()
        if self._waiters is None:
            self._waiters = []
        self._waiters.append(future)
        await future

    def wake(self) -> None:
        """Let every waiting call look again: one that was cancelled meanwhile must lose nothing."""
        waiters = self._waiters
        if waiters:
            self._waiters = None
            for future in waiters:
                if not future.done():
                    future.set_result(None)

    # Sending

    async def in_turn(self, kind: str, message: Message) -> None:
        """Send what may have to wait: one message after the other, also from several tasks."""
        while self._sending:
            await self.wait()
        self._sending = True
        try:
            await self.send_slowly(kind, message)
        except ClientGone:
            # Whoever waits in receive() hears of it first. Django's handler takes three turns to
            # cancel the view then; it fires no request_finished if send() has raised there before.
            for _ in range(_TURNS):
                await sleep(0)
            raise
        finally:
            self._sending = False
            self.wake()

    async def send_slowly(self, kind: str, message: Message) -> None:
        """Send what is no small response or message; called in turn."""
        if self.state == GONE:
            raise ClientGone("the client has gone")
        if kind not in self.steps:
            raise ValueError(f"ASGI {self.protocol}: an app cannot send {kind!r} here")
        allowed, step = self.steps[kind]
        if self.state not in allowed:
            from .mistakes import section

            raise RuntimeError(f"{section(kind)}: {kind!r} {self.why_not(kind)}")
        try:
            await step(self, message)
        except WRONG as error:
            raise explained(message, error) from None

    def why_not(self, kind: str) -> str:
        """Say what is wrong with sending this now."""
        raise NotImplementedError

    async def may_send(self, least: int = 1) -> int:
        """Wait for credit, and for room in the link; return the credit."""
        while True:
            if self.state >= COMPLETE:
                raise ClientGone("the client has gone")
            if self.sink.full:
                await self.sink.drain()
            elif self._credit >= least:
                return self._credit
            else:
                await self.wait()

    def use_credit(self, size: int) -> None:
        """Count what is sent."""
        self._credit -= size

    def begin(self, head: bytes) -> None:
        """Send the first frame of what goes out in pieces."""
        self.opened = True
        self._credit = self.sink.window
        self.sink.answer(head)

    def finish(self, flags: int = 0) -> None:
        """End the stream."""
        self.state = COMPLETE
        self.sink.answer(frame(END, self.number, flags=flags))
        self.wake()

    # The end of the task

    def returned(self, result: Any) -> None:
        """End a stream whose app has returned too early."""
        if self.state == GONE:
            self.finish(ABORTED)
            return
        from .mistakes import in_result

        self._report(in_result(result) or self.unfinished())

    def fail(self, error: BaseException, awaitable: object = None) -> None:
        """Report the app's exception, and answer what can still be answered."""
        if self.state == GONE and _is_disconnect(error):
            self.finish(ABORTED)  # ASGI, Disconnected Client: not logged
        elif self.state == COMPLETE:
            # Starlette answers 500 and raises then. The server has forgotten the request by now.
            asked = f'app failed after its answer request="{self.asked()}"'
            sys.stderr.write(f"{asked}\n{format_error(error)}")
        else:
            from .mistakes import in_call

            text = in_call(error, awaitable, awaitable is not _NOT_CALLED)
            self._report(text or format_error(error), error)

    def forget(self) -> None:
        """End a stream whose task does not end."""
        if self.state != COMPLETE:
            self.finish(ABORTED)
        self.sink.ended(self)

    def asked(self) -> str:
        """Return the request line, for the log."""
        scope = self.scope
        # Not the path itself, which is decoded: a client must not forge lines of the log.
        target: bytes = scope.get("raw_path") or b"?"
        if query := scope.get("query_string"):
            target += b"?" + query
        return f"{scope.get('method', 'WebSocket')} {target.decode('ascii', 'backslashreplace')}"

    def _report(self, text: str, error: BaseException | None = None) -> None:
        self.sink.answer(frame(FAILED, self.number, text.encode("utf-8", "backslashreplace")))
        self.sorry(isinstance(error, CancelledError) and bool(self.cancelled))

    def sorry(self, cancelled: bool) -> None:
        """Answer instead of the app. The server has an answer of its own for cancelled ones."""
        if self.opened or cancelled or self.state == GONE:
            self.finish(ABORTED)
        else:
            self.state = COMPLETE
            self.sink.answer(response(self.number, 3, _SORRY, b"Internal Server Error\n"))
            self.wake()


async def serve(app: App, stream: Stream, scope: Scope) -> None:
    """Call the app and end the stream, whatever happens in it. One task runs this."""
    awaitable: Any = _NOT_CALLED
    try:
        awaitable = app(scope, stream.receive, stream.send)
        result: Any = await awaitable
        if stream.state != COMPLETE:
            stream.returned(result)
    except BaseException as error:  # SystemExit too: an app does not end its worker
        stream.fail(error, awaitable)
    if stream.task is not None:
        stream.sink.ended(stream)


def explained(message: Message, error: Exception) -> Exception:
    """Return what an app is to be told about a message that has led to ``error``."""
    from .mistakes import in_message

    return in_message(message, error)


def _is_disconnect(error: BaseException) -> bool:
    """Whether an exception says only what the app was told: that the client has gone."""
    if isinstance(error, ClientGone):
        return True
    inner = getattr(error, "exceptions", None)  # a group, of Python's or of a backport
    if isinstance(inner, tuple) and inner:
        return all(map(_is_disconnect, inner))
    return f"{type(error).__module__}.{type(error).__name__}" in _DISCONNECTS
