#!/usr/bin/env python3
"""Prepare this site for ``saola demo``: its own virtual environment, database and static files.

::

    python3 setup_demo.py --state DIR

    DIR/demo/venv   the environment, with what requirements.txt pins
    DIR/demo/data   database, static files and secret key: DEMO_DATA of the site
    DIR/demo/setup.log

Prints one line per long step to stderr, and at the end the path of the environment's Python to
stdout. Each half ends with a stamp of what it was made from, written last, so that an interrupted
run is repeated and a finished one is not. Exit code 69 means that something is missing which the
message names. Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import errno
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

SITE = Path(__file__).resolve().parent
REQUIREMENTS = SITE / "requirements.txt"
UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h
STAMP = ".prepared"


class SetUp:
    """One preparation, in one folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "demo"
        self._venv = self._folder / "venv"
        self._data = self._folder / "data"
        self._log = self._folder / "setup.log"
        self.python = self._venv / "bin" / "python"

    def run(self) -> None:
        """Make what is missing or out of date."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file, however this ends
            # An environment knows its own path and its interpreter: it cannot be moved.
            made_from = [sys.version, sys.base_prefix, str(self._venv), REQUIREMENTS.read_text()]
            environment = _digest(made_from)
            if not _is_stamped(self._venv, environment) or not os.access(self.python, os.X_OK):
                self._make_environment()
                _stamp(self._venv, environment)
            site = _digest([environment, *_contents(_site_files())])
            if not _is_stamped(self._data, site) or not (self._data / "db.sqlite3").exists():
                self._prepare_site()
                _stamp(self._data, site)

    def _make_environment(self) -> None:
        if (
            importlib.util.find_spec("venv") is None
            or importlib.util.find_spec("ensurepip") is None
        ):
            _refuse("python3-venv is missing: apt install python3-venv")
        _say("making the demo's virtual environment …")
        failed = self._command([sys.executable, "-m", "venv", "--clear", str(self._venv)])
        if failed:
            _refuse(f"the virtual environment could not be made ({failed}); see {self._log}")
        pinned = [line for line in REQUIREMENTS.read_text().splitlines() if "==" in line]
        _say(f"installing {pinned[0].replace('==', ' ')} and what it needs …")
        pip = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check"]
        failed = self._command([*pip, "--no-input", "--retries", "2", "-r", str(REQUIREMENTS)])
        if failed:
            _refuse(
                f"the demo's packages could not be installed ({failed}): it needs a network, or"
                f" a package index that pip knows, once; see {self._log}"
            )

    def _prepare_site(self) -> None:
        _say("making the demo's database, static files and admin user (admin / admin) …")
        environ = {**os.environ, "DEMO_DATA": str(self._data)}
        failed = self._command([str(self.python), str(SITE / "manage.py"), "prepare"], environ)
        if failed:
            _refuse(f"the demo's site could not be prepared ({failed}); see {self._log}")

    def _command(self, command: list[str], environ: dict[str, str] | None = None) -> str:
        """Run a command, its output to the log; the last thing it said if it failed, else ''."""
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            done = subprocess.run(
                command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            log.write(f"{done.stdout}\n")
        if done.returncode == 0:
            return ""
        return (done.stdout.strip().splitlines() or [f"exit code {done.returncode}"])[-1]


def _site_files() -> list[Path]:
    """What the database and the static files are made from."""
    found = [*SITE.glob("pages/migrations/*.py"), *SITE.glob("pages/static/**/*")]
    found += [*SITE.glob("pages/management/commands/*.py"), SITE / "mysite" / "settings.py"]
    return sorted(path for path in found if path.is_file())


def _contents(paths: Iterable[Path]) -> list[str]:
    return [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths]


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _is_stamped(folder: Path, expected: str) -> bool:
    try:
        return (folder / STAMP).read_text() == expected
    except OSError:
        return False


def _stamp(folder: Path, text: str) -> None:
    (folder / STAMP).write_text(text)


def _say(text: str) -> None:
    print(f"saola: {text}", file=sys.stderr, flush=True)


def _refuse(text: str) -> NoReturn:
    _say(text)
    sys.exit(UNAVAILABLE)


def main() -> None:
    """Read the one flag and do it."""
    parser = argparse.ArgumentParser(description="Prepare the demo site.")
    parser.add_argument("--state", type=Path, required=True, help="folder to keep it all in")
    state = parser.parse_args().state.absolute()
    if sys.version_info < (3, 10):  # noqa: UP036 (whoever runs it may have an older one)
        _refuse(
            f"the demo needs Python 3.10 or newer, and {sys.executable} is {sys.version.split()[0]}"
        )
    setup = SetUp(state)
    try:
        setup.run()
    except OSError as exc:
        full = exc.errno in (errno.ENOSPC, errno.EDQUOT)
        why = f"there is no space left in {state / 'demo'}, and it needs 100 MB there"
        _refuse(f"the demo could not be prepared: {why if full else exc}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(setup.python)


if __name__ == "__main__":
    main()
