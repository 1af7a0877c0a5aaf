"""The stacks of real workers: of busy ones too, and of those that crash."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from fake_server import PATHS, FakeServer, environ, eventually, get, request, wait_for_start
from saola_worker import wire

APP = (
    PATHS
    + """
import ctypes, socket, threading

def hello(environ): return [b"hello"]
def sleeps(environ):
    time.sleep(60)
def receives(environ):
    mine, its = socket.socketpair()
    mine.recv(1)
def spins(environ):
    while True:
        pass
def computes(environ): return [b"%d" % sum(range(10**13))]
def crashes(environ): ctypes.string_at(0)
def forks(environ):
    pid = os.fork()
    if pid == 0:
        os._exit(len(os.readlink("/proc/self/fd/2")) == 0)
    os.waitpid(pid, 0)
    return [b"forked"]
def starts(environ):
    threading.Thread(target=spins, args=(environ,), name="mine", daemon=True).start()
    return [b"started"]
"""
)


@pytest.fixture
def stuck(server: FakeServer) -> FakeServer:
    server.write_app(APP)
    return server


def file_of(server: FakeServer, pid: int) -> Path:
    return server.run / f"stack-3-{pid}"


def ask(server: FakeServer, pid: int, number: int = 2) -> None:
    server.tell(f"kill {pid} RTMIN+{number}")


def stacks(server: FakeServer, pid: int) -> str:
    file = file_of(server, pid)
    eventually(lambda: file.read_text().endswith("== end\n"))
    return file.read_text()


@pytest.mark.parametrize(
    ("path", "line"),
    [("sleeps", "time.sleep(60)"), ("receives", "mine.recv(1)"), ("spins", "pass")],
)
def test_a_busy_worker_says_where_it_stands(stuck: FakeServer, path: str, line: str) -> None:
    peer, pid = stuck.worker()
    peer.send(request(1, environ(PATH_INFO=f"/{path}")))
    wait_for_start(stuck, 3)

    def shows_the_app() -> bool:
        file_of(stuck, pid).write_text("")
        ask(stuck, pid)
        return f"in {path}\n" in stacks(stuck, pid)

    eventually(shows_the_app)

    assert stacks(stuck, pid).startswith("thread ")
    assert "(main)" in stacks(stuck, pid)


def test_an_idle_worker_says_where_it_waits_and_serves_on(stuck: FakeServer) -> None:
    peer, pid = stuck.worker()

    ask(stuck, pid)

    assert "in wait\n" in stacks(stuck, pid)
    assert get(peer, "/hello") == b"hello"


def test_threads_have_their_names(stuck: FakeServer) -> None:
    stuck.settings["threads"] = 2
    peer, pid = stuck.worker()
    assert get(peer, "/starts") == b"started"

    ask(stuck, pid)
    text = stacks(stuck, pid)

    assert "thread MainThread (main):\n" in text
    assert "thread saola-place-0:\n" in text
    assert "in spins\n" in text[text.index("thread mine:\n") :]


@pytest.mark.parametrize("number", [3, 5])
def test_a_worker_that_runs_c_is_asked_by_another_signal(stuck: FakeServer, number: int) -> None:
    peer, pid = stuck.worker()
    peer.send(request(1, environ(PATH_INFO="/computes")))
    wait_for_start(stuck, 3)

    def says_so() -> bool:
        ask(stuck, pid, number)  # again: it may have started, and not have come that far
        return "in computes\n" in file_of(stuck, pid).read_text()

    eventually(says_so)


def test_a_crash_leaves_its_stack(stuck: FakeServer) -> None:
    peer, pid = stuck.worker()
    peer.send(request(1, environ(PATH_INFO="/crashes")))

    stuck.expect("exited", pid, "worker", 7, 3, -signal.SIGSEGV)

    text = file_of(stuck, pid).read_text()
    assert "Fatal Python error: Segmentation fault" in text
    assert "in crashes\n" in text


def test_what_an_app_forks_writes_nothing_there(stuck: FakeServer) -> None:
    peer, pid = stuck.worker()

    assert get(peer, "/forks") == b"forked"
    ask(stuck, pid)

    assert stacks(stuck, pid).count("== end") == 1


def test_the_file_is_for_this_user_only_and_there_before_the_hello(stuck: FakeServer) -> None:
    _, pid = stuck.worker()

    assert os.stat(file_of(stuck, pid)).st_mode & 0o777 == 0o600
    assert not list(stuck.run.glob("*~"))


def test_a_mold_has_no_file(stuck: FakeServer) -> None:
    stuck.settings["refork"] = True
    peer, pid = stuck.worker()
    assert file_of(stuck, pid).exists()
    stuck.tell(f"promote {pid} 8")
    stuck.expect("promoted", 8, pid)
    peer.send(wire.frame(wire.BECOME, payload=(8).to_bytes(4, "little")))
    mold, _ = stuck.accept()
    ready = mold.next()
    assert ready.kind == wire.READY, ready

    assert not file_of(stuck, pid).exists()
    ask(stuck, pid)
    forked, _ = stuck.fork(mold, 4, 8)
    assert forked.next().kind == wire.READY
