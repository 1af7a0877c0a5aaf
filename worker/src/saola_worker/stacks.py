"""The stacks of this worker's threads, for the log and for whoever asks (PROTOCOL.md §14).

They go to a file of this worker's own, not to a pipe: a pipe may be full, and would hold up a
signal handler for ever. A handler in Python writes them, between two bytecodes of the main thread.
``faulthandler`` needs neither that nor the GIL, but now and then crashes a process that is running
bytecode (cpython#116008): the server asks for it only when the handler has been silent.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import traceback
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .process import Birth

_BY_HANDLER = signal.SIGRTMIN + 2
_BY_C_ALL = signal.SIGRTMIN + 3  # of a worker that is killed next
_BY_C_ONE = signal.SIGRTMIN + 5  # of one that lives on: other threads may be running

_FRAMES = 100  # the innermost ones, as faulthandler has it
_TEXT = 262_144
_END = "== end\n"
_OWN_ERRORS = 2  # where a child that the app forks leaves the stack of its crash


class Stacks:
    """Writes where all threads stand, when a signal asks for it and when this process crashes."""

    def __init__(self, birth: Birth, slot: int) -> None:
        self._path = path = os.path.join(birth.directory, f"stack-{slot}-{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(path + "~", flags, 0o600)
        self.more: Callable[[], str] | None = None  # what else there is to show
        signal.signal(_BY_HANDLER, self._write)
        faulthandler.register(_BY_C_ALL, file=self._fd, all_threads=True, chain=False)
        faulthandler.register(_BY_C_ONE, file=self._fd, all_threads=False, chain=False)
        faulthandler.enable(file=self._fd)
        os.register_at_fork(after_in_child=self._leave_in_child)
        os.rename(path + "~", path)  # its name says that the signals are harmless from now on

    def close(self) -> None:
        """Write nothing any more: this process is a worker no longer.

        What is on its way must not end a mold, as a signal does that nobody handles.
        """
        self._release(signal.SIG_IGN)
        os.unlink(self._path)

    def _leave_in_child(self) -> None:
        if self._fd >= 0:
            self._release(signal.SIG_DFL)  # what it runs shall not inherit that they are ignored

    def _release(self, then: signal.Handlers) -> None:
        for number in (_BY_HANDLER, _BY_C_ALL, _BY_C_ONE):
            faulthandler.unregister(number)
            signal.signal(number, then)
        faulthandler.enable(file=_OWN_ERRORS)
        os.close(self._fd)
        self._fd = -1

    def _write(self, number: int, frame: FrameType | None) -> None:
        try:
            text = describe(frame)
            if self.more is not None:
                text += self.more()
        except Exception as error:  # an app has replaced what this needs
            text = f"the stacks cannot be told: {error!r}\n"
        if self._fd >= 0:
            data = text.encode("utf-8", "backslashreplace")[:_TEXT]
            os.write(self._fd, data + _END.encode())


def describe(interrupted: FrameType | None) -> str:
    """Format the stacks of all threads; of the one that runs this, the ``interrupted`` frame's."""
    frames = sys._current_frames()
    me = get_ident()
    names = _names()
    # The main thread first: it is the one that is asked about.
    parts = [_thread(f"{names.get(me, me)} (main)", interrupted)]
    parts += [
        _thread(str(names.get(ident, ident)), frame)
        for ident, frame in frames.items()
        if ident != me
    ]
    return "".join(parts)


def _thread(name: str, frame: FrameType | None) -> str:
    # Innermost last, as in a traceback. extract_stack walks outwards from the frame.
    lines = traceback.format_stack(frame, _FRAMES) if frame is not None else []
    return f"thread {name}:\n{''.join(lines)}"


def _names() -> dict[int | None, str]:
    threading = sys.modules.get("threading")  # without it there is one thread, and it has no name
    if threading is None:
        return {}
    # Not enumerate(), whose lock the interrupted code may hold.
    return {ident: thread.name for ident, thread in list(threading._active.items())}
