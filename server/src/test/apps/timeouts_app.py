"""What takes too long, each in its way: the path is the name of a function here."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """WSGI."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    body: Iterable[bytes] = globals()[environ["PATH_INFO"][1:]](environ)
    return body


def pid(environ: WSGIEnvironment) -> Iterable[bytes]:
    """Which worker this is."""
    return [b"%d" % os.getpid()]


def sleeps(environ: WSGIEnvironment) -> Iterable[bytes]:
    """In C, where a signal is noticed."""
    time.sleep(60)
    return []


def receives(environ: WSGIEnvironment) -> Iterable[bytes]:
    """The same, from a peer that says nothing."""
    mine, _its = socket.socketpair()
    return [mine.recv(1)]


def excepts(environ: WSGIEnvironment) -> Iterable[bytes]:
    """Catch everything that an app should catch."""
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.001)


def swallows(environ: WSGIEnvironment) -> Iterable[bytes]:
    """Catch more than an app should."""
    while True:
        with contextlib.suppress(BaseException):
            while True:  # so that nothing comes outside of it
                time.sleep(0.001)


def computes(environ: WSGIEnvironment) -> Iterable[bytes]:
    """A loop in C that looks at no signal."""
    return [b"%d" % sum(range(10**13))]


def database(environ: WSGIEnvironment) -> Iterable[bytes]:
    """SQLite's busy wait, which looks at no signal either."""
    path = os.path.join(tempfile.mkdtemp(), "busy.db")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    sqlite3.connect(path, timeout=60).execute("CREATE TABLE t (a)")
    return []


def asks(environ: WSGIEnvironment) -> Iterable[bytes]:
    """Ask for time, and use ``?s=`` seconds."""
    environ["saola.extend_deadline"](60)
    time.sleep(float(parse_qs(environ["QUERY_STRING"])["s"][0]))
    return [b"asked\n"]
