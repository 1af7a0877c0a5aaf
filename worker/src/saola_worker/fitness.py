"""Whether this process may be forked: look before the import, put in order after it, judge.

Only the thread that forks lives on in the child, and every socket and every position in a file is
shared with it from then on (``docs/fork-safety.md``). ``settling.py`` ends what can be begun anew;
here everything that is left is named, each in one line, with what to do about it. ``culprits.py``
has the names. Cheap where nothing is found: Python's objects are looked through only if there is
a thread or a descriptor that was not there before.
"""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import socket
import stat
import sys
import time

from . import culprits, settling
from .culprits import Starts
from .settling import attempt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_JOINED = 0.1  # seconds that a thread which has been joined may still be in /proc
_DATABASE = (".sqlite3", ".sqlite", "-wal", "-shm", "-journal", ".duckdb", ".mdb")
_SQLITE = b"SQLite format 3\0"
_READY_MADE = "close it in a saola.before_fork function and open it in an after_fork one"
_ANON = {
    "eventpoll": "an epoll instance is open ({}): an event loop or selector that was left behind; "
    "close it before the import ends, or in a saola.before_fork function",
    "inotify": "inotify watches files ({}): start what watches in a saola.after_fork function",
    "io_uring": "an io_uring is open ({}), probably of an event loop: close it before the fork",
}
_ANON_OTHER = "{kind} is open ({fds}) and would be shared by all workers: " + _READY_MADE
_TIMERS = ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF")


class Look:
    """What there was before: descriptors with what is behind them, threads, child processes."""

    def __init__(self, watch: bool) -> None:
        self.fds = open_fds()
        self.threads = _threads()
        self.starts = Starts() if watch else None


def look(watch: bool = True) -> Look:
    """Note what is there before the app is; ``watch`` notes too where it starts threads."""
    return Look(watch)


def settle(before: Look) -> list[str]:
    """Put in order what can be, and return one line for each thing that forbids a fork.

    Never raises: what fails here is a line of its own.
    """
    found: list[str] = []
    if before.starts is not None:
        attempt(found, "looking at thread starts", before.starts.stop)
    files: set[int] = set()
    attempt(found, "looking at files", lambda: files.update(_files(before)))
    settling.put_in_order(
        found, lambda: bool(_new_fds(before) or len(_threads()) > len(before.threads)), files
    )
    for what, judge in (
        ("threads", _judge_threads),
        ("descriptors", _judge_fds),
        ("child processes", _judge_children),
        ("timers", _judge_timers),
        ("libraries", _judge_libraries),
    ):
        attempt(found, f"looking at {what}", _judge, judge, before, found)
    return found


def _judge(judge: Callable[[Look], list[str]], before: Look, found: list[str]) -> None:
    found += judge(before)


# Threads


def _threads() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/task")}


def _new_threads(before: Look) -> set[int]:
    return _threads() - before.threads


def _judge_threads(before: Look) -> list[str]:
    end = time.monotonic() + _JOINED
    forked = False
    while left := _new_threads(before):
        if not forked and left - culprits.python_threads():
            # OpenBLAS and others end their threads when a fork is about to happen, and start them
            # anew in whoever needs them. The workers' forks will do the same.
            settling.fork_for_nothing()
            forked = True
        elif time.monotonic() > end:
            return culprits.name_threads(left, before.starts)
        else:
            time.sleep(0.002)
    return []


# Descriptors


