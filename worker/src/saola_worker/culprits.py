"""Names for what stands in the way of a fork: which thread, whose connection, what to do.

A line tells somebody who did not write Saola where to look in an application.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Thread
    from types import FrameType
    from typing import Any

_STDLIB = os.path.dirname(os.__file__) + os.sep
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_STARTED = "_saola_started"  # attribute of a thread
_STOPPED = "it would stand still in every worker; "
_AFTER = "start it in a saola.after_fork function"
_ONCE = "start it in a saola.after_fork function, in one worker only: if saola.slot() == 0"

# What to do about a thread, by the package that it runs in or that has started it.
_ADVICE = {
    "logging.handlers": "stop() the QueueListener in a saola.before_fork function and start() it "
    "in an after_fork one",
    "apscheduler": _ONCE,
    "schedule": _ONCE,
    "celery": "a Celery worker is a program of its own: start it beside the server",
    "sentry_sdk": "call sentry_sdk.init() in a saola.after_fork function",
    "opentelemetry": "set the providers and exporters up in a saola.after_fork function",
    "ddtrace": "start the tracer in a saola.after_fork function, not with ddtrace-run",
    "newrelic": "call newrelic.agent.register_application() in a saola.after_fork function",
    "elasticapm": "make the elasticapm client in a saola.after_fork function",
    "scout_apm": "call scout_apm's install() in a saola.after_fork function",
    "prometheus_client": "start its server in a saola.after_fork function, in one slot",
    "posthog": "make the client in a saola.after_fork function",
    "watchdog": "start the observer in a saola.after_fork function, or only when developing",
    "psycopg_pool": "make the pool with open=False and open() it in a saola.after_fork function",
    "pymongo": "make the MongoClient in a saola.after_fork function",
    "redis": "start what listens in a saola.after_fork function",
    "kafka": "make the client in a saola.after_fork function",
    "pika": "connect in a saola.after_fork function",
    "aiosqlite": "connect in the lifespan, or in a saola.after_fork function",
    "tqdm": "set tqdm.tqdm.monitor_interval = 0",
    "asgiref": "end what runs in it before the import ends",
    "multiprocessing": "make queues, pools and managers in a saola.after_fork function",
    "concurrent.futures": "its job has not ended within a second: submit it in a saola.after_fork "
    "function",
    "asyncio": "start event loops in a saola.after_fork function",
}
# The same for threads that no Python code has started, by the name that they give themselves.
_NATIVE = (
    ("rdk:", "librdkafka: make producers and consumers in a saola.after_fork function"),
    ("grpc", "gRPC: make channels in a saola.after_fork function (GRPC_ENABLE_FORK_SUPPORT)"),
    ("polars", "polars does not survive a fork: first use it in a worker, or --load prefork"),
    ("rayon", "a Rust library's thread pool does not survive a fork: first use it in a worker"),
    ("tokio", "a Rust library's runtime does not survive a fork: first use it in a worker"),
    ("cuda", "CUDA does not survive a fork: first use it in a worker"),
    ("tf_", "TensorFlow does not survive a fork: first use it in a worker"),
    ("jemalloc", "jemalloc: MALLOC_CONF=background_thread:false"),
    ("vips", "libvips: first use it in a worker"),
    ("gmain", "GLib's main loop: start it in a saola.after_fork function"),
    ("gdbus", "GLib's main loop: start it in a saola.after_fork function"),
)
_LIBRARY_FILES = (
    ("libgomp", "OpenMP: -e OMP_NUM_THREADS=1"),
    ("libiomp", "OpenMP: -e OMP_NUM_THREADS=1"),
    ("libomp", "OpenMP: -e OMP_NUM_THREADS=1"),
    ("libmkl", "MKL: -e MKL_NUM_THREADS=1"),
    ("openblas", "OpenBLAS: -e OPENBLAS_NUM_THREADS=1"),
    ("librdkafka", "librdkafka: make producers and consumers in a saola.after_fork function"),
    ("cygrpc", "gRPC: make channels in a saola.after_fork function"),
    ("libtorch", "PyTorch: torch.set_num_threads(1)"),
)
_SERVICES = {
    1433: "SQL Server",
    1521: "Oracle",
    3306: "MySQL",
    4317: "OpenTelemetry",
    5432: "PostgreSQL",
    5672: "AMQP",
    6379: "Redis",
    9092: "Kafka",
    9200: "Elasticsearch",
    11211: "memcached",
    27017: "MongoDB",
}


class Starts:
    """Notes where threads are started, while an app is imported and warmed."""

    def __init__(self) -> None:
        import threading

        self._threading = threading
        self._original = original = threading.Thread.start
        self._noting = True

        def start(thread: Thread) -> None:
            if self._noting:
                vars(thread)[_STARTED] = _callers(sys._getframe(1))
            original(thread)

        self._ours = start
        threading.Thread.start = start  # type: ignore[method-assign, assignment]

    def stop(self) -> None:
        """Note no more. An app that has put its own method over ours keeps it, and ours below."""
        self._noting = False
        if self._threading.Thread.start is self._ours:
            self._threading.Thread.start = self._original  # type: ignore[method-assign]

    def callers(self, thread: Thread) -> list[tuple[str, str, int]]:
        """Return module, file and line of what has started a thread, the nearest first."""
        callers: list[tuple[str, str, int]] = vars(thread).get(_STARTED, [])
        return callers


def _callers(frame: FrameType | None) -> list[tuple[str, str, int]]:
    found = []
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((os.path.dirname(__file__), "<frozen")):
            found.append((str(frame.f_globals.get("__name__")), file, frame.f_lineno))
        frame = frame.f_back
    return found


# Threads


def python_threads() -> set[int]:
    """Return the kernel's numbers of the threads that Python has started and knows."""
    threading = sys.modules.get("threading")
    if threading is None:
        return {os.getpid()}
    return {thread.native_id for thread in threading.enumerate()}


