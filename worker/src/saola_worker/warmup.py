"""Ask the app what it shall be warm for, before anybody else does.

In a mold, so that what the requests load is shared; where each worker imports the app by itself,
in the worker. A request looks to the app like one from this machine, but for the header
``X-Saola-Warmup: 1``, and ``SAOLA_WARMUP`` in its environ (``saola.warmup`` among the extensions
of its scope), which no client can forge. The response is read to its end by what serves clients.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from contextvars import copy_context

from . import wire
from .appkind import ASGI
from .deadlines import no_deadline
from .errors import AppImportError
from .wsgi import constants, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .appimport import Loaded
    from .settings import Settings, WarmupRequest
    from .streams import App, Scope, Stream

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_AGAIN = 1.0  # seconds until what swallows the end of its time is told again
_WAITING = ("asyncio.", "selectors")  # where a loop is that has nothing to do
_ENOUGH = sys.maxsize
_FROM_DJANGO = "DJANGO_WARMUP_URL"
_NO_LIFESPAN = (
    "; in a mold an app's lifespan is not started, as it opens what workers must not share: if "
    "this request needs it, leave its URL out (imports are shared all the same), or take "
    "--load prefork"
)


class _Late(BaseException):
    """The time for all warm-up requests together is up."""


class _Failed(Exception):
    """One line about one request."""


def run(loaded: Loaded, settings: Settings) -> None:
    """Load what Django loads with its first request, and make the requests of the settings.

    Leaves no event loop and none of our timers behind. Raises AppImportError if one has failed.
    """
    _load_django()
    if _requests(settings):
        with _Limit(settings.warmup_timeout) as limit:
            for request, policy in _requests(settings):
                if limit.place:
                    sys.stderr.write(f"warm-up {request[0]} {request[1]}: no time is left for it\n")
                else:
                    _make(loaded, settings, request, policy, limit)


def run_again(loaded: Loaded, settings: Settings) -> None:
    """Make one of the mold's requests in a worker without an event loop, before it is ready.

    It writes to the pages that any request writes to, which are copied then. That is no test any
    more: what fails here is reported, and the worker serves.
    """
    # A pool of threads has connections of its own, and would not use those of this thread.
    request = _safe(settings)
    if request is not None and settings.threads == 1:
        with _Limit(settings.warmup_timeout) as limit:
            _make(loaded, settings, request, "warn", limit)


def _safe(settings: Settings) -> WarmupRequest | None:
    return next((request for request in settings.warmup if request[0] in ("GET", "HEAD")), None)


def _load_django() -> None:
    if "django" in sys.modules:
        from . import djangowarmup

        djangowarmup.run()


def _requests(settings: Settings) -> list[tuple[WarmupRequest, str]]:
    requests = [(request, settings.warmup_policy) for request in settings.warmup]
    url = os.environ.get(_FROM_DJANGO, "").strip()
    if url and all(url != request[1] for request, _ in requests):
        if "://" not in url and not url.startswith("/"):
            url = f"/{url}"
        requests.append((("GET", url, [], []), "warn"))
    return requests


def _make(
    loaded: Loaded, settings: Settings, request: WarmupRequest, policy: str, limit: _Limit
) -> None:
    hint = ""
    try:
        if loaded.interface == ASGI:
            hint = "" if settings.lifespan == "off" else _NO_LIFESPAN
            _run_in_loop(loaded.app, settings, request, limit)
        else:
            _call(loaded.app, settings, request, limit)
    except _Failed as failure:
        _fail(f"warm-up {request[0]} {request[1]} {failure}{hint}", policy)


def _fail(text: str, policy: str) -> None:
    if policy == "fail":
        raise AppImportError("warmup", text)
    sys.stderr.write(f"{text}; --warmup-policy {policy}: going on without it\n")


class _Limit:
    """A time limit: the app's call is interrupted wherever Python runs, on the main thread."""

    def __init__(self, milliseconds: int) -> None:
        self._seconds = milliseconds / 1000
        self._armed = False
        self.place = ""  # where the app was, once its time was up

    def __enter__(self) -> _Limit:
        self._handler = signal.signal(signal.SIGALRM, self._interrupt)
        self._began = time.monotonic()
        self._timer = signal.setitimer(signal.ITIMER_REAL, self._seconds, _AGAIN)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._handler)
        left, interval = self._timer
        if left or interval:  # the app has set a timer when it was imported
            left = max(left - (time.monotonic() - self._began), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, interval)

    def _interrupt(self, _: int, frame: FrameType | None) -> None:
        if not self.place:
            self.place = f" within {self._seconds:g} s, half of --boot-timeout{_where(frame)}"
        if self._armed:  # what swallows it is told again; lines of ours are never interrupted
            raise _Late

    def call(self, step: Callable[[], object]) -> None:
        """Do what may be interrupted."""
        try:
            self._armed = True
            step()
            self._armed = False
        except _Late:
            self._armed = False

    def check(self) -> None:
        """Raise if the time is up."""
        if self.place:
            raise _Failed(f"was not answered{self.place}")


