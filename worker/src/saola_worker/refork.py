"""A worker becomes the next mold, so that what only traffic warms is shared too (PROTOCOL.md §13).

It puts itself in order and judges itself as a mold does. Unfit, it names what it found and serves
on; fit, it leaves its place and forks from now on.
"""

from __future__ import annotations

import os
import signal
import sys

from . import fitness, hooks, wire
from .wsgi import format_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .appimport import Loaded
    from .link import Link
    from .process import Birth


class Refork:
    """What a worker needs to know from its beginning to be judged later."""

    def __init__(self, birth: Birth) -> None:
        self._birth = birth
        self._before = fitness.look()
        self.generation = 0  # of the mold that it becomes

    def become(self, link: Link, generation: int) -> bool:
        """Obey Become; false if the worker serves on."""
        found = self._judge()
        if found:
            payload = "\n".join(["fork", *found]).encode("utf-8", "backslashreplace")
            link.answer(wire.frame(wire.UNFIT, payload=payload))
            link.flush()
            hooks.after_fork(has_loop=False)  # open again what before_fork has closed
            return False
        link.answer(wire.frame(wire.BYE))
        link.flush()
        self.generation = generation
        return True

    def _judge(self) -> list[str]:
        try:
            hooks.before_fork()
        except Exception as error:
            sys.stderr.write(format_error(error))
            text = " ".join(str(error).split())
            return [f"a saola.before_fork function has failed: {type(error).__name__}: {text}"]
        return fitness.settle(self._before)

    def take_over(self, link: Link, unsent: int, loaded: Loaded) -> int:
        """Be the mold until it is told to stop; ``unsent`` is the signal that workers are sent."""
        from .mold import succeed

        signal.signal(unsent, signal.SIG_IGN)  # one may still be on its way
        link.page = [0] * 16  # the page belongs to the worker that it was
        link.close()
        birth = self._birth
        birth.generation = self.generation
        channel = os.path.join(birth.directory, f"channel-{self.generation}")
        birth.channel = os.open(channel, os.O_WRONLY | os.O_CLOEXEC)
        os.unlink(channel)
        return succeed(birth, loaded)
