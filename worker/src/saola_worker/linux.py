"""What the standard library does not offer: prctl, capabilities, a fork without hooks, titles.

A title has two parts. The name of ``PR_SET_NAME`` has 15 bytes, and no spaces: CPython 3.12 and
later count threads by splitting ``/proc/self/stat`` at spaces, and would warn at every fork.
The full title is written over the arguments that the kernel shows; the keeper is started with a
long last argument of spaces to make room, and forks inherit it.
"""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_CAPABILITIES_V3 = 0x20080522
_NET_BIND_SERVICE = 1 << 10
_OOM_HANDICAP = 300

# PyDLL keeps the GIL: between its fork and the next one nothing of Python's own fork handling runs.
_LIBC = ctypes.PyDLL(None, use_errno=True)


def become_subreaper() -> None:
    """Make orphans below this process its children."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> bool:
    """Have this process killed when ``parent`` dies; false if that is not its parent."""
    if os.getppid() != parent:
        return False
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have died between the two lines above.
    return os.getppid() == parent


def give_up_low_ports() -> None:
    """Drop the capability to listen on low ports, which the server needs and an app does not.

    Root has it anyway, together with all others.
    """
    if os.geteuid() == 0:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    # Effective, permitted, inheritable: the low halves, then the high ones. What is in none of the
    # last two leaves the ambient set by itself (capabilities(7)).
    sets = (ctypes.c_uint32 * 6)()
    if _LIBC.capget(header, sets) != 0:
        return
    for i in range(3):
        sets[i] &= ~_NET_BIND_SERVICE
    if _LIBC.capset(header, sets) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))


def be_killed_first() -> None:
    """Have this process and its children killed before the server when memory runs out.

    A worker is replaced, a server is not. 300 of 1000 is three tenths of all memory, of the
    control group's or the machine's: more than a server takes.
    """
    try:
        with open("/proc/self/oom_score_adj", "r+", encoding="ascii") as file:
            now = int(file.read())
            file.seek(0)
            file.write(str(min(1000, now + _OOM_HANDICAP)))
    except (OSError, ValueError):
        pass  # a sandbox that does not allow it: then size alone decides


def fork_without_hooks() -> int:
    """Fork as C does: ``os.register_at_fork`` hooks do not run, in neither process."""
    pid = int(_LIBC.fork())
    if pid < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))
    return pid


class Title:
    """The place of this process in what ``ps`` and ``top`` show."""

    def __init__(self) -> None:
        self._start = self._size = 0
        try:
            with open("/proc/self/stat", "rb") as file:
                # Fields 48 and 49 of proc_pid_stat(5), counted from the third, after the name.
                fields = file.read().rpartition(b")")[2].split()
            start, end = int(fields[45]), int(fields[46])
        except (OSError, ValueError, IndexError):
            return
        if 0 < start < end:
            self._start, self._size = start, end - start

    def set(self, name: str, title: str) -> None:
        """Show ``name`` (no spaces, 15 bytes) and ``title``."""
        _LIBC.prctl(_PR_SET_NAME, ctypes.c_char_p(name.encode()[:15]), 0, 0, 0)
        if self._size > 1:
            # The last byte must stay NUL, or the kernel takes the environment for a continuation.
            text = title.encode()[: self._size - 1].ljust(self._size, b"\0")
            ctypes.memmove(self._start, text, self._size)


def _prctl(option: int, argument: int) -> None:
    if _LIBC.prctl(option, ctypes.c_ulong(argument), 0, 0, 0) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))
