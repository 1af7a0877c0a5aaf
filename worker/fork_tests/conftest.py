"""A PostgreSQL and a Redis of their own, on Unix sockets, for as long as the tests run."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from fake_server import FakeServer

PATIENCE = 30.0


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start PostgreSQL; return how psycopg connects to it."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    found = shutil.which("initdb") or (programs and f"{programs[-1]}/initdb")
    if not found:
        _missing("PostgreSQL: apt install postgresql")
    programs = [os.path.dirname(os.path.realpath(found))]
    folder = Path(tempfile.mkdtemp(prefix="saola-pg-"))
    user = _unprivileged(folder)
    data = f"{folder}/data"
    initdb = [f"{programs[0]}/initdb", "-D", data, "-U", "app", "-A", "trust", "-N"]
    run = subprocess.run(initdb, user=user, cwd=folder, stdout=-1, stderr=subprocess.STDOUT)
    assert run.returncode == 0, run.stdout.decode()
    options = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", "max_connections=50"]
    command = [f"{programs[0]}/postgres", "-D", data, "-k", str(folder), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        # It listens before it lets anybody in.
        ready = [f"{programs[0]}/pg_isready", "-q", "-h", str(folder)]
        _wait_for(lambda: subprocess.run(ready).returncode == 0, process, folder / "log")
        yield f"host={folder} user=app dbname=postgres"
    finally:
        process.send_signal(2)  # fast: do not wait for who is still connected
        process.wait(PATIENCE)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """Start Redis; return the path of its socket."""
    if not shutil.which("redis-server"):
        _missing("Redis: apt install redis-server")
    folder = Path(tempfile.mkdtemp(prefix="saola-redis-"))
    path = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(lambda: _answers(path), process, folder / "log")
        yield str(path)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        shutil.rmtree(folder)


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; give the folder to somebody else then."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user


def _wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.02)


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(path))
    except OSError:
        return False
    return True


def _missing(what: str) -> NoReturn:
    pytest.exit(f"these tests need {what}", returncode=1)
