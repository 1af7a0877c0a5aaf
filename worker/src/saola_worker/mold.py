"""The mold: import the app, put the memory in order, and fork workers from it. It serves nothing.

Forked by the keeper. It forks twice for each worker, so that a worker is the keeper's child
whatever happens to the mold, and the keeper has the worker's pid in writing before its first
line runs.
"""

from __future__ import annotations

import gc
import os
import sys
import time

from . import holes, hooks, wire, worker
from .errors import AppImportError, WireError
from .keeper import RECORD
from .linux import die_with, fork_without_hooks
from .process import (
    BROKEN,
    FINISHED,
    MOLD,
    NO_APP,
    Birth,
    introduce,
    leave,
    open_streams,
    speak_into,
    wait_for,
)
from .wsgi import format_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from .appimport import Loaded
    from .link import Link
    from .settings import Settings


def main(birth: Birth) -> NoReturn:
    """Be a mold."""
    code = BROKEN
    try:
        code = _live(birth)
    except WireError as error:
        sys.stderr.write(f"saola mold g{birth.generation}: broken link: {error}\n")
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        leave(code)


def _live(birth: Birth) -> int:
    if not die_with(birth.keeper):
        return BROKEN
    _appear(birth)
    open_streams()
    _prepare_interpreter()
    link, settings = introduce(birth, MOLD, 0)
    if settings.watch:
        from . import watched

        watched.report(birth, settings.watch)
    _prepare_app(settings)
    hooks.in_mold(birth.generation)
    loaded, interface, name = None, "", settings.target or settings.chdir
    gc.disable()  # no holes in what is about to be shared
    if settings.load == "prewarm":
        try:
            loaded = _load_to_fork(settings)
        except BaseException as error:
            return _unfit(link, error)
        interface, name = loaded.interface, loaded.name
        worker.say_static(link, settings)
        holes.fill()
    # A full collection in a worker would otherwise unshare everything. One before this would cost
    # each worker megabytes: what it frees leaves holes in shared pages, which workers write into.
    gc.freeze()
    link.answer(wire.frame(wire.READY, payload=f"{interface}\n{name}".encode()))
    return _Forker(birth, link, settings, loaded).run()


def _appear(birth: Birth) -> None:
    birth.title.set(f"saola:mold-{birth.generation}", f"saola: mold g{birth.generation}")
    speak_into(os.path.join(birth.directory, "mold"))


def succeed(birth: Birth, loaded: Loaded) -> int:
    """Be the mold after having been a worker, whose app traffic has warmed."""
    _appear(birth)
    hooks.in_mold(birth.generation)
    holes.fill()
    gc.freeze()
    link, settings = introduce(birth, MOLD, 0)
    link.answer(wire.frame(wire.READY, payload=f"{loaded.interface}\n{loaded.name}".encode()))
    return _Forker(birth, link, settings, loaded).run()


def _prepare_interpreter() -> None:
    """Do what ``-S`` left undone, with a path that has nothing of the server in it.

    A virtual environment's .pth files may run code, so the keeper does not read them, and each mold
    reads them anew.
    """
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    sys.argv[:] = ["saola"]
    import site

    site.main()


def _prepare_app(settings: Settings) -> None:
    os.environ.update(settings.env)
    if "TZ" in settings.env:
        time.tzset()
    os.chdir(settings.chdir)
    sys.path[:0] = [settings.chdir, *settings.pythonpath]


def _load_to_fork(settings: Settings) -> Loaded:
    """Import the app and make sure that it can be forked."""
    from . import fitness

    before = fitness.look()
    loaded = worker.load_app(settings)
    worker.warm(loaded, settings)
    hooks.before_fork()  # the app closes what only it knows
    found = fitness.settle(before)
    if found:
        raise AppImportError("fork", "\n".join(found))
    return loaded


def _unfit(link: Link, error: BaseException) -> int:
    if isinstance(error, AppImportError):
        kind, text = error.kind, str(error)
    else:
        kind, text = "import", format_error(error)
        sys.stderr.write(text)
    payload = f"{kind}\n{text}".encode("utf-8", "backslashreplace")
    link.answer(wire.frame(wire.UNFIT, payload=payload))
    link.flush()
    # The server ends the link when it has read this, so that it hears the reason before the exit.
    while wait_for(link) is not None:
        pass
    return NO_APP


class _Forker:
    """The loop of a mold."""

    def __init__(self, birth: Birth, link: Link, settings: Settings, loaded: Loaded | None) -> None:
        self._birth = birth
        self._link = link
        self._settings = settings
        self._loaded = loaded
        self._forks = 0

    def run(self) -> int:
        """Fork when told, until Stop or the end of the link."""
        while (taken := wait_for(self._link)) is not None:
            word, stream, payload = taken
            wire.check(len(payload), word, stream)
            if word == wire.STOP:
                wire.read_empty(payload)
                self._link.answer(wire.frame(wire.BYE))
                self._link.flush()
                break
            if word != wire.FORK:
                raise WireError(f"kind {word:#x} is not for a mold")
            self._fork(wire.read_u32(payload))
        return FINISHED

    def _fork(self, slot: int) -> None:
        sys.stdout.flush()  # what is buffered would be written twice
        sys.stderr.flush()
        self._forks += 1
        try:
            pid = fork_without_hooks()
            if pid == 0:
                self._between(slot)
            _, status = os.waitpid(pid, 0)
            failed = status != 0
        except ChildProcessError:
            failed = False  # the app reaps what is not its own
        except OSError as error:
            sys.stderr.write(f"saola mold g{self._birth.generation}: could not fork: {error}\n")
            failed = True
        if failed:
            # The keeper knows the number, and leaves it at that if the worker was announced.
            os.write(self._birth.channel, RECORD.pack(0, slot, self._forks))

    def _between(self, slot: int) -> NoReturn:
        """Fork the worker. Runs in the intermediate process, which may be killed at any line."""
        try:
            go, gone = os.pipe()
            pid = os.fork()
            if pid == 0:
                self._become_worker(slot, go, gone)
            os.write(self._birth.channel, RECORD.pack(pid, slot, self._forks))
            os.write(gone, b"1")
            os._exit(0)
        except OSError as error:
            os.write(2, f"saola mold: could not fork: {error}\n".encode())
        finally:
            os._exit(1)

    def _become_worker(self, slot: int, go: int, gone: int) -> NoReturn:
        """Be the worker, from its first line on."""
        try:
            os.close(self._birth.channel)
            os.close(gone)
            if not os.read(go, 1):
                os._exit(0)  # not announced: must not live
            os.close(go)
            worker.main(self._birth, slot, self._settings, self._loaded)
        finally:
            os._exit(BROKEN)
