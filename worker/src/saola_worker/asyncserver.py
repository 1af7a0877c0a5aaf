"""The event loop of an ASGI worker: frames in, one task for each request, frames out.

Everything here runs in the worker, after the fork: a mold only imports it.
"""

from __future__ import annotations

import asyncio
import marshal
import sys
import time
from _thread import get_ident
from types import MethodType

from . import hooks, threads, wire
from .asgi import ASGI, EXTENSIONS, Exchange
from .deadlines import milliseconds
from .errors import AppImportError, WireError
from .lifespan import Lifespan
from .looplink import LoopLink
from .streams import serve
from .tasks import describe, stack_of
from .websocket import WEBSOCKET_EXTENSIONS, WebSocket
from .wire import REQUEST, REQUEST_BODY, REQUEST_MORE
from .wsgi import format_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .link import Link
    from .settings import Settings
    from .stacks import Stacks
    from .streams import App, Receive, Scope, Send, Stream

STARTED, READ = 0, 2  # words of the status page (PROTOCOL.md §6)

_NO_SCOPE = (EOFError, ValueError, TypeError)
_MILLISECOND = 1_000_000
_LEFTOVERS = 1.0  # seconds that tasks have to end which are cancelled when the worker stops
_FEW = 8  # requests after which a loop without eager tasks sends what it has
_NO_UVLOOP = (
    f"there is no uvloop in this Python, {sys.executable}, but --loop uvloop demands it: "
    "install it, or leave --loop out"
)
_EAGER = sys.version_info >= (3, 12)
# A name that is given need not be made: 0.15 µs on 3.11.
_TASK: dict[str, Any] = {"name": "request", **({"eager_start": True} if _EAGER else {})}


def run(
    link: Link, app: App, settings: Settings, ready: bytes, stacks: Stacks | None = None
) -> str:
    """Serve until Stop or the end of the link; return why the app could not start, or nothing."""
    loop = new_loop(settings.loop)
    asyncio.set_event_loop(loop)
    server = Server(link, app, settings, loop)
    if stacks is not None:
        stacks.more = server.describe
    return server.run(ready)


def new_loop(name: str) -> asyncio.AbstractEventLoop:
    """Make the loop that the settings ask for."""
    if name != "asyncio":
        try:
            import uvloop
        except ImportError:
            pass  # and what must be there was missed before the fork
        else:
            loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
            return loop
    return asyncio.SelectorEventLoop()


def prepare(name: str) -> None:
    """Import what the loop needs, in a mold perhaps, where no loop may be made."""
    if name != "asyncio":
        try:
            import uvloop  # noqa: F401
        except ImportError:
            if name == "uvloop":
                raise AppImportError("interface", _NO_UVLOOP) from None


