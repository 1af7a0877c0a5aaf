"""What the applications have in common: gates that another request opens, and who has gone.

A response that waits at a gate between its first piece and its last shows without a clock that the
first one has arrived: only who has it opens the gate.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import defaultdict
from collections.abc import AsyncIterator

notes: list[str] = []  # "NAME waits", and "NAME cleaned up" when its client has gone
_gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
_thread_gates: defaultdict[str, threading.Event] = defaultdict(threading.Event)


def open_gate(name: str) -> str:
    """Let pass who waits there."""
    _gates[name].set()
    _thread_gates[name].set()
    return "open"


def blocked(name: str) -> str:
    """Block this thread at a gate. On the event loop nobody would be left to open it."""
    note_waiting(name)
    passed = _thread_gates[name].wait(10)
    return f"{'passed' if passed else 'stuck'} in {threading.current_thread().name}"


async def two_pieces(name: str) -> AsyncIterator[bytes]:
    """A stream with a gate in the middle."""
    yield b"first\n"
    await _gates[name].wait()
    yield b"last\n"


async def two_events(name: str) -> AsyncIterator[bytes]:
    """The same as server-sent events."""
    async for piece in two_pieces(name):
        yield b"data: %s\n" % piece


async def no_end(name: str) -> AsyncIterator[bytes]:
    """A stream that goes on until its client has gone."""
    try:
        while True:
            yield b"more\n"
            await asyncio.sleep(0.01)
    finally:
        note_cleaned(name)


async def flood(name: str) -> AsyncIterator[bytes]:
    """More than a client reads: ``send`` waits when the client goes."""
    try:
        while True:
            yield b"more\n" * 10_000
    finally:
        note_cleaned(name)


async def wait_for_ever(name: str) -> None:
    """Wait for what never comes, until cancelled."""
    note_waiting(name)
    try:
        await asyncio.Event().wait()
    finally:
        note_cleaned(name)


def note_waiting(name: str) -> None:
    """A handler is where only the end of its client can find it."""
    notes.append(f"{name} waits")


def note_cleaned(name: str) -> None:
    """It has been found there, or has found out for itself."""
    notes.append(f"{name} cleaned up")


class Digest:
    """Length and SHA-256 of what was uploaded."""

    def __init__(self) -> None:
        self._length = 0
        self._digest = hashlib.sha256()

    def add(self, piece: bytes) -> None:
        """Count a piece."""
        self._length += len(piece)
        self._digest.update(piece)

    def __str__(self) -> str:
        """As the checks expect it."""
        return f"{self._length} {self._digest.hexdigest()}"
