"""One worker: connect, serve one request after the other, finish, exit.

Forked by a mold (``mold.py``), child of the keeper. Everything here runs in the worker.
"""

from __future__ import annotations

import gc
import marshal
import mmap
import os
import signal
import sys
import time
from _thread import allocate_lock
from io import BytesIO

from . import hooks, wire
from .appimport import Loaded, load
from .appkind import ASGI, WSGI
from .bodies import open_spool
from .deadlines import extender, interrupter
from .errors import AppImportError, HookError, WireError
from .link import Link
from .linux import die_with
from .process import BROKEN, FINISHED, NO_APP, WORKER, Birth, introduce, leave, speak_into
from .stacks import Stacks
from .wire import REQUEST, REQUEST_BODY, REQUEST_FILE, split_request
from .wsgi import Exchange, constants, format_error, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, NoReturn

    from .link import Page
    from .refork import Refork
    from .settings import Settings
    from .threaded import ThreadedServer
    from .wsgi import App, Environ

# Words of the status page (PROTOCOL.md §6).
STARTED, WITHDRAWN, SINCE = 0, 1, 8

_NO_ENVIRON = (EOFError, ValueError, TypeError)
_MILLISECOND = 1_000_000
_PARENT_PATIENCE = 5.0
_INTERRUPT = signal.SIGRTMIN + 1
_SEND_UNSENT = signal.SIGRTMIN + 4


def main(birth: Birth, slot: int, settings: Settings, loaded: Loaded | None) -> NoReturn:
    """Be a worker. ``loaded`` is what the mold has imported, if it has."""
    code = BROKEN
    try:
        code = _live(birth, slot, settings, loaded)
    except WireError as error:
        sys.stderr.write(f"saola worker {slot}: broken link: {error}\n")
    except (HookError, AppImportError) as error:
        sys.stderr.write(f"{error}\n")
        code = NO_APP
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        leave(code)


def _live(birth: Birth, slot: int, settings: Settings, loaded: Loaded | None) -> int:
    os.setsid()  # its own group: what the app starts can be killed with it
    _reset_signals()
    hooks.in_worker(birth.generation, slot)
    birth.title.set(f"saola:wkr-{slot}", f"saola: worker {slot} g{birth.generation}")
    speak_into(os.path.join(birth.directory, f"slot-{slot}"))
    gc.enable()
    _reseed()
    stacks = Stacks(birth, slot)
    link, welcome = introduce(birth, WORKER, slot)
    if not _die_with(birth.keeper):
        return BROKEN
    link.page = _map_page(welcome.page)
    link.arena_path = welcome.arena
    refork = _refork(birth, welcome)  # before the app opens anything of this worker's own
    signal.signal(_SEND_UNSENT, lambda number, frame: link.send_unsent())
    from_mold = loaded is not None
    if loaded is None:
        loaded = _late_app(settings)
        if loaded is None:
            return NO_APP
        say_static(link, settings)
    hooks.after_fork(loaded.interface == ASGI)
    if loaded.interface == WSGI:  # else once its event loop runs
        warm(loaded, welcome, from_mold)
    ready = wire.frame(wire.READY, payload=f"{loaded.interface}\n{loaded.name}".encode())
    if loaded.interface == ASGI:
        return _serve_asgi(link, loaded, welcome, ready, stacks)
    link.answer(ready)
    if hooks.are_there("on_ready"):
        link.flush()  # what they do may take its time
        hooks.on_ready()
    _server(link, loaded.app, welcome, refork).run()
    if refork is not None and refork.generation:
        stacks.close()
        return refork.take_over(link, _SEND_UNSENT, loaded)
    hooks.at_exit()
    return FINISHED


def _refork(birth: Birth, settings: Settings) -> Refork | None:
    if not settings.refork:
        return None
    from .refork import Refork

    return Refork(birth)


def _server(
    link: Link, app: App, settings: Settings, refork: Refork | None
) -> Server | ThreadedServer:
    if settings.threads == 1:
        return Server(link, app, settings, refork)
    from .threaded import ThreadedServer

    return ThreadedServer(link, app, settings, refork)