class Lazy:
    """An app that is imported, and started, when it is first called (``--load lazy``)."""

    def __init__(self, load: Callable[[], App]) -> None:
        self.server: Server
        self._load = load
        self._opening: asyncio.Future[App] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, importing it if need be."""
        opening = self._opening
        if opening is None:
            opening = self._opening = asyncio.ensure_future(self._open())
        try:
            app = await asyncio.shield(opening)
        except BaseException:
            if opening.done():
                self._opening = None  # the next request tries again
            raise
        if self.server.state is not None:
            scope["state"] = self.server.state.copy()
        await app(scope, receive, send)

    async def _open(self) -> App:
        app = self._load()
        hooks.after_fork(has_loop=True)
        await self.server.start_app(app)
        self.server.is_ready()
        return app


class Server:
    """Gives what arrives to tasks."""

    def __init__(
        self, link: Link, app: App, settings: Settings, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.finished = False
        self.failure = ""
        self.broken: Exception | None = None
        self._streams: dict[int, Stream] = {}
        self._link = link
        self._out = LoopLink(link, loop, self._streams)
        self._app = app
        self._loop = loop
        self._page = link.page
        self._settings = settings
        self._mode = settings.lifespan
        self._threads = settings.asgi_threads
        self._grace = settings.timeout_grace / 1_000  # that a cancelled task has to end
        self._thread = get_ident()
        self._extend_deadline = self._extend
        self._lifespan: Lifespan | None = None
        self._oldest = 0  # since when answers may be unsent
        self._stopping: asyncio.Task[None] | None = None
        self._on_ready: asyncio.Task[None] | None = None
        self.state: dict[str, Any] | None = None  # of the lifespan
        if isinstance(app, Lazy):
            app.server = self
        # What every scope starts from; a request brings only what is different.
        given = {"client": None, **settings.scope, "asgi": ASGI}
        self._http: Scope = {**given, "type": "http"}
        given.pop("method", None)
        self._websocket: Scope = {"subprotocols": [], **given, "type": "websocket"}

    def run(self, ready: bytes) -> str:
        """Serve until Stop or the end of the link; return why the app could not start."""
        self._loop.call_soon(self.start, ready)
        while not self.finished:
            try:
                self._loop.run_forever()
            except (SystemExit, KeyboardInterrupt) as error:  # of a task that the app has made
                sys.stderr.write(format_error(error))
        if self.broken is not None:
            raise self.broken
        return self.failure

    def start(self, ready: bytes) -> None:
        """Begin to read, and start the app. Runs in the loop, in a context without an app."""
        self._loop.add_reader(self._link.fileno(), self._guarded, self._read)
        self._starting = self._loop.create_task(self._start(ready))
        self._guarded(self._serve)  # what came with the handshake

    async def _start(self, ready: bytes) -> None:
        if not isinstance(self._app, Lazy):
            await self.start_app(self._app)
            await self._warm()
        if not self.failure:
            self._out.answer(ready)
            self.is_ready()

    async def _warm(self) -> None:
        settings = self._settings
        if (settings.warmup or settings.load == "prefork") and not self.failure:
            from . import warmup

            self.failure = await warmup.run_in_worker(self._app, settings, self.state)
            if self.failure:
                self._finish()

    def is_ready(self) -> None:
        """Tell the app, in a task of its own that may last as long as the worker."""
        if hooks.are_there("on_ready") and not self.failure:
            self._on_ready = self._loop.create_task(hooks.on_ready_in_loop(self._loop))

    async def start_app(self, app: App) -> None:
        """Start the app, and its lifespan; where that fails, the worker ends."""
        threads.install(self._loop, self._threads)
        self._lifespan = Lifespan(app, self._mode)
        self.failure = await hooks.after_fork_in_loop() or await self._lifespan.startup()
        if self.failure:
            self._finish()
        self.state = self._lifespan.state

    def _finish(self) -> None:
        self.finished = True
        self._loop.stop()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # not the app's: its own end in its task
            self.broken = error
            self._finish()

    def _read(self) -> None:
        """Take what has arrived."""
        if self._link.read_now():
            self._page[READ] = self._oldest = time.monotonic_ns()
            self._serve()
        else:
            self._finish()

    def _serve(self) -> None:
        out, take = self._out, self._link.take
        out.scheduled = True  # it is all sent together, at the end
        try:
            while (taken := take()) is not None:
                word, stream, payload = taken
                if word == REQUEST and stream:
                    try:
                        scopes = marshal.loads(payload)
                    except _NO_SCOPE as error:
                        raise WireError(f"marshal cannot read the scopes: {error}") from None
                    self._requests(stream, scopes)
                else:
                    wire.check(len(payload), word, stream)
                    self._other(word, stream, payload)
        finally:
            if _EAGER:
                out.flush()
            else:  # after the first steps of the new tasks, in the same turn
                self._loop.call_soon(out.flush)

    def _requests(self, stream: int, scopes: list[Scope]) -> None:
        """Start requests without a body."""
        out, page, clock, streams = self._out, self._page, time.monotonic_ns, self._streams
        app, common, loop, options, state = self._app, self._http, self._loop, _TASK, self.state
        task_of, new, method, extend = asyncio.Task, Exchange, MethodType, self._extend_deadline
        for given in scopes:
            now = clock()
            if now - self._oldest > _MILLISECOND:  # an answer waits for no app that takes its time
                out.flush()
                out.scheduled = True
                self._oldest = now
            page[STARTED] = stream
            if "type" in given:
                self._upgrade(stream, given)
            else:
                scope = common | given
                scope["extensions"] = extensions = EXTENSIONS.copy()
                # Refers to a number only: a cycle through the scope would be left to the collector.
                extensions["saola"] = {"extend_deadline": method(extend, stream)}
                if "raw_path" not in given:
                    scope["raw_path"] = scope["path"].encode()
                if state is not None:
                    scope["state"] = state.copy()
                exchange = new(out, stream, scope)
                if _EAGER:
                    task = task_of(serve(app, exchange, scope), loop=loop, **options)
                    if not task.done():
                        exchange.task = task
                        streams[stream] = exchange
                else:
                    streams[stream] = exchange
                    exchange.task = task_of(serve(app, exchange, scope), loop=loop, **options)
                    if not stream % _FEW:
                        loop.call_soon(out.flush)
            stream += 1

    def _begin(self, stream: Stream) -> None:
        """Start the task of a stream that is no request without a body."""
        self._page[STARTED] = stream.number
        self._streams[stream.number] = stream
        work = serve(self._app, stream, stream.scope)
        task = asyncio.Task(work, loop=self._loop, **_TASK)
        if task.done():
            self._out.ended(stream)
        else:
            stream.task = task

    def _whole_scope(
        self, stream: int, common: Scope, given: Scope, extensions: dict[str, dict[str, object]]
    ) -> Scope:
        scope = common | given
        own = {"extend_deadline": MethodType(self._extend_deadline, stream)}
        scope["extensions"] = {**extensions, "saola": own}
        if "raw_path" not in given:
            scope["raw_path"] = scope["path"].encode()
        if self.state is not None:
            scope["state"] = self.state.copy()
        return scope

    def _upgrade(self, stream: int, given: Scope) -> None:
        """Start a WebSocket."""
        scope = self._whole_scope(stream, self._websocket, given, WEBSOCKET_EXTENSIONS)
        self._begin(WebSocket(self._out, stream, scope))

    def _with_body(self, word: int, stream: int, payload: memoryview) -> None:
        """Start a request that came with a body, and so alone."""
        blob, body = wire.split_request(payload)
        try:
            (given,) = marshal.loads(blob)
            scope = self._whole_scope(stream, self._http, given, EXTENSIONS)
        except _NO_SCOPE as error:
            raise WireError(f"marshal cannot read the scope: {error}") from None
        exchange = Exchange(self._out, stream, scope)
        if word == REQUEST_MORE:
            exchange.goes_on(bytes(body))
        else:
            exchange.body = bytes(body)
        self._begin(exchange)

    def _other(self, word: int, number: int, payload: memoryview) -> None:
        """Obey a frame that is no request without a body."""
        if word in (REQUEST_BODY, REQUEST_MORE):
            self._with_body(word, number, payload)
            return
        if word == wire.STOP:
            seconds = wire.read_stop(payload)
            if self._stopping is None:
                self._stopping = self._loop.create_task(self._stop(seconds))
            return
        if word == wire.ARENA_READY:
            self._link.arena_ready(payload)
            return
        if word == wire.PING:
            wire.read_empty(payload)
            return
        kind = word & 0xFF
        if not number or kind == REQUEST:
            raise WireError(f"kind and flags {word:#x} are not for an ASGI worker")
        stream = self._streams.get(number)  # what comes for one that has ended is late, not wrong
        if kind == wire.CREDIT:
            size = wire.read_u32(payload)
            if stream is not None:
                stream.add_credit(size)
        elif kind == wire.CANCEL:
            wire.read_empty(payload)
            if stream is not None and word == wire.CANCEL_GONE:
                stream.client_gone()
            elif stream is not None:
                self._cancel(stream, "its time was up")
        elif kind == wire.CLOSE:
            code, reason = wire.read_close(payload)
            if stream is not None:
                self._as_websocket(stream).closed(code, reason)
        else:
            self._piece(word, stream, wire.read_piece(payload))

    def _piece(self, word: int, stream: Stream | None, piece: bytes) -> None:
        """Pass on a piece of a body or of a message."""
        if word == wire.BODY and not piece:
            raise WireError("a Body of nothing that is not the last")
        if stream is None:
            return
        if word & 0xFF == wire.MESSAGE:
            flags = word >> 8
            self._as_websocket(stream).add_message(
                piece, bool(flags & wire.TEXT), bool(flags & wire.MORE)
            )
        elif isinstance(stream, Exchange) and stream.more:
            stream.add_body(piece, word == wire.LAST_BODY)
        else:
            raise WireError(f"a Body for stream {stream.number}, which has none or all of it")

    def _as_websocket(self, stream: Stream) -> WebSocket:
        if not isinstance(stream, WebSocket):
            raise WireError(f"stream {stream.number} is no WebSocket")
        return stream

    # Time

    def _extend(self, number: int, seconds: float) -> None:
        """``scope["extensions"]["saola"]["extend_deadline"]``: so many seconds from now, at least.

        From any task of the request, and from any thread that works for it.
        """
        data = wire.extend(number, milliseconds(seconds))
        if get_ident() == self._thread:
            self._send_now(data)
        else:
            self._loop.call_soon_threadsafe(self._send_now, data)

    def _send_now(self, data: bytes) -> None:
        self._out.answer(data)
        self._out.flush()  # what follows may block the loop

    def describe(self) -> str:
        """Say where all tasks stand that serve requests."""
        return describe(self._streams.values())

    # The ends

    def _cancel(self, stream: Stream, why: str) -> None:
        # After the task's first step, without which it would end and nobody would say so.
        self._loop.call_soon(stream.cancel, why)
        self._loop.call_later(self._grace, self._give_up, stream)

    def _give_up(self, stream: Stream) -> None:
        """Forget a task that ignores its cancellation, and say so once."""
        task = stream.task
        if task is None or self._streams.get(stream.number) is not stream:
            return
        what = f"{stream.scope.get('method', 'WebSocket')} {stream.scope['path']}"
        sys.stderr.write(
            f"saola worker: the task of {what!r} was cancelled ({stream.cancelled}) "
            f"{self._grace:g} s ago and goes on:\n{stack_of(task)}"
        )
        stream.forget()

    async def _stop(self, seconds: float) -> None:
        """End as the server asks for: requests, then the app, then the worker."""
        loop, out = self._loop, self._out
        end = loop.time() + seconds * 0.9  # and then it is killed
        await asyncio.wait((self._starting,), timeout=seconds)
        await self._streams_end(seconds / 2)
        for stream in list(self._streams.values()):
            stream.cancel("the worker stops")
        await self._streams_end(min(_LEFTOVERS, seconds / 8))
        for stream in list(self._streams.values()):
            self._give_up(stream)
        if self._lifespan is not None:
            shutdown = loop.create_task(self._lifespan.shutdown())
            await asyncio.wait((shutdown,), timeout=max(0.0, end - loop.time()))
            if not shutdown.done():
                sys.stderr.write(
                    "saola worker: lifespan.shutdown takes longer than there is time for it\n"
                )
        if hooks.are_there("on_exit"):
            exiting = loop.create_task(hooks.on_exit_in_loop(loop))
            await asyncio.wait((exiting,), timeout=max(0.0, end - loop.time()))
            if not exiting.done():
                sys.stderr.write("saola worker: on_exit takes longer than there is time for it\n")
        await self._cancel_others(max(0.0, end - loop.time()))
        out.answer(wire.frame(wire.BYE))
        await out.sent()
        self._finish()

    async def _streams_end(self, seconds: float) -> None:
        if self._streams:
            self._out.all_ended = ended = self._loop.create_future()
            await asyncio.wait((ended,), timeout=seconds)
            self._out.all_ended = None

    async def _cancel_others(self, seconds: float) -> None:
        """Cancel what the app has left running, as ``asyncio.run`` does."""
        others = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=min(seconds, _LEFTOVERS))
        await asyncio.wait(
            (self._loop.create_task(self._loop.shutdown_asyncgens()),), timeout=seconds
        )