def _where(frame: FrameType | None) -> str:
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    if frame is None or frame.f_globals.get("__name__", "").startswith(_WAITING):
        return ""
    return f"; it was in {frame.f_code.co_name}, {frame.f_code.co_filename}:{frame.f_lineno}"


class _Sink:
    """Takes the frames of one answer instead of the link."""

    window = _ENOUGH
    full = False
    armed = 0
    shot = -1  # no stream: nothing interrupts a warm-up like a request

    def __init__(self) -> None:
        self.status = ""
        self.location = ""
        self.failure = ""
        self.complete = False

    def answer(self, data: bytes) -> None:
        kind, head = data[4], b""
        if kind == wire.RESPONSE:
            size = int.from_bytes(data[12:16], "little")
            head = data[16 : 16 + size]
            self.complete = True
        elif kind == wire.HEAD:
            head = data[12:]
        elif kind == wire.FAILED:
            self.failure = data[12:].decode("utf-8", "replace")
        elif kind == wire.END:
            self.complete = not data[5]  # no flag: it was not aborted
        if head:
            self.status, *rest = head.decode("latin-1").split("\n")
            for name, value in zip(rest[::2], rest[1::2], strict=False):
                if name.lower() == "location":
                    self.location = value

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        self.answer(wire.response_start(stream, count, head, len(body)))
        return True

    def hurry(self, stream: int) -> None:
        pass

    def open(self, stream: int, head: bytes) -> None:
        self.answer(head)

    def data(self, piece: bytes, more: bool = False) -> bool:
        return True

    def file(self, offset: int, length: int, path: bytes) -> bool:
        return True

    def end(self, flags: int = 0) -> None:
        self.complete = not flags

    def large_data(self, stream: int, piece: memoryview) -> None:
        pass

    def piece(self, data: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass

    def ended(self, stream: Stream) -> None:
        pass

    def check(self, right: list[int]) -> None:
        """Raise if this is not the answer that was expected."""
        if self.failure:
            sys.stderr.write(self.failure)
            last = self.failure.strip().rpartition("\n")[2]
            raise _Failed(f"has failed in the app: {last}")
        if not self.complete:
            raise _Failed("was not answered to the end")
        number = int(self.status[:3]) if self.status[:3].isdecimal() else 0
        if number not in right if right else not 200 <= number < 400:
            to = f" to {self.location}" if self.location else ""
            wanted = " or ".join(map(str, right)) if right else "a status below 400"
            raise _Failed(f"was answered {self.status}{to}, expected {wanted}")


# WSGI


def _call(app: Any, settings: Settings, request: WarmupRequest, limit: _Limit) -> None:
    sink = _Sink()
    asked = environ(settings, request)
    # Its context variables end with the request: workers must not begin with its language.
    limit.call(lambda: copy_context().run(serve, app, sink, 0, asked))
    limit.check()
    sink.check(request[3])


def environ(settings: Settings, request: WarmupRequest) -> dict[str, Any]:
    """Return the environ that the server would send for this request (PROTOCOL.md §8)."""
    from urllib.parse import unquote

    method, url, headers, _ = request
    scheme, host, path, query = _split(url)
    root = settings.environ.get("SCRIPT_NAME", "")
    decoded = unquote(path, "latin-1")
    name, port = _name_and_port(scheme, host)
    environ = constants(settings.environ, settings.threads, settings.multiprocess) | {
        "saola.extend_deadline": no_deadline,
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": root,
        "PATH_INFO": decoded[len(root) :] if _is_below(decoded, root) else decoded,
        "QUERY_STRING": query,
        "REQUEST_URI": path + (f"?{query}" if query else ""),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "0",
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(),
        "SAOLA_WARMUP": "1",
    }
    for name, value in _headers(host, headers):
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _headers(host: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    said = {name.lower() for name, _ in headers}
    ours = [("Host", host), ("User-Agent", "saola-warmup"), ("X-Saola-Warmup", "1")]
    return [pair for pair in ours if pair[0].lower() not in said] + headers


def _split(url: str) -> tuple[str, str, str, str]:
    """Return scheme, host, path and query."""
    scheme, colon, rest = url.partition("://")
    if colon and "/" not in scheme:
        end = min((rest + "/").index("/"), (rest + "?").index("?"))
        host, target = rest[:end], rest[end:]
    else:
        scheme, host = origin()
        target = url
    path, _, query = target.partition("?")
    return scheme.lower(), host, path or "/", query


def _name_and_port(scheme: str, host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        return host, "443" if scheme == "https" else "80"
    return name, port


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


def origin() -> tuple[str, str]:
    """Return a scheme and a host that the app answers to, where the URL is a path."""
    scheme, host = "http", "localhost"
    settings = sys.modules["django.conf"].settings if "django.conf" in sys.modules else None
    if settings is not None and settings.configured:
        if settings.SECURE_SSL_REDIRECT:  # which warms nothing else
            scheme = "https"
        names = [str(name).removeprefix(".") for name in settings.ALLOWED_HOSTS]
        host = next((name for name in names if name and "*" not in name), host)
    return scheme, host


# ASGI


def _run_in_loop(app: App, settings: Settings, request: WarmupRequest, limit: _Limit) -> None:
    """Make a request in an event loop of its own, and leave nothing of that loop behind.

    Not ``asyncio.run``, which would ask the app's policy for a loop: uvloop's is not ours to stop.
    """
    import asyncio

    loop = asyncio.SelectorEventLoop()
    sink = _Sink()
    try:
        limit.call(lambda: loop.run_until_complete(_answer(app, settings, request, sink, None)))
        limit.call(lambda: _end_tasks(loop))
        limit.call(lambda: loop.run_until_complete(loop.shutdown_asyncgens()))
        limit.call(lambda: loop.run_until_complete(loop.shutdown_default_executor()))
    finally:
        loop.close()
    limit.check()
    sink.check(request[3])


def _end_tasks(loop: Any) -> None:
    import asyncio

    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))


async def _answer(
    app: App,
    settings: Settings,
    request: WarmupRequest,
    sink: _Sink,
    state: dict[str, Any] | None,
) -> None:
    from .asgi import Exchange
    from .streams import serve as serve_asgi

    asked = scope(settings, request)
    if state is not None:
        asked["state"] = state.copy()
    await serve_asgi(app, Exchange(sink, 0, asked), asked)


def scope(settings: Settings, request: WarmupRequest) -> Scope:
    """Return the scope that the server would send for this request (PROTOCOL.md §9)."""
    from urllib.parse import unquote

    from .asgi import ASGI as VERSIONS
    from .asgi import EXTENSIONS

    method, url, headers, _ = request
    scheme, host, path, query = _split(url)
    root = settings.scope.get("root_path", "")
    decoded = unquote(path)
    above = "" if _is_below(decoded, root) else root
    name, port = _name_and_port(scheme, host)
    return {
        **settings.scope,
        "type": "http",
        "asgi": VERSIONS,
        "method": method,
        "scheme": scheme,
        "path": above + decoded,
        "raw_path": (above + path).encode("ascii", "replace"),
        "query_string": query.encode(),
        "headers": [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in _headers(host, headers)
        ],
        "client": ("127.0.0.1", 0),
        "server": (name, int(port)),
        "extensions": {
            **EXTENSIONS,
            "saola": {"extend_deadline": no_deadline},
            "saola.warmup": {},
        },
    }


async def run_in_worker(app: App, settings: Settings, state: dict[str, Any] | None) -> str:
    """Make the requests in the event loop of a worker, whose lifespan has begun.

    All of them where the worker has imported the app itself; returns what has failed then, or
    nothing. Else one, as ``run_again`` does.
    """
    if settings.load == "prewarm":
        request = _safe(settings)
        requests = [] if request is None else [(request, "warn")]
    else:
        _load_django()
        requests = _requests(settings)
    seconds = settings.warmup_timeout / 1000
    ends = time.monotonic() + seconds
    for request, policy in requests:
        left = max(ends - time.monotonic(), 0) if seconds else None
        try:
            await _call_in_loop(app, settings, request, state, left)
        except _Failed as failure:
            try:
                _fail(f"warm-up {request[0]} {request[1]} {failure}", policy)
            except AppImportError as error:
                return str(error)
    return ""


async def _call_in_loop(
    app: App,
    settings: Settings,
    request: WarmupRequest,
    state: dict[str, Any] | None,
    seconds: float | None,
) -> None:
    import asyncio

    sink = _Sink()
    call = asyncio.ensure_future(_answer(app, settings, request, sink, state))
    await asyncio.wait((call,), timeout=seconds)
    if not call.done():
        call.cancel()
        raise _Failed(
            f"was not answered within {settings.warmup_timeout / 1000:g} s, half of --boot-timeout"
        )
    sink.check(request[3])
