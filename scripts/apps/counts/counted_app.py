"""Says hello, and counts the bytecode instructions that its worker runs meanwhile.

``/counted/start`` begins, ``/counted/stop`` answers with the instructions of each function. Exact,
and the same in each run: instructions, not samples. ``COUNTS_WASTE`` makes each hello cost more,
to see that the guard notices. Standard library only, Python 3.10 and newer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from types import CodeType, FrameType
from typing import Any

TOOL = 4  # of sys.monitoring; 0 to 3 and 5 have owners
HELLO = b"hello world\n"
# The path that costs nothing but the hello.
PLAIN = "/none" if "COUNTS_WASTE" in os.environ else "/"


class Counter:
    """How many instructions each code object has run since it was started."""

    def __init__(self) -> None:
        self._counts: dict[CodeType, int] = {}

    def start(self) -> None:
        """Count from the next instruction on, in the functions that are running, too."""
        counts = self._counts = {}

        if sys.version_info >= (3, 12):

            def hit(code: CodeType, _offset: int) -> None:
                counts[code] = counts.get(code, 0) + 1

            monitoring = sys.monitoring
            monitoring.use_tool_id(TOOL, "counts")
            monitoring.register_callback(TOOL, monitoring.events.INSTRUCTION, hit)
            monitoring.set_events(TOOL, monitoring.events.INSTRUCTION)
        else:

            def step(frame: FrameType, event: str, _arg: object) -> Any:
                if event == "opcode":
                    counts[frame.f_code] = counts.get(frame.f_code, 0) + 1
                return step

            def enter(frame: FrameType, _event: str, _arg: object) -> Any:
                frame.f_trace_opcodes, frame.f_trace_lines = True, False
                return step

            for frame in _running():
                frame.f_trace = step
                enter(frame, "call", None)
            sys.settrace(enter)

    def stop(self) -> bytes:
        """Say what was counted, as JSON."""
        if sys.version_info >= (3, 12):
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)
        else:
            sys.settrace(None)
            for frame in _running():
                frame.f_trace = None
        by_place: dict[str, int] = {}
        for code, count in self._counts.items():
            name = getattr(code, "co_qualname", code.co_name)
            place = f"{os.path.basename(code.co_filename)}:{name}"
            by_place[place] = by_place.get(place, 0) + count
        return json.dumps(by_place).encode()


def _running() -> Iterable[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


COUNTER = Counter()


def _answer(path: str) -> bytes:
    if path == "/counted/start":
        COUNTER.start()
        return b"{}"
    if path == "/counted/stop":
        return COUNTER.stop()
    for _ in range(10):  # of no use: COUNTS_WASTE
        os.getppid()
    return HELLO


def wsgi(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """PEP 3333."""
    path = environ["PATH_INFO"]
    body = HELLO if path == PLAIN else _answer(path)
    length = str(len(body))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", length)])
    return [body]


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[object]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """ASGI 3.0, HTTP."""
    path = scope["path"]
    body = HELLO if path == PLAIN else _answer(path)
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
