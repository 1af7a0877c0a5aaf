"""Threads for the sync code of an async app: bounded, counted, and named when they run out.

Three pools run such code, and each is full silently unless somebody looks: the default executor of
the loop (``run_in_executor``, ``asyncio.to_thread``, ``sync_to_async`` with
``thread_sensitive=False``), anyio's threads (sync endpoints of Starlette and FastAPI), and the one
thread that asgiref has for all ``sync_to_async`` outside of a request of Django's.

Only ASGI workers import this.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future
    from types import FrameType
    from typing import Any, TypeVar

    T = TypeVar("T")

_PATIENCE = 0.5  # seconds that a call waits before it is worth a line
_QUIET = 10.0  # seconds between two lines about the same pool
_GLANCE = 1.0  # seconds between two looks at anyio's threads
_NAMED = 3  # functions in a line

_OWN = "sync code waits, all threads of the event loop are busy (--asgi-threads {})"
_ANYIO = "sync code waits, all threads of anyio are busy ({}, see --asgi-threads)"
_ASGIREF = (
    "sync code waits, the one thread of sync_to_async outside of Django's requests is busy "
    "(thread_sensitive=False uses those of --asgi-threads instead)"
)


def install(loop: asyncio.AbstractEventLoop, most: int) -> Threads:
    """Bound and watch what runs sync code for this loop. Called in a task of it, before lifespan.

    An app that has imported anyio only later than this keeps anyio's own bound, which is 40.
    """
    pool = Threads(most, loop, _OWN.format(most), "saola-sync")
    loop.set_default_executor(pool)
    asgiref = sys.modules.get("asgiref.sync")
    if hasattr(getattr(asgiref, "SyncToAsync", None), "single_thread_executor"):
        # What the mold left in its place may have a thread that was not forked with it.
        shared = Threads(1, loop, _ASGIREF, "saola-sync-to-async")
        asgiref.SyncToAsync.single_thread_executor = shared  # type: ignore[union-attr]
    if "anyio" in sys.modules:
        import anyio.to_thread

        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = most
        _AnyioWatch(loop, limiter).look()
    return pool


class _Call:
    __slots__ = ("args", "function", "future", "kwargs", "since")

    future: Future[Any] | None

    def __init__(self, function: Any, args: Any, kwargs: Any) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.future = None
        self.since = time.monotonic()


class Threads(ThreadPoolExecutor):
    """A pool that knows what it runs, and says so while calls have to wait."""

    def __init__(
        self, most: int, loop: asyncio.AbstractEventLoop, complaint: str, prefix: str
    ) -> None:
        numbers = itertools.count()

        def name() -> None:
            threading.current_thread().name = f"{prefix}-{next(numbers)}"

        super().__init__(most, initializer=name)
        self._most = most
        self._loop = loop
        self._log = _Complaint(complaint)
        self.watched = False
        # In the order in which they began. Single operations on a dict are atomic.
        self._waits: dict[_Call, None] = {}
        self._runs: dict[_Call, None] = {}

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run a function in a thread, now or when one is free."""
        call = _Call(fn, args, kwargs)
        self._waits[call] = None
        if not self.watched and len(self._waits) + len(self._runs) > self._most:
            self.watched = True
            try:
                self._loop.call_soon_threadsafe(self._loop.call_later, _PATIENCE, self._look)
            except RuntimeError:
                pass  # the loop is closed, and nobody waits there any more
        try:
            future: Future[T] = super().submit(self._run, call)
        except RuntimeError:  # it is shut down
            del self._waits[call]
            raise
        call.future = future
        return future

    def _run(self, call: _Call) -> Any:
        self._runs[call] = None
        self._waits.pop(call, None)
        try:
            return call.function(*call.args, **call.kwargs)
        finally:
            del self._runs[call]

    def _look(self) -> None:
        """Complain if calls have waited for long, and look again while any wait."""
        self.watched = False  # said before looking, so that a call that comes now is not missed
        waits = []
        for call in list(self._waits):
            if call.future is not None and call.future.cancelled():
                # A callback for each call would say so at once, and cost more than all of this.
                self._waits.pop(call, None)
            else:
                waits.append(call)
        if not waits:
            return
        self.watched = True
        now = time.monotonic()
        if now - waits[0].since >= _PATIENCE:
            names = [name_of(call.function, call.args) for call in list(self._runs)]
            self._log.say(now, len(waits), now - waits[0].since, names)
        self._loop.call_later(_PATIENCE, self._look)


class _AnyioWatch:
    """Looks at anyio's limiter now and then: nothing calls us when it is empty."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limiter: Any) -> None:
        self._loop = loop
        self._limiter = limiter
        self._since: float | None = None
        self._log = _Complaint("")

    def look(self) -> None:
        limiter = self._limiter
        waits = 0
        if limiter.borrowed_tokens >= limiter.total_tokens:
            waits = limiter.statistics().tasks_waiting
        if not waits:
            self._since = None
        elif self._since is None:
            self._since = time.monotonic()
        else:
            now = time.monotonic()
            # The app may have changed the bound in its lifespan.
            self._log.text = _ANYIO.format(limiter.total_tokens)
            self._log.say(now, waits, now - self._since, _running_in_anyio())
        self._loop.call_later(_GLANCE, self.look)


class _Complaint:
    """One line on standard error, and not too often."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._quiet_until = 0.0

    def say(self, now: float, waiting: int, seconds: float, names: Iterable[str]) -> None:
        if now < self._quiet_until:
            return
        self._quiet_until = now + _QUIET
        calls = "1 call" if waiting == 1 else f"{waiting} calls"
        sys.stderr.write(f"{self.text}: {calls}, for {seconds:.1f} s now; {_tally(names)}\n")


def _tally(names: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    most = sorted(counts.items(), key=lambda item: -item[1])
    texts = [f"{count} x {name}" for name, count in most[:_NAMED]]
    others = sum(count for _, count in most[_NAMED:])
    if others:
        texts.append(f"{others} x others")
    return f"running: {', '.join(texts) or 'nothing any more'}"


def name_of(function: Any, args: tuple[Any, ...]) -> str:
    """Return ``module.function`` of the app's function inside what is called."""
    while True:
        owner = getattr(function, "__self__", None)
        if isinstance(function, partial):
            function, args = function.func, function.args + args
        elif isinstance(owner, Context) and args:  # asyncio.to_thread
            function, args = args[0], args[1:]
        elif owner is not None and type(owner).__module__ == "asgiref.sync":
            function, args = getattr(owner, "func", type(owner)), ()  # sync_to_async
        else:
            break
    name = getattr(function, "__qualname__", None)
    if name is None:
        function = type(function)
        name = function.__qualname__
    return f"{getattr(function, '__module__', None) or 'builtins'}.{name}"


def _running_in_anyio() -> list[str]:
    """Name the functions that anyio's threads run: it does not say, but their stacks do."""
    frames = sys._current_frames()
    names = []
    for thread in threading.enumerate():
        if thread.name == "AnyIO worker thread" and thread.ident in frames:
            name = _called_by_anyio(frames[thread.ident])
            if name:
                names.append(name)
    return names


def _called_by_anyio(frame: FrameType | None) -> str:
    """Return the function that a worker of anyio has called; nothing if it waits for one."""
    found = ""
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith("anyio."):
            return found
        code = frame.f_code
        found = f"{module}.{getattr(code, 'co_qualname', code.co_name)}"
        frame = frame.f_back
    return ""
