"""What an application can tell Saola, and ask of it. Harmless wherever else the app runs.

::

    import saola

    @saola.before_fork
    def close() -> None:
        pool.close()

    @saola.after_fork
    def open() -> None:
        pool.open()

Functions are registered when the app is imported and take no arguments:

``before_fork``
    Once in each mold, after import and warm-up, before its memory is judged and frozen; last
    registered, first called. Not before every fork: what is written in a frozen mold is no longer
    shared. Plain functions only, for a mold has no event loop. Not with ``--load prefork`` or
    ``lazy``, where nothing is forked after the import.
``after_fork``
    In each worker when it has the app, before it is ready, whatever ``--load`` is. One that raises
    keeps the worker from starting. In an ASGI worker plain functions run before there is an event
    loop, and then coroutine functions in it, before the lifespan. Called again in a worker that was
    to become a mold (``--refork-after``) and serves on, for its ``before_fork`` has run.
``on_ready``
    In each worker when it has said that it is ready. In an ASGI worker plain functions run in a
    thread, coroutine functions in the event loop.
``on_exit``
    In each worker that ends because it was told to, after its last request (and the lifespan), as
    long as it has time left; last registered, first called. Not in one that is killed or crashes.

``slot()`` and ``generation()`` say which worker this is.

``RequestTimeout`` is raised into a WSGI app whose request has had its time (``--timeout``), and an
app that has to put something in order catches it. docs/timeouts.md says when it comes.

Under any other server, in tests and in commands, nothing of this runs, and both are ``None``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Hook = TypeVar("Hook", bound=Callable[[], Any])

__all__ = [
    "RequestTimeout",
    "after_fork",
    "before_fork",
    "generation",
    "on_exit",
    "on_ready",
    "slot",
]
__version__ = "0.1.0"

_CO_COROUTINE = 0x80

# Written by the registering functions below, and read by saola_worker.
_hooks: dict[str, list[Callable[[], Any]]] = {
    "before_fork": [],
    "after_fork": [],
    "on_ready": [],
    "on_exit": [],
}
_slot: int | None = None
_generation: int | None = None


class RequestTimeout(BaseException):
    """The request has had its time.

    Straight from BaseException, so that ``except Exception`` lets it pass, and not SystemExit,
    which would end an event loop that the app runs.
    """


def before_fork(function: Hook) -> Hook:
    """Call this once in each mold, before its memory is judged and frozen."""
    if callable(function) and _is_async(function):
        raise TypeError(
            f"saola.before_fork: {function!r} is a coroutine function, and before the fork there "
            "is no event loop"
        )
    return _register("before_fork", function)


def after_fork(function: Hook) -> Hook:
    """Call this in each worker before it is ready."""
    return _register("after_fork", function)


def on_ready(function: Hook) -> Hook:
    """Call this in each worker when it has said that it is ready."""
    return _register("on_ready", function)


def on_exit(function: Hook) -> Hook:
    """Call this in each worker that ends because it was told to."""
    return _register("on_exit", function)


def slot() -> int | None:
    """Return the number of this worker's place, from 0; nothing in a mold or elsewhere.

    It is what the logs call ``worker 0``. A worker's replacement has the same.
    """
    return _slot


def generation() -> int | None:
    """Return which load of the app this mold or worker has, from 1; nothing elsewhere."""
    return _generation


def _register(kind: str, function: Hook) -> Hook:
    if not callable(function):
        raise TypeError(f"saola.{kind}: {function!r} is not a function")
    _hooks[kind].append(function)
    return function


def _is_async(function: Any) -> bool:
    """Whether calling it makes a coroutine; ``inspect`` would cost each worker 2 MB."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    called = function if hasattr(function, "__code__") else type(function).__call__
    code = getattr(called, "__code__", None)
    return bool(code is not None and code.co_flags & _CO_COROUTINE)