def open_fds() -> dict[int, str]:
    """Return each descriptor with what ``/proc`` says is behind it."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            pass  # the one that listed them
    return found


def _new_fds(before: Look) -> dict[int, str]:
    """Return the new descriptors that are worth a look; files and pipes are not."""
    known = before.fds
    return {
        fd: target
        for fd, target in open_fds().items()
        if known.get(fd) != target and _kind(fd, target)
    }


def _kind(fd: int, target: str) -> str:
    if target.startswith("socket:"):
        return "socket"
    if target.startswith("anon_inode:"):
        return "" if "dmabuf" in target else "anonymous"
    if target.startswith("/dev/nvidia"):
        return "nvidia"
    if target.startswith("/") and stat.S_ISREG(os.fstat(fd).st_mode) and _is_database(fd, target):
        return "database"
    return ""


def _is_database(fd: int, target: str) -> bool:
    name = target.removesuffix(" (deleted)")
    if name.endswith(_DATABASE):
        return True
    try:
        # On the descriptor that is there: to open the file and close it again would drop the
        # locks that SQLite holds on it (POSIX locks belong to the process).
        return os.pread(fd, 16, 0) == _SQLITE
    except OSError:
        return False


def _judge_fds(before: Look) -> list[str]:
    new = _new_fds(before)
    if new:
        gc.collect()  # what was let go of in a cycle closes now
        new = _new_fds(before)
    if not new:
        return []
    owners = culprits.owners()
    lines: dict[str, list[str]] = {}
    for fd, target in sorted(new.items()):
        line = _about(fd, target)
        if line:
            name = owners.get(fd) or owners.get(target)
            lines.setdefault(line, []).append(f"{fd}, {name}" if name else str(fd))
    return [line.replace("{}", _fds(names)) for line, names in lines.items()]


def _fds(names: list[str]) -> str:
    return f"fd {names[0]}" if len(names) == 1 else f"fds {'; '.join(names)}"


def _about(fd: int, target: str) -> str:
    """Return a line with a place for the descriptors, of which several may have the same."""
    kind = _kind(fd, target)
    if kind == "socket":
        return _about_socket(fd)
    if kind == "anonymous":
        name = target.removeprefix("anon_inode:").strip("[]")
        return _ANON.get(name) or _ANON_OTHER.format(kind=f"a kernel object ({name})", fds="{}")
    if kind == "nvidia":
        return f"{target} is open ({{}}): CUDA does not survive a fork; first use it in a worker"
    if kind == "database":
        for tail in ("-wal", "-shm", "-journal"):
            target = target.removesuffix(tail)
        return f"the database {target} is open ({{}}): {_READY_MADE}"
    return ""


def _about_socket(fd: int) -> str:
    with socket.socket(fileno=os.dup(fd)) as sock:
        if sock.type == socket.SOCK_DGRAM:
            return ""  # each datagram is sent as a whole, whoever sends it: syslog, statsd
        try:
            peer = sock.getpeername()
        except OSError:
            peer = None
        if peer is None and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return (
                f"a socket listens on {culprits.address(sock.getsockname())} ({{}}): all workers "
                "would accept from it; open it in a saola.after_fork function, in one slot"
            )
        if peer is None:
            return f"a {sock.family.name} socket is open ({{}}): {_READY_MADE}"
        if sock.family == socket.AF_UNIX and not peer and not sock.getsockname():
            return (
                "a socket pair is open ({}), as event loops and multiprocessing.Pipe make them: "
                + _READY_MADE
            )
        what = culprits.service(peer)
        return f"a connection to {what}{culprits.address(peer)} is open ({{}}): {_READY_MADE}"


def _files(before: Look) -> set[int]:
    """Return the new files that may be written to, and say which are read by position."""
    written = set()
    for fd, target in open_fds().items():
        if before.fds.get(fd) == target or not target.startswith("/"):
            continue
        if not stat.S_ISREG(os.fstat(fd).st_mode) or _is_database(fd, target):
            continue
        flags = fcntl.fcntl(fd, fcntl.F_GETFL)
        if flags & os.O_ACCMODE != os.O_RDONLY:
            written.add(fd)
        elif not flags & os.O_PATH:
            sys.stderr.write(
                f"saola: {target} stays open (fd {fd}): its position is shared by all "
                "workers; who reads on there should open it in a saola.after_fork function\n"
            )
    return written


# Other things that a child does not have


def _judge_children(before: Look) -> list[str]:
    return culprits.name_children()


def _judge_timers(before: Look) -> list[str]:
    return [
        f"an interval timer runs (signal.{name}), which no worker would have: "
        "set it in a saola.after_fork function"
        for name in _TIMERS
        if signal.getitimer(getattr(signal, name))[0] > 0
    ]


def _judge_libraries(before: Look) -> list[str]:
    return [line for module, step in _LIBRARIES if module in sys.modules and (line := step())]


def _torch() -> str:
    if sys.modules["torch"].cuda.is_initialized():
        return "PyTorch has begun to use CUDA, which does not survive a fork: first use it later"
    return ""


def _jax() -> str:
    if getattr(sys.modules["jax._src.xla_bridge"], "_backends", None):
        return "JAX has begun to compute, and does not survive a fork: first use it in a worker"
    return ""


def _jpype() -> str:
    if sys.modules["jpype"].isJVMStarted():
        return "JPype has started a Java VM, which does not survive a fork: start it in a worker"
    return ""


# Native libraries whose state does not show in threads and descriptors.
_LIBRARIES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("torch", _torch),
    ("jax._src.xla_bridge", _jax),
    ("jpype", _jpype),
)
