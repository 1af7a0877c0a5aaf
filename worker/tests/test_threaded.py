"""One real worker with several places."""

from __future__ import annotations

import marshal
import os
import struct

import pytest

from fake_server import (
    FakeServer,
    Peer,
    credit,
    environ,
    eventually,
    get,
    request,
    wait_for_start,
    wait_until_gone,
)
from saola_worker import wire

APP = """
import json, os, sqlite3, sys, threading, time

def app(environ, start_response):
    start_response("200 OK", [])
    return globals()[environ["PATH_INFO"][1:]](environ)

def wait_for(name):
    end = time.monotonic() + 60
    while not os.path.exists(name) and time.monotonic() < end:
        time.sleep(0.002)

def thread(environ): return [threading.current_thread().name.encode()]
def threads(environ): return [str(threading.active_count()).encode()]
def slow(environ):
    wait_for(environ["QUERY_STRING"])
    return thread(environ)

together = threading.Barrier(4)
def meet(environ):
    together.wait(30)
    return thread(environ)

def stream(environ):
    mark, count = environ["QUERY_STRING"].split(",")
    for _ in range(int(count)):
        yield mark.encode() * 1000
"""


@pytest.fixture
def worker(server: FakeServer) -> Peer:
    server.write_app(APP)
    server.settings["threads"] = 4
    return server.worker()[0]


def ask(stream: int, path: str, query: str = "") -> bytes:
    return request(stream, environ(PATH_INFO=path, QUERY_STRING=query))


def answers(peer: Peer, streams: int) -> dict[int, bytes]:
    """Read whole and streamed responses until so many have ended; grant credit."""
    bodies: dict[int, bytes] = {}
    open_streams: dict[int, list[bytes]] = {}
    while len(bodies) < streams:
        frame = peer.next()
        if frame.kind == wire.RESPONSE:
            bodies[frame.stream] = frame.payload[4 + struct.unpack_from("<I", frame.payload)[0] :]
        elif frame.kind == wire.HEAD:
            open_streams[frame.stream] = []
        elif frame.kind == wire.DATA:
            open_streams[frame.stream].append(frame.payload)
            peer.send(credit(frame.stream, len(frame.payload)))
        else:
            assert (frame.kind, frame.flags) == (wire.END, 0), frame
            bodies[frame.stream] = b"".join(open_streams.pop(frame.stream))
    return bodies


def test_as_many_requests_run_at_once_as_there_are_threads(worker: Peer) -> None:
    worker.send(*(ask(stream, "/meet") for stream in (1, 2, 3, 4)))

    assert sorted(answers(worker, 4).values()) == [b"saola-place-%d" % n for n in range(4)]


def test_requests_of_one_frame_run_at_once(server: FakeServer, worker: Peer) -> None:
    worker.send(wire.frame(wire.REQUEST, 1, batch("/meet", "/meet", "/meet", "/meet")))

    assert sorted(answers(worker, 4)) == [1, 2, 3, 4]


def batch(*paths: str) -> bytes:
    return marshal.dumps([environ(PATH_INFO=path) for path in paths], 2)


