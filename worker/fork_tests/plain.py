"""What an app does after a plain ``os.fork``, beside what it does in Saola's workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from fake_server import FakeServer, Peer, get
from saola_worker import wire

# How what is said about an open connection ends.
NEXT = "close it in a saola.before_fork function and open it in an after_fork one"

# Imports the app, forks twice as any preloading server does, and lets both use it at once.
_FORKS = r"""
import json, os, select, signal, sys, warnings
sys.path.insert(0, os.getcwd())
warnings.simplefilter("ignore")  # CPython >= 3.12 says itself that it is no good idea
import app
children = []
for slot in range(2):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        try:
            answer = str(app.use())
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(w, answer.encode())
        os.close(w)
        if len(sys.argv) > 2:
            sys.exit()  # and not os._exit: the interpreter ends as in other servers
        os._exit(0)
    os.close(w)
    children.append((pid, r))
answers = []
for pid, r in children:
    if select.select([r], [], [], float(sys.argv[1]))[0]:
        answers.append(os.read(r, 65536).decode())
    else:
        answers.append("hangs")
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
# No app prints this character and JSON escapes it, so that what an app says is never the mark.
print("\x1eanswers", json.dumps(answers), flush=True)
os._exit(0)
"""
_APP = """
import os

def app(environ, start_response):
    start_response("200 OK", [])
    return [str(use()).encode()]
"""


def plain(
    server: FakeServer, app: str, *, to_the_end: bool = False, patience: float = 15.0
) -> list[str]:
    """Return what two children say that were forked without any care."""
    return _plain(server, app, to_the_end, patience)[1]


def plain_output(server: FakeServer, app: str) -> str:
    """Return what is on standard output when two such children have ended by themselves."""
    return _plain(server, app, True, 15.0)[0]


def _plain(
    server: FakeServer, app: str, to_the_end: bool, patience: float
) -> tuple[str, list[str]]:
    server.write_app(_APP + app)
    run = subprocess.run(
        [sys.executable, "-c", _FORKS, str(patience), *["end"] * to_the_end],
        cwd=server.app,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        capture_output=True,
        timeout=60,
    )
    output, _, answers = run.stdout.decode().rpartition("\x1eanswers ")
    assert answers, run.stderr.decode()
    return output, json.loads(answers)


def with_saola(server: FakeServer, app: str) -> list[str]:
    """Return what two workers of a mold with this app say, the mold being fit."""
    server.write_app(_APP + app)
    server.begin()
    mold, _ = server.mold()
    ready = mold.next()
    assert ready.kind == wire.READY, ready.payload.decode()
    return _ask(server, mold)


def _ask(server: FakeServer, mold: Peer) -> list[str]:
    answers = []
    for slot in range(2):
        peer, _ = server.fork(mold, slot)
        peer.expect(wire.READY)
        answers.append(get(peer, "/").decode())
    return answers


def unfit(server: FakeServer, app: str) -> list[str]:
    """Return what a mold with this app finds, for which it is not forked."""
    server.write_app(_APP + app)
    server.begin()
    peer, _ = server.mold()
    kind, *lines = peer.expect(wire.UNFIT).payload.decode().split("\n")
    assert kind == "fork"
    return lines


def prefork(server: FakeServer, app: str) -> list[str]:
    """Return what two workers say that have imported the app themselves."""
    server.settings["load"] = "prefork"
    return with_saola(server, app)
