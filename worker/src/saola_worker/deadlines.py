"""The time of a request: how the app asks for more, and how what has had it is interrupted.

PROTOCOL.md §14. One function is in every environ, so that a request costs nothing for it.
"""

from __future__ import annotations

from _thread import get_ident
from ctypes import c_ulong, c_void_p, pythonapi
from time import sleep

from . import wire
from .errors import RequestTimeout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .link import Link

EXPIRED = 11  # word of the status page: the stream of a worker with one place whose time is up

_MOST = 0xFFFF_FFFF

_set_async_exc = pythonapi.PyThreadState_SetAsyncExc
_set_async_exc.argtypes = (c_ulong, c_void_p)  # NULL takes back what was not raised yet


def milliseconds(seconds: float) -> int:
    """Read what an app has asked for."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"extend_deadline takes seconds, not {type(seconds).__name__}")
    if not 0 < seconds <= _MOST / 1000:  # not a number is none of them
        raise ValueError(f"extend_deadline takes seconds from 0.001 to {_MOST // 1000}")
    return max(1, int(seconds * 1000))


def no_deadline(seconds: float) -> None:
    """Take the place of the function where there is no deadline to extend, as in a warm-up."""
    milliseconds(seconds)


def extender(link: Link) -> Callable[[float], None]:
    """Return ``environ["saola.extend_deadline"]`` of a worker with one place."""
    main = get_ident()

    def extend_deadline(seconds: float) -> None:
        """Let this request run for so many seconds more, from now on, at least."""
        wanted = milliseconds(seconds)
        stream = link.armed
        if get_ident() != main or not stream:
            raise RuntimeError("extend_deadline is for the thread that serves a request")
        link.armed = 0
        link.answer(wire.extend(stream, wanted))
        link.flush()
        link.armed = stream

    return extend_deadline


def interrupter(link: Link) -> Callable[[int, object], None]:
    """Return what handles the signal that a worker with one place is sent."""

    def interrupt(number: int, frame: object) -> None:
        stream = link.armed
        if stream and link.page[EXPIRED] == stream:
            link.armed = 0  # once
            link.shot = stream
            raise RequestTimeout

    return interrupt


class Claim:
    """The right to end one stretch of an app's code in a thread: the thread's or the shooter's."""

    __slots__ = ("_right", "_sent", "stream")

    def __init__(self, stream: int) -> None:
        self.stream = stream
        # Lists, whose pop and append no other thread can see half done; a lock that is held when
        # the exception comes might never be given back.
        self._right = [True]
        self._sent: list[bool] = []

    def shoot(self, thread: int) -> bool:
        """Raise into the thread, if its app is still at it."""
        try:
            self._right.pop()
        except IndexError:
            return False
        _set_async_exc(thread, id(RequestTimeout))
        self._sent.append(True)
        return True

    def end(self, thread: int) -> None:
        """End this stretch. After this nothing can be raised; in it, it may."""
        try:
            self._right.pop()
        except IndexError:  # the shooter was first
            while not self._sent:
                sleep(0)
            _set_async_exc(thread, None)
