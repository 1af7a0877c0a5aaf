"""Put in order, before a fork, what can be begun anew after it. Runs in the mold.

Only modules that the app has imported are touched. What is closed here is closed by its own
library, and opened by it again when a worker first needs it.
"""

from __future__ import annotations

import gc
import os
import sys
import time

from .linux import fork_without_hooks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor
    from typing import Any

_PATIENCE = 1.0  # seconds for what has to end by itself: a task, the job of an executor


def put_in_order(faults: list[str], suspects: Callable[[], bool], files: set[int]) -> None:
    """Do what can be done, and add what has failed to ``faults``.

    ``suspects`` says whether there is a thread or a descriptor that is worth a look through all
    objects; ``files`` are the regular files that may have something left to write.
    """
    if getattr(getattr(sys.modules.get("django.conf"), "settings", None), "configured", False):
        # Others import parts of Django too, Sentry for one, and never configure it.
        for module, what, step in _DJANGO:
            if sys.modules.get(module) is not None:
                attempt(faults, what, step)
    if sys.modules.get("ssl") is not None:
        attempt(faults, "ssl.RAND_bytes", _openssl)
    attempt(faults, "flushing logs", _flush_logs)
    attempt(faults, "flushing standard output", _flush_stdio)
    if suspects():
        attempt(faults, "looking through Python's objects", _settle_objects, faults)
    if files:
        attempt(faults, "looking through Python's files", _flush_files, faults, files)


def fork_for_nothing() -> None:
    """Have native libraries do what they do at a fork (``pthread_atfork``)."""
    pid = fork_without_hooks()
    if pid == 0:
        os._exit(0)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass  # the app reaps what is not its own


def attempt(faults: list[str], what: str, step: Callable[..., object], *args: object) -> None:
    """Call ``step``; what it raises is a line in ``faults``, and goes no further."""
    try:
        step(*args)
    except BaseException as error:
        text = " ".join(str(error).split())
        faults.append(f"{what} has failed: {type(error).__name__}: {text}")


# What is found by its name


def _django_databases() -> None:
    connections = sys.modules["django.db"].connections
    for connection in connections.all(initialized_only=True):
        # For :memory: close() does nothing, and each worker goes on with a copy.
        if (
            connection.vendor == "sqlite"
            and connection.connection is not None
            and connection.is_in_memory_db()
        ):
            sys.stderr.write(
                f"saola: the database {connection.alias!r} is in memory: from the fork on "
                "each worker has its own\n"
            )
        connection.queries_log.clear()  # reset_queries
    connections.close_all()
    for module in ("django.db.backends.postgresql.base", "django.db.backends.oracle.base"):
        wrapper = getattr(sys.modules.get(module), "DatabaseWrapper", None)
        for alias in list(getattr(wrapper, "_connection_pools", ())):
            # Django >= 5.1: close() only gives a connection back to its pool, which has threads.
            connections[alias].close_pool()


def _django_caches() -> None:
    sys.modules["django.core.cache"].caches.close_all()


def _django_translation() -> None:
    # Not deactivate_all(), which would leave every worker without any language.
    sys.modules["django.utils.translation"].deactivate()


def _django_timezone() -> None:
    sys.modules["django.utils.timezone"].deactivate()


def _django_urls() -> None:
    base = sys.modules["django.urls.base"]
    base.clear_script_prefix()
    base.set_urlconf(None)


def _openssl() -> None:
    # ssl, RAND_add: the state of the generator must have moved before a fork.
    sys.modules["ssl"].RAND_bytes(1)


def _flush_logs() -> None:
    logging = sys.modules.get("logging")
    for reference in list(getattr(logging, "_handlerList", ())):
        handler = reference()
        if handler is not None:
            handler.flush()


def _flush_stdio() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()


_DJANGO: tuple[tuple[str, str, Callable[[], None]], ...] = (
    ("django.db", "closing Django's connections", _django_databases),
    ("django.core.cache", "closing Django's caches", _django_caches),
    ("django.utils.translation", "Django's translation.deactivate()", _django_translation),
    ("django.utils.timezone", "Django's timezone.deactivate()", _django_timezone),
    ("django.urls.base", "resetting Django's URL prefix", _django_urls),
)


# What is found among all objects


