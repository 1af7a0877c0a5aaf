"""With ``--reload``, tell the server which files the app is made of (PROTOCOL.md §15).

Imported by molds of such a server only. The interpreter says itself what it compiles and runs
(PEP 578), in whichever thread and whenever: imports of a module, imports that fail, and templates
that are compiled into Python, with the names of their files. Nothing has to be polled, and what a
worker imports at its hundredth request is told as well.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .process import Birth

# The time of a file in a .pyc file is in whole seconds: one that is changed twice within them, and
# stays as long as it was, would not be compiled again.
_FRESH = 2.0


def report(birth: Birth, folder: str) -> None:
    """From now on say which files are run, in this process and in those that it forks."""
    sys.addaudithook(Reports(birth, folder).heard)


def report_templates() -> None:
    """Say where Django looks for templates; what it reads from there is not compiled."""
    django = sys.modules.get("django.template")
    if django is None:
        return
    try:
        folders = [str(name) for engine in django.engines.all() for name in engine.template_dirs]
    except Exception:
        return  # not set up as Django wants it: the requests will tell
    for name in folders:
        sys.audit("saola.templates", name)


class Reports:
    """What has been said already, and where."""

    def __init__(self, birth: Birth, folder: str) -> None:
        self._birth = birth  # whose generation changes when a worker becomes a mold
        self._folder = folder
        self._said: set[object] = set()
        self._caching = not sys.dont_write_bytecode
        here = os.path.dirname(os.path.abspath(__file__))
        self._others = tuple(f"{name}/" for name in (here, os.path.dirname(os.__file__)))

    def heard(self, event: str, given: tuple[Any, ...]) -> None:
        """Be told what the interpreter does: often, and by far not only what concerns the app."""
        if event == "exec":
            name = getattr(given[0], "co_filename", None)
            if name not in self._said:
                self._is_run(name)
        elif event == "compile":
            path = self._is_run(given[1])
            if self._caching:
                sys.dont_write_bytecode = bool(path) and _is_fresh(path)
        elif event == "saola.templates":
            self._say("folder", self._of_app(given[0]))

    def _is_run(self, name: object) -> str:
        """Say that a file is run; give back its path if it is one of the app's."""
        path = self._of_app(name)
        self._say("file", path)
        if path:
            self._said.add(name)
        return path

    def _of_app(self, name: object) -> str:
        if isinstance(name, bytes):
            name = os.fsdecode(name)
        if not isinstance(name, str) or not name or name[0] == "<":
            return ""
        try:
            path = os.path.abspath(name)
        except OSError:  # the working folder is gone
            return ""
        if path.startswith(self._others) or "/site-packages/" in path or "/dist-packages/" in path:
            return ""
        return "" if "\n" in path else path

    def _say(self, kind: str, path: str) -> None:
        """Write a line that is whole whoever else writes; an app may close what is left open."""
        if not path or path in self._said or not os.path.exists(path):
            return
        self._said.add(path)
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            fd = os.open(os.path.join(self._folder, str(self._birth.generation)), flags, 0o600)
            try:
                os.write(fd, os.fsencode(f"{kind} {path}\n"))
            finally:
                os.close(fd)
        except OSError:
            pass  # the server is about to end


def _is_fresh(path: str) -> bool:
    try:
        return abs(time.time() - os.stat(path).st_mtime) < _FRESH
    except OSError:
        return False