def name_threads(left: set[int], starts: Starts | None) -> list[str]:
    """Return a line for each thread, or for each library's threads that one line has started."""
    threading: Any = sys.modules["threading"]
    known = {thread.native_id: thread for thread in threading.enumerate()}
    groups: dict[tuple[str, str], list[str]] = {}
    for number in sorted(left):
        thread = known.get(number)
        if thread is None:
            key, name = ("", _about_native(number)), _comm(number)
        else:
            callers = starts.callers(thread) if starts else []
            modules = [_target(thread), *(module for module, _, _ in callers)]
            advice = next(filter(None, map(_advice, modules)), _AFTER)
            name = f"{thread.name!r} ({modules[0]})"
            key = (_place(callers), f"{_STOPPED}{advice}")
        groups.setdefault(key, []).append(name)
    return [_thread_line(names, *key) for key, names in groups.items()]


def _thread_line(names: list[str], place: str, advice: str) -> str:
    what = "a thread runs" if len(names) == 1 else f"{len(names)} threads run"
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{what}: {shown}{place}: {advice}"


def _target(thread: Any) -> str:
    """Return what a thread runs, as ``module.name``."""
    function = getattr(thread, "_target", None)
    if function is None:
        function = type(thread).run
        module, name = type(thread).__module__, f"{type(thread).__qualname__}.run"
    else:
        function = getattr(function, "func", function)
        module = str(getattr(function, "__module__", None))
        name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{module}.{name}"


def _advice(module: str) -> str:
    while module:
        if module in _ADVICE:
            return _ADVICE[module]
        module = module.rpartition(".")[0]
    return ""


def _place(callers: list[tuple[str, str, int]]) -> str:
    """Say where: the nearest line of the app; else of a library."""
    outside = [(file, line) for _, file, line in callers if not _is_stdlib(file)]
    own = [(file, line) for file, line in outside if not any(part in file for part in _PACKAGES)]
    for file, line in (own or outside)[:1]:
        return f", started at {file}:{line}"
    return ""