def _serve_asgi(
    link: Link, loaded: Loaded, settings: Settings, ready: bytes, stacks: Stacks
) -> int:
    from .asyncserver import run

    # An event loop sends what it has in each turn, and none may be nudged in the middle of it.
    signal.signal(_SEND_UNSENT, signal.SIG_IGN)
    failure = run(link, loaded.app, settings, ready, stacks)
    if failure:
        sys.stderr.write(f"{failure}\n")
        return NO_APP
    hooks.at_exit()
    return FINISHED


def load_app(settings: Settings) -> Loaded:
    """Import the app, and what serves it."""
    loaded = load(settings.target, settings.chdir, settings.interface, settings.factory)
    if loaded.interface == ASGI:
        from . import asyncserver

        asyncserver.prepare(settings.loop)
    elif settings.threads > 1:
        from . import threaded  # noqa: F401  before the fork, so that it is shared
    if settings.watch:
        from . import watched

        watched.report_templates()
    return loaded


def say_static(link: Link, settings: Settings) -> None:
    """Tell the server where the static files are of the app that has been imported here."""
    if settings.static:
        from .djangostatic import payload

        link.answer(
            wire.frame(wire.STATIC, payload=payload(settings.environ.get("SCRIPT_NAME", "")))
        )
        link.flush()


def _reset_signals() -> None:
    # The keeper and the server stop workers with these, whatever the app's import has made of them.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)  # of an event loop in the mold
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def warm(loaded: Loaded, settings: Settings, again: bool = False) -> None:
    """Make the warm-up requests; ``again`` in a worker whose mold has made them."""
    wanted = settings.warmup or "django" in sys.modules or "DJANGO_WARMUP_URL" in os.environ
    if wanted and settings.load != "lazy":
        from . import warmup  # workers that need none have none of it in their memory

        if again:
            warmup.run_again(loaded, settings)
        else:
            warmup.run(loaded, settings)


def _reseed() -> None:
    # random has its own hook; numpy's global state has none.
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _die_with(keeper: int) -> bool:
    """Be killed with the keeper, whose child a worker is once the intermediate has ended.

    Set earlier, the worker would be killed at that very moment.
    """
    patience = time.monotonic() + _PARENT_PATIENCE
    while not die_with(keeper):
        if time.monotonic() > patience:
            return False
        time.sleep(0.001)
    return True


def _map_page(path: str) -> Page:
    with open(path, "r+b") as file:
        # The cast writes whole aligned words; struct with '<' writes bytes, and readers see half.
        return memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")


def _late_app(settings: Settings) -> Loaded | None:
    """Import the app in this worker, now or at its first request."""
    if settings.load == "lazy":
        name = settings.target or settings.chdir
        if settings.interface == ASGI:
            from .asyncserver import Lazy

            return Loaded(Lazy(lambda: load_app(settings).app), name, ASGI)
        return Loaded(_Lazy(lambda: _load_wsgi(settings)), name, WSGI)
    try:
        loaded = load_app(settings)
    except AppImportError as error:
        sys.stderr.write(f"{error}\n")
        return None
    except BaseException as error:
        sys.stderr.write(format_error(error))
        return None
    gc.collect()
    gc.freeze()
    return loaded


def _load_wsgi(settings: Settings) -> App:
    """Import an app that was taken for a WSGI app when nobody could know."""
    loaded = load_app(settings)
    if loaded.interface != WSGI:
        raise AppImportError(
            "interface",
            f"{loaded.name} is an ASGI app, which --load lazy finds out too late: "
            "say --interface asgi as well",
        )
    app: App = loaded.app
    return app


class _Lazy:
    """An app that is imported when it is first called."""

    def __init__(self, load: Callable[[], App]) -> None:
        self._load = load
        self._lock = allocate_lock()  # several places may be the first
        self._app: App | None = None

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        app = self._app
        if app is None:
            with self._lock:
                app = self._first() if self._app is None else self._app
        return app(environ, start_response)

    def _first(self) -> App:
        app = self._load()
        hooks.after_fork(has_loop=False)
        self._app = app
        hooks.on_ready()
        return app


