"""Standard output and error of an app: text that says which request it is about.

A line that is printed while a request runs begins with the request's id between two marks
(PROTOCOL.md §12), which the server takes off and shows. Nothing is kept per request for that: what
runs is found on the stack, and only when somebody prints. So a line from a thread or a task that
the app has started itself is about no request.
"""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MARK = "\x1e"
_LONGEST = 200
_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
# Where an app is called, and the local variable that holds its request's headers.
_CALLERS = {_HERE + "wsgi.py": "environ", _HERE + "streams.py": "scope"}


class Output(io.TextIOWrapper):
    """A text stream whose lines are marked."""

    _fresh = True  # the next character begins a line

    def write(self, text: str) -> int:
        """Write a text, and the id in front of each line that begins in it."""
        if not isinstance(text, str) or not text:
            return super().write(text)
        begins, self._fresh = self._fresh, text[-1] == "\n"
        if begins or "\n" in text[:-1]:
            name = request_id(sys._getframe(1))
            if name:
                mark = _MARK + name + _MARK
                marked = text[:-1].replace("\n", "\n" + mark) + text[-1]
                super().write(mark + marked if begins else marked)
                return len(text)
        return super().write(text)


def request_id(frame: Any) -> str:
    """Return the id of the request whose app a frame belongs to; nothing if there is none."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "serve" and code.co_filename in _CALLERS:
            return _read(frame.f_locals.get(_CALLERS[code.co_filename]))
        frame = frame.f_back
    return ""


def _read(request: Any) -> str:
    try:
        name = request.get("HTTP_X_REQUEST_ID")
        for key, value in request.get("headers", ()) if name is None else ():
            if key == b"x-request-id":
                name = value.decode("latin-1")
    except Exception:  # an app may do with its request what it likes, and print all the same
        return ""
    return name if isinstance(name, str) and len(name) <= _LONGEST else ""
