"""How the tests' ASGI app talks to the tests: files in the folder that ``WHOLE_DIR`` names."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PIECE = 65_536
PATIENCE = 30.0
FOLDER = Path(os.environ["WHOLE_DIR"])


def word(scope: Scope, name: str, fallback: str | None = None) -> str:
    """A value of the query."""
    words: list[str] | None = parse_qs(scope["query_string"].decode()).get(name)
    if words:
        return words[0]
    if fallback is None:
        raise KeyError(name)
    return fallback


def note(line: str) -> None:
    """Append a line to what was seen."""
    ran = os.open(FOLDER / "ran", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(ran, f"{line}\n".encode())
    os.close(ran)


def arrived(name: str) -> None:
    """Tell the test that a request is here."""
    (FOLDER / f"{name}.in").touch()


async def pass_gate(name: str) -> None:
    """Wait until the test lets it through."""
    arrived(name)
    end = time.monotonic() + PATIENCE
    while not (FOLDER / f"{name}.go").exists():
        if time.monotonic() > end:
            raise TimeoutError(name)
        await asyncio.sleep(0.002)