def _is_stdlib(file: str) -> bool:
    return file.startswith(_STDLIB) and not any(part in file for part in _PACKAGES)


def _comm(number: int) -> str:
    try:
        with open(f"/proc/self/task/{number}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return "?"


def _about_native(number: int) -> str:
    name = _comm(number)
    for start, advice in _NATIVE:
        if name.startswith(start):
            return advice
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
        maps = file.read()
    loaded = [advice for part, advice in _LIBRARY_FILES if part in maps]
    if loaded:
        return f"not started by threading; it may be of {', or of '.join(loaded)}"
    return f"not started by threading, perhaps by a native library: {_STOPPED}use it first later"


# Descriptors


def service(peer: object) -> str:
    """Guess who listens there, from the port or the name of the socket."""
    name = ""
    if isinstance(peer, tuple) and len(peer) > 1:
        name = _SERVICES.get(peer[1], "")
    elif isinstance(peer, str):
        for part, known in ((".s.PGSQL", "PostgreSQL"), ("mysql", "MySQL"), ("redis", "Redis")):
            if part in peer:
                name = known
    return f"{name} at " if name else ""


def address(name: object) -> str:
    """Format what ``getpeername`` returns."""
    if isinstance(name, tuple) and len(name) > 1:
        host = f"[{name[0]}]" if ":" in str(name[0]) else name[0]
        return f"{host}:{name[1]}"
    if isinstance(name, bytes):
        return "@" + name.lstrip(b"\0").decode("utf-8", "replace")
    return str(name) or "an unnamed socket"


def owners() -> dict[int | str, str]:
    """Find the modules' attributes that hold a descriptor, or an SQLite database by its path."""
    found: dict[int | str, str] = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not _is_stdlib(file):
            for name, value in list(vars(module).items()):
                _own(found, f"{module.__name__}.{name}", value)
    return found


def _own(found: dict[int | str, str], name: str, value: Any) -> None:
    try:
        kind = type(value)
        if "sqlite3" in sys.modules and isinstance(value, sys.modules["sqlite3"].Connection):
            rows = value.cursor().execute("PRAGMA database_list").fetchall()
            found.update({row[2]: name for row in rows})
        elif hasattr(kind, "fileno") and not isinstance(value, type):
            found[value.fileno()] = name
    except Exception:
        pass  # closed, of another thread, or none of our business


# Processes


def name_children() -> list[str]:
    """Return a line for each process that this one has started and that still runs."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return []
    lines = []
    names = _multiprocessing_names()
    for pid in _children():
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                if file.read().rpartition(b")")[2].split()[0] == b"Z":
                    continue  # nobody has asked how it ended: nothing to share
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read().rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        what = names.get(pid) or repr(command[:100])
        advice = "start it in a saola.after_fork function, or beside the server"
        lines.append(f"a child process runs: {pid}, {what}; no worker could wait for it: {advice}")
    return lines


def _children() -> list[int]:
    me = os.getpid()
    pids = []
    try:
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
                pids += [int(word) for word in file.read().split()]
    except FileNotFoundError:  # a kernel without CONFIG_PROC_CHILDREN
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    if int(stat.read().rpartition(b")")[2].split()[1]) == me:
                        pids.append(int(name))
            except OSError:
                pass
    return pids


def _multiprocessing_names() -> dict[int, str]:
    names = {}
    process = sys.modules.get("multiprocessing.process")
    for child in getattr(process, "_children", ()):
        names[child.pid] = f"the multiprocessing process {child.name!r}"
    tracker = sys.modules.get("multiprocessing.resource_tracker")
    pid = getattr(getattr(tracker, "_resource_tracker", None), "_pid", None)
    if pid is not None:
        names[pid] = "the resource tracker of multiprocessing"
    return names
