"""Where the tasks of an ASGI worker stand, in text."""

from __future__ import annotations

import os
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Iterable
    from typing import Any

    from .streams import Stream

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_SHOWN = 50


def describe(streams: Iterable[Stream]) -> str:
    """Format the stacks of the tasks that serve these."""
    found = list(streams)
    parts = [
        f"task of {stream.asked()}:\n{stack_of(stream.task)}"
        for stream in found[:_SHOWN]
        if stream.task is not None
    ]
    if len(found) > _SHOWN:
        parts.append(f"and {len(found) - _SHOWN} more tasks\n")
    return "".join(parts)


def stack_of(task: Task[Any]) -> str:
    """Format where a task stands; ``Task.get_stack`` sees the outermost coroutine alone."""
    found: list[traceback.FrameSummary] = []
    waiting: Any = task.get_coro()
    while waiting is not None:
        for kind in ("cr", "gi", "ag"):
            frame = getattr(waiting, f"{kind}_frame", None)
            if frame is not None:
                found += traceback.extract_stack(frame, 1)
                break
        else:
            break
        waiting = getattr(waiting, f"{kind}_{'yieldfrom' if kind == 'gi' else 'await'}", None)
    return "".join(
        traceback.format_list([line for line in found if not line.filename.startswith(_OURS)])
    )
