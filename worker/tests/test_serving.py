"""One real worker on a real link, and what apps do in it."""

from __future__ import annotations

import struct
import sys
import time

import pytest

from fake_server import (
    HELLO,
    PATHS,
    FakeServer,
    credit,
    environ,
    eventually,
    get,
    head,
    request,
    wait_for_start,
)
from saola_worker import wire


def test_a_request_is_answered(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()

    peer.send(request(1, environ()))

    assert peer.answer() == ("200 OK", {"Content-Type": "text/plain"}, b"hello world\n")


def test_the_app_sees_nothing_of_keeper_and_mold(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def look(environ):
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
        except FileNotFoundError:  # of the listing itself
            pass
    kinds = sorted(link.split(":")[0].rsplit("/", 1)[-1] for link in links)
    return [repr((kinds, sys.path[0] == os.getcwd(), sys.stdin.read())).encode()]
"""
    )
    peer, pid = server.worker()

    kinds = ["null", "page-3", "slot-3", "slot-3", "socket", f"stack-3-{pid}"]
    assert get(peer, "/look") == repr((kinds, True, "")).encode()


def test_what_the_app_prints_comes_through_its_fifo(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
print("imported")
def say(environ):
    print("out")
    print("err", file=sys.stderr)
    print("stream", file=environ["wsgi.errors"], end="")
    with open("/dev/stdout", "w") as out:
        out.write("dev")
    return []
"""
    )
    peer, _ = server.worker()

    get(peer, "/say")

    assert server.read_output("slot-3", b"dev") == b"out\nerr\nstreamdev"
    assert server.read_output("mold", b"\n") == b"imported\n"


def test_settings_reach_the_app(server: FakeServer) -> None:
    more = server.root / "more"
    more.mkdir()
    (more / "other.py").write_text("name = 'other'")
    server.write_app(
        PATHS + "import other\ndef env(e): return [os.environ['A'].encode(), b' '"
        " + other.name.encode(), b' ' + e['SERVER_SOFTWARE'].encode()]"
    )
    server.settings.update(env={"A": "1"}, pythonpath=f"/nowhere:{more}")
    peer, _ = server.worker()

    assert get(peer, "/env") == b"1 other saola/test"


def test_a_batch_is_answered_in_one_piece(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()
    before = peer.receives

    peer.send(*(request(stream, environ()) for stream in range(1, 33)))

    assert [peer.next().stream for _ in range(32)] == list(range(1, 33))
    assert peer.receives - before <= 4


def test_a_request_is_stronger_than_the_common_environ_and_leaves_it_alone(
    server: FakeServer,
) -> None:
    server.write_app(
        PATHS
        + """
def show(environ):
    shown = f"{environ['REQUEST_METHOD']} {environ['QUERY_STRING']} {environ.get('seen')}"
    environ["seen"] = environ["REQUEST_METHOD"] = "changed"
    return [shown.encode()]
"""
    )
    server.settings["environ"] = {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        "SERVER_SOFTWARE": "s",
    }
    peer, _ = server.worker()

    peer.send(request(1, {"PATH_INFO": "/show", "REQUEST_METHOD": "POST", "QUERY_STRING": "a"}))
    peer.send(request(2, {"PATH_INFO": "/show"}))

    assert peer.answer()[2] == b"POST a None"
    assert peer.answer()[2] == b"GET  None"


def test_the_status_page_says_what_has_started(server: FakeServer) -> None:
    server.write_app(PATHS + "def stuck(environ): time.sleep(60)")
    peer, pid = server.worker()
    before = time.monotonic_ns()

    peer.send(request(4, environ(PATH_INFO="/stuck")), request(5, environ()))
    wait_for_start(server, 3, 4)

    assert server.pages[3][0] == 4
    assert before < server.pages[3][8] < time.monotonic_ns()
    server.tell(f"kill {pid} 9")
    server.expect("exited", pid)


def test_an_idle_worker_says_so(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()

    get(peer, "/")

    eventually(lambda: not server.pages[3][8])


def test_a_withdrawn_request_is_skipped(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()
    server.pages[3][1] = 2

    peer.send(*(request(stream, environ()) for stream in (1, 2, 3)))

    kinds = [(frame.kind, frame.stream) for frame in (peer.next(), peer.next(), peer.next())]
    assert kinds == [(wire.SKIPPED, 1), (wire.SKIPPED, 2), (wire.RESPONSE, 3)]


def test_a_signal_sends_the_answers_that_a_long_request_holds_back(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def fast(environ): return [b"fast"]
def slow(environ):
    end = time.monotonic() + 60
    while not os.path.exists("go") and time.monotonic() < end:
        time.sleep(0.01)
    return [b"slow"]
"""
    )
    peer, pid = server.worker()
    peer.send(request(1, environ(PATH_INFO="/fast")), request(2, environ(PATH_INFO="/slow")))
    wait_for_start(server, 3, 2)

    server.tell(f"kill {pid} RTMIN+4")

    assert peer.answer()[2] == b"fast"
    (server.app / "go").touch()
    assert peer.answer()[2] == b"slow"


def test_a_signal_at_any_other_moment_does_nothing(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, pid = server.worker()

    for stream in range(1, 200):
        server.tell(f"kill {pid} RTMIN+4")
        assert get(peer, "/", stream) == b"hello world\n"


def test_pieces_are_sent_at_once(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def pieces(environ):
    yield b"one"
    while not os.path.exists("go"):
        time.sleep(0.01)
    yield b"two"
"""
    )
    peer, _ = server.worker()

    peer.send(request(1, environ(PATH_INFO="/pieces")))

    peer.expect(wire.HEAD)
    assert peer.expect(wire.DATA).payload == b"one"
    (server.app / "go").touch()
    assert peer.expect(wire.DATA).payload == b"two"
    assert peer.expect(wire.END).flags == 0


def test_a_worker_waits_for_credit_and_keeps_reading(server: FakeServer) -> None:
    server.write_app(PATHS + "def big(e): return [b'x' * 300_000]\ndef small(e): return [b'small']")
    server.settings["window"] = 100_000
    peer, _ = server.worker()
    peer.send(request(1, environ(PATH_INFO="/big")))
    frame = peer.expect(wire.HEAD)
    assert head(frame, frame.payload) == ("200 OK", {"Content-Length": "300000"})
    assert [len(peer.expect(wire.DATA).payload) for _ in range(2)] == [65_536, 34_464]

    # More than both sockets' buffers hold: only a worker that reads makes room for the credit.
    more = [
        request(stream, environ(PATH_INFO="/small", HTTP_X="y" * 5_000)) for stream in range(2, 200)
    ]
    peer.send(*more)
    peer.send(credit(1, 300_000))

    size = 0
    while (frame := peer.next()).kind == wire.DATA:
        size += len(frame.payload)
    assert (frame.kind, frame.flags, size) == (wire.END, 0, 200_000)
    assert [peer.answer()[2] for _ in more] == [b"small"] * len(more)


def test_a_response_whose_client_has_gone_is_aborted_after_close(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def endless(environ):
    try:
        while True:
            yield b"x" * 1000
    finally:
        print("closed")
"""
    )
    server.settings["window"] = 10_000
    peer, _ = server.worker()
    peer.send(request(1, environ(PATH_INFO="/endless")))
    peer.expect(wire.HEAD)
    for _ in range(10):
        peer.expect(wire.DATA)

    server.pages[3][10] = 1

    assert peer.expect(wire.END).flags == wire.ABORTED
    server.read_output("slot-3", b"closed\n")


def test_an_apps_exception_is_a_500_and_the_worker_lives(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def fail(environ): raise SystemExit('enough')\ndef ok(e): return [b'ok']"
    )
    peer, _ = server.worker()

    peer.send(request(1, environ(PATH_INFO="/fail")), request(2, environ(PATH_INFO="/ok")))

    text = peer.expect(wire.FAILED).payload.decode()
    assert text.endswith("SystemExit: enough\n")
    assert "saola_worker" not in text
    assert peer.answer()[0] == "500 Internal Server Error"
    assert peer.answer()[2] == b"ok"


def test_bodies_in_memory_and_in_a_file(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def read(environ):
    body = environ["wsgi.input"]
    first = body.read(3)
    rest = body.read()
    body.seek(0)
    return [first, b" ", rest, b" ", body.readline(), b" ", body.read(10)]
"""
    )
    spool = server.root / "spool file"
    spool.write_bytes(b"abcdef\nx")
    peer, _ = server.worker()

    peer.send(request(1, environ(PATH_INFO="/read"), b"abcdef\nx"))
    peer.send(request(2, environ(PATH_INFO="/read"), path=str(spool)))
    peer.send(request(3, environ(PATH_INFO="/read"), path="/nowhere"))
    peer.send(request(4, environ(PATH_INFO="/read")))

    assert peer.answer()[2] == b"abc def\nx abcdef\n x"
    assert peer.answer()[2] == b"abc def\nx abcdef\n x"
    assert b"FileNotFoundError" in peer.expect(wire.FAILED).payload
    assert peer.answer()[0] == "500 Internal Server Error"
    assert peer.answer()[2] == b"   "


def test_a_request_of_a_megabyte_arrives_in_pieces(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def size(e): return [b'%d' % len(e['wsgi.input'].read()), e['A'].encode()[:1]]"
    )
    peer, _ = server.worker()

    for stream in (1, 2, 3):
        blob = environ(PATH_INFO="/size", A="a" * 1_000)
        peer.send(request(stream, blob, b"x" * (wire.MAX_PAYLOAD - 4_096)))

        assert peer.answer()[2] == b"%da" % (wire.MAX_PAYLOAD - 4_096)


@pytest.mark.parametrize("bad", [wire.frame(0x33, 1), struct.pack("<III", 1 << 21, 0x31, 1)])
def test_a_broken_frame_ends_a_worker_with_70(server: FakeServer, bad: bytes) -> None:
    server.write_app(HELLO)
    peer, pid = server.worker()

    peer.send(bad)

    server.expect("exited", pid, "worker", 7, 3, 70)
    assert b"broken link" in server.read_output("slot-3", b"\n")


def test_an_apps_default_timeout_is_not_the_links(server: FakeServer) -> None:
    server.write_app(HELLO + "import socket; socket.setdefaulttimeout(0.001)")
    peer, _ = server.worker()

    with pytest.raises(TimeoutError):
        peer.next(patience=0.05)

    assert get(peer, "/") == b"hello world\n"


def test_the_interpreter_is_the_one_of_the_virtual_environment(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def where(e): return [f'{sys.prefix} {sys.executable} {sys.argv}'.encode()]"
    )
    peer, _ = server.worker()

    assert get(peer, "/where").decode() == f"{sys.prefix} {sys.executable} ['saola']"