class Server:
    """The loop of a worker with one place."""

    def __init__(
        self, link: Link, app: App, settings: Settings, refork: Refork | None = None
    ) -> None:
        self._refork = refork
        self._link = link
        self._app = app
        # What every environ starts from; a request brings only what is different.
        self._common = constants(settings.environ, settings.threads, settings.multiprocess)
        self._common["saola.extend_deadline"] = extender(link)
        signal.signal(_INTERRUPT, interrupter(link))

    def run(self) -> None:
        """Serve until Stop or the end of the link."""
        link, page = self._link, self._link.page
        take, clock, read = link.take, time.monotonic_ns, marshal.loads
        app, common = self._app, self._common
        oldest = 0
        while True:
            taken = take()
            if taken is None:
                page[SINCE] = 0
                if not link.wait():
                    return
                continue
            word, stream, payload = taken
            if word != REQUEST or not stream:
                wire.check(len(payload), word, stream)
                if word in (REQUEST_BODY, REQUEST_FILE):
                    oldest = self._serve_body(word, stream, payload, oldest)
                elif self._control(word, stream, payload):
                    return
                continue
            try:
                environs: list[Environ] = read(payload)
                link.last_stream = stream + len(environs) - 1
            except _NO_ENVIRON as error:
                raise WireError(f"marshal cannot read the environs: {error}") from None
            for given in environs:
                now = clock()
                if not link.unsent:
                    oldest = now
                elif now - oldest > _MILLISECOND:
                    link.flush()
                    oldest = now
                page[SINCE] = now
                page[STARTED] = stream
                if page[WITHDRAWN] >= stream:  # looked at only after started is written
                    link.answer(wire.frame(wire.SKIPPED, stream))
                else:
                    environ = common | given
                    environ["wsgi.input"] = BytesIO()
                    serve(app, link, stream, environ)
                stream += 1

    def _serve_body(self, word: int, stream: int, payload: memoryview, oldest: int) -> int:
        """Serve a request that came with a body, and so alone.

        Return when the first request was started whose answer is unsent, as ``oldest`` is.
        """
        link, page = self._link, self._link.page
        blob, rest = split_request(payload)
        try:
            (given,) = marshal.loads(blob)
            environ: Environ = self._common | given
        except _NO_ENVIRON as error:
            raise WireError(f"marshal cannot read the environ: {error}") from None
        now = time.monotonic_ns()
        if len(link.unsent) != link.kept or now - oldest > _MILLISECOND:
            link.flush()  # else a death in this one would leave those in doubt, too
        if not link.unsent:
            oldest = now
        link.last_stream = stream
        page[SINCE] = now
        page[STARTED] = stream
        if page[WITHDRAWN] >= stream:
            link.answer(wire.frame(wire.SKIPPED, stream))
            return oldest
        try:
            body = BytesIO(rest) if word == REQUEST_BODY else open_spool(bytes(rest))
        except OSError as error:
            Exchange(link, stream).fail(error)
            return oldest
        environ["wsgi.input"] = body
        serve(self._app, link, stream, environ)
        link.keep()
        if word == REQUEST_FILE:
            body.close()
        return oldest

    def _control(self, word: int, stream: int, payload: memoryview) -> bool:
        """Obey a frame that is no request; true if the worker is one no longer."""
        if word == wire.CREDIT:
            self._link.add_credit(stream, payload)
            return False
        if word == wire.ARENA_READY:
            self._link.arena_ready(payload)
            return False
        if word == wire.BECOME and self._refork is not None:
            return self._refork.become(self._link, wire.read_u32(payload))
        if word != wire.STOP:
            raise WireError(f"kind {word:#x} is not for a worker")
        wire.read_empty(payload)
        self._link.flush()  # answers do not wait for what the app does at its end
        hooks.on_exit()
        self._link.answer(wire.frame(wire.BYE))
        self._link.flush()
        return True