def _settle_objects(faults: list[str]) -> None:
    found = _find(_CLASSES)
    loops = [loop for loop in found["loop"] if not loop.is_closed() and not loop.is_running()]
    asynchronous = [
        *(_dispose_async(engine) for engine in found["engine"] if engine.dialect.is_async),
        *(_disconnect(pool) for pool in found["async redis"]),
    ]
    if asynchronous:
        attempt(faults, "closing what is async", _run, asynchronous, loops)
    for engine in found["engine"]:
        if not engine.dialect.is_async:
            attempt(faults, "SQLAlchemy's dispose()", engine.dispose)
    for pool in found["redis"]:
        attempt(faults, "disconnecting redis-py", pool.disconnect)
    for manager in found["urllib3"]:
        attempt(faults, "clearing urllib3's pools", manager.clear)
    for handler in found["socket handler"]:
        attempt(faults, "closing a logging handler's socket", _close_socket, handler)
    for loop in loops:
        attempt(faults, "closing an event loop", close_loop, loop)
    if loops:
        sys.modules["asyncio"].set_event_loop(None)
    revive(found["executor"])
    loops.clear()
    found.clear()
    gc.collect()


def _flush_files(faults: list[str], files: set[int]) -> None:
    """Write out what each worker would otherwise write out again."""
    for instances in _find(_FILES).values():
        for file in instances:
            if not file.closed and file.fileno() in files:
                attempt(faults, "flushing a file", file.flush)


_CLASSES = {
    "executor": ("concurrent.futures.thread", "ThreadPoolExecutor"),
    "loop": ("asyncio.events", "AbstractEventLoop"),
    "engine": ("sqlalchemy.engine.base", "Engine"),
    "redis": ("redis.connection", "ConnectionPool"),
    "async redis": ("redis.asyncio.connection", "ConnectionPool"),
    "urllib3": ("urllib3.poolmanager", "PoolManager"),
    "socket handler": ("logging.handlers", "SocketHandler"),
}
_FILES = {name: ("_io", name) for name in ("TextIOWrapper", "BufferedWriter", "BufferedRandom")}


def _find(classes: dict[str, tuple[str, str]]) -> dict[str, list[Any]]:
    """Find all instances of these classes and of those below them."""
    wanted: dict[type, list[Any]] = {}
    found: dict[str, list[Any]] = {}
    for name, (module, attribute) in classes.items():
        instances = found[name] = []
        top = getattr(sys.modules.get(module), attribute, None)
        for cls in _with_subclasses(top) if isinstance(top, type) else ():
            wanted[cls] = instances
    for candidate in gc.get_objects():
        instances_of = wanted.get(type(candidate))
        if instances_of is not None:
            instances_of.append(candidate)
    return found


def _with_subclasses(cls: type) -> set[type]:
    classes = {cls}
    below: type
    for below in type.__subclasses__(cls):
        classes |= _with_subclasses(below)
    return classes


def _run(coroutines: list[Any], loops: list[AbstractEventLoop]) -> None:
    """Run them in a loop that may be the one that their objects belong to."""
    import asyncio

    async def wait() -> None:
        await asyncio.wait(list(map(asyncio.ensure_future, coroutines)), timeout=_PATIENCE)

    if loops:
        loops[0].run_until_complete(wait())
    else:
        asyncio.run(wait())


async def _dispose_async(engine: Any) -> None:
    try:
        await sys.modules["sqlalchemy.ext.asyncio"].AsyncEngine(engine).dispose()
    except Exception:
        engine.dispose(close=False)  # they belong to a loop that is closed: forget them


async def _disconnect(pool: Any) -> None:
    try:
        await pool.disconnect()
    except Exception:
        pool.reset()


def _close_socket(handler: Any) -> None:
    # SocketHandler.emit opens it again; close() would take the handler out of logging.
    handler.acquire()
    try:
        if handler.sock is not None:
            handler.sock.close()
            handler.sock = None
    finally:
        handler.release()


def close_loop(loop: AbstractEventLoop) -> None:
    """End a loop as ``asyncio.run`` does, with an end to its patience."""
    import asyncio

    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()

    async def end() -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)
        await loop.shutdown_asyncgens()

    loop.run_until_complete(end())
    loop.close()


def revive(executors: list[ThreadPoolExecutor]) -> None:
    """End the threads of executors, and make those that were not shut down as good as new.

    An executor that is shut down refuses every job; one that is forked with its threads believes
    that they live, and waits for them for ever. asgiref's one for all is among them.
    """
    end = time.monotonic() + _PATIENCE
    stopped: list[Any] = []
    for executor in executors:
        private: Any = executor
        if private._threads and not private._shutdown:
            with private._shutdown_lock:
                private._shutdown = True
            stopped.append(private)
        if private._threads:
            private._work_queue.put(None)  # each thread that sees it ends and puts it back
    for private in executors:
        for thread in list(private._threads):
            thread.join(max(0.0, end - time.monotonic()))
    import threading

    for private in stopped:
        with private._shutdown_lock:
            private._threads = {thread for thread in private._threads if thread.is_alive()}
            private._idle_semaphore = threading.Semaphore(0)
            private._shutdown = False
            if not private._threads:
                private._work_queue = type(private._work_queue)()
