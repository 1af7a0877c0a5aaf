"""What a mold and a worker have in common: output, first words on the link, end."""

from __future__ import annotations

import io
import os
import sys

from . import wire
from .errors import WireError
from .link import Link
from .output import Output
from .settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TextIO

    from .linux import Title

MOLD, WORKER = 0, 1

FINISHED, NO_APP, BROKEN = 0, 3, 70


class Birth:
    """What the keeper tells its molds, and they their workers."""

    def __init__(
        self,
        directory: str,
        token: bytes,
        generation: int,
        keeper: int,
        channel: int,
        title: Title,
    ) -> None:
        self.directory = directory
        self.token = token
        self.generation = generation
        self.keeper = keeper
        self.channel = channel
        self.title = title


def speak_into(fifo: str) -> None:
    """Make a FIFO standard output and error. Waits until somebody reads it."""
    fd = os.open(fifo, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.close(fd)


def open_streams() -> None:
    """Give Python streams that fit what is behind 1 and 2 now, before an app takes hold of them.

    The old ones believe in what the server's standard error was: a file that can seek, perhaps.
    """
    sys.stdout, sys.stderr = _lines(1), _lines(2)


def _lines(fd: int) -> TextIO:
    # An app's output must not fail for a character that the locale does not have.
    encoding = sys.stderr.encoding
    file = io.BufferedWriter(io.FileIO(fd, "w", closefd=False))
    return Output(file, encoding=encoding, errors="backslashreplace", line_buffering=True)


def introduce(birth: Birth, role: int, slot: int) -> tuple[Link, Settings]:
    """Connect and shake hands (PROTOCOL.md §2)."""
    link = Link.connect(os.path.join(birth.directory, "link.sock"))
    # Workers leave their mold's link so, and what an app forks cannot hold a worker's open.
    os.register_at_fork(after_in_child=link.close)
    link.answer(wire.hello(role, os.getpid(), slot, birth.generation, birth.token))
    taken = wait_for(link)
    if taken is None:
        raise WireError("the server ended the link before its Welcome")
    word, stream, payload = taken
    wire.check(len(payload), word, stream)
    if word != wire.WELCOME:
        raise WireError(f"kind {word:#x} where Welcome should be")
    sample, values = wire.read_welcome(payload)
    link.answer(wire.frame(wire.AGREED, payload=ascii(sample).encode()))
    link.flush()  # an import may follow, and the server waits for this
    settings = Settings(values)
    link.window = settings.window
    return link, settings


def wait_for(link: Link) -> tuple[int, int, memoryview] | None:
    """Wait for one frame; nothing at the end of the link."""
    while (taken := link.take()) is None:
        if not link.wait():
            return None
    return taken


def leave(code: int) -> NoReturn:
    """End this process: flush its output, but run nothing that the app has left at exit.

    What a mold's imports registered with ``atexit`` belongs to no worker in particular: a
    shared temporary file would be deleted under the others.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # nobody reads it, or the app has closed it or put something else in its place
    os._exit(code)
