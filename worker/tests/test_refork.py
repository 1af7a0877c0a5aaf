"""A worker that is told to become a mold, in real processes (PROTOCOL.md §13)."""

from __future__ import annotations

import os
import struct

from fake_server import PATHS, FakeServer, Peer, environ, get, request
from saola_worker import wire

APP = (
    PATHS
    + """
import saola, sqlite3

@saola.before_fork
def close():
    global db
    log.append(f"close {saola.slot()}")
    if db and not os.path.exists("forget"): db.close()

@saola.after_fork
def open_db():
    global db
    log.append(f"open {saola.slot()}")
    db = sqlite3.connect("data.sqlite3")

log, db = [], None
def use(environ):
    db.execute("CREATE TABLE IF NOT EXISTS t (a)")
    return [f"{os.getpid()} {saola.generation()} {'; '.join(log)}".encode()]
"""
)


def become(server: FakeServer, peer: Peer, pid: int, generation: int = 8) -> None:
    server.tell(f"promote {pid} {generation}")
    server.expect("promoted", generation, pid)
    peer.send(wire.frame(wire.BECOME, payload=struct.pack("<I", generation)))


def test_a_worker_that_is_fit_forks_workers_of_its_own_generation(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings["refork"] = True
    peer, pid = server.worker()
    assert get(peer, "/use") == f"{pid} 7 close None; open 3".encode()

    become(server, peer, pid)

    peer.expect(wire.BYE)
    mold, hello = server.accept()
    assert struct.unpack("<IBBBBIIIH36s", hello.payload)[5:8] == (pid, 0, 8)
    mold.expect(wire.READY)
    peer, child = server.fork(mold, 4, 8)
    peer.expect(wire.READY)
    log = "close None; open 3; close 3; open 4"
    assert get(peer, "/use") == f"{child} 8 {log}".encode()


def test_what_a_worker_has_opened_after_its_fork_makes_it_unfit_and_is_opened_again(
    server: FakeServer,
) -> None:
    server.write_app(APP)
    server.settings["refork"] = True
    peer, pid = server.worker()
    get(peer, "/use")
    (server.app / "forget").touch()

    become(server, peer, pid)

    kind, line = peer.expect(wire.UNFIT).payload.decode().split("\n")
    assert (kind, line.split(" (fd")[0]) == (
        "fork",
        f"the database {server.app}/data.sqlite3 is open",
    )
    log = "close None; open 3; close 3; open 3"
    assert get(peer, "/use", 2) == f"{pid} 7 {log}".encode()


def test_a_hook_that_fails_before_the_fork_is_a_reason_not_to(server: FakeServer) -> None:
    server.write_app(APP + "@saola.before_fork\ndef fail(): assert saola.slot() is None, 'busy'\n")
    server.settings["refork"] = True
    peer, pid = server.worker()

    become(server, peer, pid)

    assert peer.expect(wire.UNFIT).payload.decode() == (
        "fork\na saola.before_fork function has failed: AssertionError: busy"
    )
    assert get(peer, "/use") == f"{pid} 7 close None; open 3; open 3".encode()


def test_a_worker_that_cannot_open_again_what_it_has_closed_ends(server: FakeServer) -> None:
    server.write_app(
        APP + "@saola.after_fork\ndef again(): assert not os.path.exists('forget'), 'no disk'\n"
    )
    server.settings["refork"] = True
    peer, pid = server.worker()
    get(peer, "/use")
    (server.app / "forget").touch()

    become(server, peer, pid)

    peer.expect(wire.UNFIT)
    while (line := server.line())[0] != "exited":
        pass
    assert line[1] == str(pid)
    server.read_output("slot-3", b"saola.after_fork: app.again has failed\n")


def test_a_thread_of_a_request_is_named_with_where_it_was_started(server: FakeServer) -> None:
    server.write_app(
        APP
        + """
def start(environ):
    import threading
    threading.Thread(target=time.sleep, args=(60,), daemon=True, name="left").start()
    return [b""]
"""
    )
    server.settings["refork"] = True
    peer, pid = server.worker()
    get(peer, "/start")

    become(server, peer, pid)

    text = peer.expect(wire.UNFIT).payload.decode()
    assert "\na thread runs: 'left' (time.sleep), started at " in text
    assert f"{server.app}{os.sep}app.py:" in text


def test_the_threads_of_its_places_end_before_it_is_judged_and_start_again(
    server: FakeServer,
) -> None:
    server.write_app(
        APP
        + """
import threading
together = threading.Barrier(3)
def meet(environ):
    together.wait(30)
    return [threading.current_thread().name.encode()]
"""
    )
    server.settings.update(refork=True, threads=3)
    peer, pid = server.worker()

    meet(peer, 1)
    (server.app / "forget").touch()
    become(server, peer, pid)
    reasons = peer.expect(wire.UNFIT).payload.decode()
    assert "data.sqlite3 is open" in reasons
    assert "thread" not in reasons

    meet(peer, 4)
    (server.app / "forget").unlink()
    become(server, peer, pid, 9)

    peer.expect(wire.BYE)
    mold, _ = server.accept()
    mold.expect(wire.READY)
    peer, _ = server.fork(mold, 4, 9)
    peer.expect(wire.READY)
    meet(peer, 1)


def meet(peer: Peer, first: int) -> None:
    """Have three requests wait for each other."""
    peer.send(*(request(n, environ(PATH_INFO="/meet")) for n in range(first, first + 3)))
    assert {peer.answer()[2] for _ in range(3)} == {b"saola-place-%d" % n for n in range(3)}