def test_threads_start_when_requests_need_them(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings["threads"] = 4
    peer, pid = server.worker()
    assert len(os.listdir(f"/proc/{pid}/task")) == 1

    for stream in range(1, 200):
        assert get(peer, "/thread", stream) == b"saola-place-0"
    peer.send(ask(200, "/slow", "go"))
    wait_for_start(server, 3, 200)

    assert get(peer, "/threads", 201) == b"3"
    (server.app / "go").touch()
    assert peer.answer()[2] == b"saola-place-0"


def test_a_quick_answer_overtakes_a_slow_one(server: FakeServer, worker: Peer) -> None:
    worker.send(ask(1, "/slow", "go"), ask(2, "/thread"))

    assert worker.expect(wire.RESPONSE).stream == 2
    (server.app / "go").touch()
    assert worker.expect(wire.RESPONSE).stream == 1


def test_what_comes_while_all_are_busy_waits_its_turn(server: FakeServer, worker: Peer) -> None:
    worker.send(*(ask(stream, "/slow", f"go{stream}") for stream in range(1, 8)))
    wait_for_start(server, 3, 4)
    page = server.pages[3]
    assert sorted(page[9 + 8 * place] for place in range(4)) == [1, 2, 3, 4]
    assert page[0] == 4

    (server.app / "go3").touch()

    assert worker.expect(wire.RESPONSE).stream == 3
    wait_for_start(server, 3, 5)
    assert sorted(page[9 + 8 * place] for place in range(4)) == [1, 2, 4, 5]
    for stream in range(1, 8):
        (server.app / f"go{stream}").touch()
    assert sorted(answers(worker, 6)) == [1, 2, 4, 5, 6, 7]


def test_the_status_page_has_a_since_for_each_place(server: FakeServer, worker: Peer) -> None:
    worker.send(ask(1, "/slow", "one"), ask(2, "/slow", "two"))
    wait_for_start(server, 3, 2)
    page = server.pages[3]
    places = {page[9 + 8 * place]: place for place in range(4)}
    assert 0 < page[8 + 8 * places[1]] <= page[8 + 8 * places[2]]

    (server.app / "one").touch()
    assert worker.expect(wire.RESPONSE).stream == 1

    eventually(lambda: page[8 + 8 * places[1]] == 0)
    assert page[8 + 8 * places[2]] > 0
    assert page[0] == 2
    (server.app / "two").touch()
    worker.expect(wire.RESPONSE)


def test_a_withdrawn_request_is_skipped(server: FakeServer, worker: Peer) -> None:
    server.pages[3][1] = 2

    worker.send(*(ask(stream, "/thread") for stream in (1, 2, 3)))

    frames = sorted((worker.next() for _ in range(3)), key=lambda frame: frame.stream)
    kinds = [frame.kind for frame in frames]
    assert kinds == [wire.SKIPPED, wire.SKIPPED, wire.RESPONSE]


def test_frames_of_several_responses_never_mix(worker: Peer) -> None:
    streams = {stream: ask(stream, "/stream", f"{chr(96 + stream)},500") for stream in (1, 2, 3)}
    worker.send(*streams.values())
    # One after the other at the fourth place, between the pieces of the three.
    for stream in range(4, 60):
        worker.send(ask(stream, "/thread"))

    bodies = answers(worker, 59)

    for stream in streams:
        assert bodies[stream] == chr(96 + stream).encode() * 500_000
    assert {bodies[stream][:12] for stream in range(4, 60)} == {b"saola-place-"}


def test_each_stream_has_its_own_credit(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings.update(threads=3, window=10_000)
    peer, _ = server.worker()
    peer.send(ask(1, "/stream", "a,15"), ask(2, "/stream", "b,15"))
    got = {1: 0, 2: 0}
    while sum(got.values()) < 20_000:
        frame = peer.next()
        got[frame.stream] += len(frame.payload) if frame.kind == wire.DATA else 0
    assert got == {1: 10_000, 2: 10_000}

    assert get(peer, "/thread", 3) == b"saola-place-2"
    peer.send(credit(9, 5_000), credit(2, 5_000))

    frames = [peer.next() for _ in range(6)]
    assert {frame.stream for frame in frames} == {2}
    assert (frames[-1].kind, frames[-1].flags) == (wire.END, 0)
    peer.send(credit(2, 5_000), credit(1, 2_500), credit(1, 2_500))
    while (frame := peer.next()).kind == wire.DATA:
        got[1] += len(frame.payload)
    assert (frame.kind, frame.stream, got[1]) == (wire.END, 1, 15_000)


def test_a_cancelled_stream_ends_and_the_others_go_on(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings.update(threads=2, window=10_000)
    peer, _ = server.worker()
    peer.send(ask(1, "/stream", "a,100"), ask(2, "/stream", "b,20"))
    for _ in range(22):  # two heads, ten pieces each
        peer.next()
    page = server.pages[3]
    place = next(place for place in range(2) if page[9 + 8 * place] == 1)

    page[10 + 8 * place] = 1

    end = peer.next()
    assert (end.kind, end.stream, end.flags) == (wire.END, 1, wire.ABORTED)
    peer.send(credit(2, 10_000))
    assert [peer.next().stream for _ in range(11)] == [2] * 11


def test_stop_waits_for_all_places_and_their_credit(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings.update(threads=2, window=10_000)
    peer, pid = server.worker()
    peer.send(ask(1, "/slow", "go"), ask(2, "/stream", "b,20"), ask(3, "/thread"))
    for _ in range(11):
        peer.next()

    peer.send(wire.frame(wire.STOP))
    peer.send(credit(2, 10_000))

    for _ in range(10):
        assert peer.expect(wire.DATA).stream == 2
    assert peer.expect(wire.END).stream == 2
    assert peer.expect(wire.RESPONSE).stream == 3
    (server.app / "go").touch()
    assert peer.expect(wire.RESPONSE).stream == 1
    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)


def test_an_idle_worker_stops_at_once(server: FakeServer, worker: Peer) -> None:
    worker.send(*(ask(stream, "/meet") for stream in (1, 2, 3, 4)))
    answers(worker, 4)

    worker.send(wire.frame(wire.STOP))

    worker.expect(wire.BYE)


def test_nothing_more_is_started_when_the_link_has_ended(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings["threads"] = 2
    peer, pid = server.worker()
    peer.send(*(ask(stream, "/slow", "go") for stream in (1, 2, 3)))
    wait_for_start(server, 3, 2)

    peer.sock.close()
    (server.app / "go").touch()

    server.expect("exited", pid, "worker", 7, 3, 0)
    assert server.pages[3][0] == 2


def test_a_broken_frame_ends_the_worker_whatever_its_places_do(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings["threads"] = 2
    peer, pid = server.worker()
    peer.send(ask(1, "/slow", "go"))
    wait_for_start(server, 3)

    peer.send(wire.frame(0x33, 1))

    server.expect("exited", pid, "worker", 7, 3, 70)
    assert b"broken link" in server.read_output("slot-3", b"\n")


def test_a_slow_close_holds_nobody_up(server: FakeServer) -> None:
    server.write_app(
        APP
        + """
class Closing(list):
    def close(self): wait_for("go")
def closing(environ): return Closing([b"closing"])
"""
    )
    server.settings["threads"] = 2
    peer, _ = server.worker()

    assert get(peer, "/closing", 1) == b"closing"

    assert get(peer, "/thread", 2) == b"saola-place-1"
    (server.app / "go").touch()


def test_the_app_is_told_of_threads(server: FakeServer) -> None:
    server.write_app(APP + "def multi(e): return [str(e['wsgi.multithread']).encode()]")
    server.settings["threads"] = 2
    peer, _ = server.worker()

    assert get(peer, "/multi") == b"True"


def test_an_apps_exceptions_end_no_place(server: FakeServer) -> None:
    server.write_app(
        APP
        + """
def fail(environ): raise SystemExit("enough")
def cut(environ):
    yield b"begun"
    raise ValueError("cut")
"""
    )
    server.settings["threads"] = 2
    peer, _ = server.worker()

    peer.send(ask(1, "/fail"))
    assert peer.expect(wire.FAILED).payload.decode().endswith("SystemExit: enough\n")
    assert peer.answer()[0] == "500 Internal Server Error"
    peer.send(ask(2, "/cut"))
    kinds = [(frame.kind, frame.flags) for frame in (peer.next() for _ in range(4))]
    assert kinds == [(wire.HEAD, 0), (wire.DATA, 0), (wire.FAILED, 0), (wire.END, wire.ABORTED)]
    assert get(peer, "/thread", 3) == b"saola-place-0"


def test_bodies_in_memory_and_in_a_file(server: FakeServer) -> None:
    server.write_app(
        APP
        + """
def read(environ):
    together.wait(30)
    return [environ["wsgi.input"].read()]
def size(environ): return [b"%d" % len(environ["wsgi.input"].read())]
"""
    )
    server.settings["threads"] = 4
    spool = server.root / "spool file"
    spool.write_bytes(b"in a file")
    peer, _ = server.worker()

    # They meet, so each is read when the frames of all have been: no body may lie in the buffer.
    peer.send(request(1, environ(PATH_INFO="/read"), b"in memory"))
    peer.send(request(2, environ(PATH_INFO="/read"), path=str(spool)))
    peer.send(request(3, environ(PATH_INFO="/read"), b"x" * 200_000))
    peer.send(request(4, environ(PATH_INFO="/read")))

    bodies = answers(peer, 4)
    assert bodies == {1: b"in memory", 2: b"in a file", 3: b"x" * 200_000, 4: b""}
    peer.send(request(5, environ(PATH_INFO="/size"), path="/nowhere"))
    assert b"FileNotFoundError" in peer.expect(wire.FAILED).payload
    assert peer.answer()[0] == "500 Internal Server Error"


def test_a_lazy_app_is_imported_once(server: FakeServer) -> None:
    server.write_app(
        "import sys; sys.stdout.write('imported\\n')\n"
        + APP
        + "def make():\n    sys.stdout.write('made\\n'); time.sleep(0.1)\n    return app\n"
    )
    server.settings.update(threads=4, load="lazy", target="app:make", factory=True)
    peer, _ = server.worker()

    peer.send(*(ask(stream, "/meet") for stream in (1, 2, 3, 4)))

    answers(peer, 4)
    assert server.read_output("slot-3", b"made\n") == b"imported\nmade\n"


def test_a_connection_that_is_kept_for_its_thread_stays_there(server: FakeServer) -> None:
    server.write_app(
        APP
        + """
local = threading.local()
def count(environ):
    together.wait(30)
    if not hasattr(local, "db"):
        local.db = sqlite3.connect("db.sqlite3", timeout=30, isolation_level=None)
    local.db.execute("UPDATE counter SET n = n + 1")
    yield b""  # the rest runs when the response is sent, on the same thread still
    yield str(local.db.execute("SELECT n FROM counter").fetchone()[0]).encode()
with sqlite3.connect("db.sqlite3") as db:
    db.execute("CREATE TABLE counter (n)")
    db.execute("INSERT INTO counter VALUES (0)")
db.close()
"""
    )
    server.settings["threads"] = 4
    peer, _ = server.worker()

    for first in (1, 5, 9):
        peer.send(*(ask(stream, "/count") for stream in range(first, first + 4)))
        counts = sorted(int(count) for count in answers(peer, 4).values())
        assert counts[-1] == first + 3


def test_a_child_that_comes_back_from_the_app_says_nothing(server: FakeServer) -> None:
    server.write_app(APP + "def fork(environ): return [str(os.fork()).encode()]")
    server.settings["threads"] = 2
    peer, _ = server.worker()

    child = int(get(peer, "/fork", 1))

    wait_until_gone(child, seconds=5)
    assert get(peer, "/thread", 2) == b"saola-place-0"


def test_what_a_hundred_threads_answer_is_all_there(server: FakeServer) -> None:
    server.write_app(APP)
    server.settings["threads"] = 100
    server.page_size = 8_192
    peer, _ = server.worker()

    peer.send(*(ask(stream, "/slow", "go") for stream in range(1, 101)))
    wait_for_start(server, 3, 100)
    (server.app / "go").touch()

    names = set(answers(peer, 100).values())
    assert names == {b"saola-place-%d" % n for n in range(100)}
    page = server.pages[3]
    assert {page[9 + 8 * place] for place in range(100)} == set(range(1, 101))
