"""What happens in real workers to requests whose time is up, and to those that ask for more."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from fake_server import ASGI_APP, FakeServer, Frame, Peer, environ, get, request, wait_for_start
from fake_server import ask as ask_asgi
from saola_worker import wire

EXPIRED = 11
CANCEL_TIME = 2

APP = """
import socket, sqlite3, sys, threading, time
sys.setswitchinterval(1e-5)  # else a short request ends before its reader hears that it is late

def app(environ, start_response):
    start_response("200 OK", [])
    return globals()[environ["PATH_INFO"][1:]](environ)

def hello(environ): return [b"hello"]

def sleeps(environ): time.sleep(60)

def receives(environ):
    mine, its = socket.socketpair()
    mine.recv(1)

def waits(environ): threading.Event().wait(60)

def loops(environ):
    while True:
        pass

def excepts(environ):
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            pass

def database(environ):
    other = sqlite3.connect("busy.db", isolation_level=None)
    other.execute("PRAGMA journal_mode=delete")
    other.execute("BEGIN EXCLUSIVE")
    mine = sqlite3.connect("busy.db", timeout=0.5)
    try:
        mine.execute("CREATE TABLE t (a)")
    finally:
        for _ in range(1000):
            hello(environ)

def computes(environ):
    found = sum(range(4 * 10**7))
    for _ in range(5_000_000):  # long enough for another thread to have its turn
        hello(environ)
    return [b"%d" % found]

class Closing:
    def __init__(self): self.pieces = [b"one"]
    def __iter__(self): return iter(self.pieces)
    def close(self):
        print("closing", flush=True)
        time.sleep(60)
def closes(environ): return Closing()

def spins(environ):
    for _ in range(50 * int(environ["QUERY_STRING"])):
        hello(environ)
    return [b"done"]

def streams(environ):
    yield b"piece"
    print("sent", flush=True)
    time.sleep(60)

def tidies(environ):
    try:
        time.sleep(60)
    except BaseException as error:
        import saola
        return [b"%d %d" % (type(error) is saola.RequestTimeout, isinstance(error, Exception))]

def converts(environ):
    try:
        time.sleep(60)
    except BaseException:
        raise ValueError("made of it")

def swallows(environ):
    for _ in range(2):
        try:
            time.sleep(60)
        except BaseException as error:
            print("swallowed", flush=True)
            time.sleep(0.2)
            return [b"all the same"]

def asks(environ):
    environ["saola.extend_deadline"](eval(environ["QUERY_STRING"]))
    return [b"asked"]

def mistakes(environ):
    found = []
    for wrong in ("1", None, True, 0, -1, float("nan"), float("inf"), 2**40):
        try:
            environ["saola.extend_deadline"](wrong)
        except (TypeError, ValueError) as error:
            found.append(type(error).__name__)
    def elsewhere():
        try:
            environ["saola.extend_deadline"](1)
        except RuntimeError as error:
            found.append(str(error))
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    return [repr(found).encode()]
"""

Told = Callable[[int], None]


@pytest.fixture(params=[1, 4])
def threads(request: pytest.FixtureRequest, server: FakeServer) -> int:
    server.write_app(APP)
    count: int = request.param
    server.settings["threads"] = count
    return count


@pytest.fixture
def one(server: FakeServer) -> tuple[Peer, int]:
    server.write_app(APP)
    return server.worker()


def tell(server: FakeServer, peer: Peer, pid: int, threads: int, stream: int = 1) -> None:
    """Say that a stream's time is up, as the server does."""
    if threads == 1:
        server.pages[3][EXPIRED] = stream
        server.tell(f"kill {pid} RTMIN+1")
    else:
        peer.send(wire.frame(wire.CANCEL, stream, flags=CANCEL_TIME))


def ask(path: str, stream: int = 1, query: str = "") -> bytes:
    return request(stream, environ(PATH_INFO=f"/{path}", QUERY_STRING=query))


def timed_out(peer: Peer, stream: int = 1) -> str:
    failed = peer.expect(wire.FAILED)
    end = peer.expect(wire.END)
    assert (failed.stream, end.stream, end.flags) == (stream, stream, wire.ABORTED)
    return failed.payload.decode()


@pytest.mark.parametrize("path", ["sleeps", "receives", "waits", "loops", "excepts"])
def test_one_place_is_interrupted_at_once(
    server: FakeServer, one: tuple[Peer, int], path: str
) -> None:
    peer, pid = one
    peer.send(ask(path))
    wait_for_start(server, 3)

    tell(server, peer, pid, 1)

    text = timed_out(peer)
    assert f"in {path}\n" in text
    assert text.endswith("saola.RequestTimeout\n")
    assert get(peer, "/hello", 2) == b"hello"


@pytest.mark.parametrize("path", ["loops", "excepts"])
def test_a_thread_is_interrupted_between_two_bytecodes(server: FakeServer, path: str) -> None:
    server.write_app(APP)
    server.settings["threads"] = 4
    peer, pid = server.worker()
    peer.send(ask(path), ask("loops", 2))
    wait_for_start(server, 3, 2)

    tell(server, peer, pid, 4)

    # It has been started, but may not have come into the function yet.
    assert timed_out(peer).endswith("saola.RequestTimeout\n")
    assert get(peer, "/hello", 3) == b"hello"
    tell(server, peer, pid, 4, 2)
    timed_out(peer, 2)


@pytest.mark.parametrize("path", ["database", "computes"])
def test_what_runs_in_c_is_interrupted_when_it_returns(
    server: FakeServer, threads: int, path: str
) -> None:
    peer, pid = server.worker()
    peer.send(ask(path))
    wait_for_start(server, 3)

    tell(server, peer, pid, threads)

    # It has been started, but may not have come into the function yet.
    assert timed_out(peer).endswith("saola.RequestTimeout\n")


def test_a_stream_is_cut(server: FakeServer, one: tuple[Peer, int]) -> None:
    peer, pid = one
    peer.send(ask("streams"))
    peer.expect(wire.HEAD)
    peer.expect(wire.DATA)
    server.read_output("slot-3", b"sent")

    tell(server, peer, pid, 1)

    assert "in streams\n" in timed_out(peer)


def test_what_an_app_does_on_close_is_interrupted_too(
    server: FakeServer, one: tuple[Peer, int]
) -> None:
    peer, pid = one
    assert get(peer, "/closes") == b"one"
    server.read_output("slot-3", b"closing")

    tell(server, peer, pid, 1)

    server.read_output("slot-3", b"saola.RequestTimeout\n")
    assert get(peer, "/hello", 2) == b"hello"


def test_an_app_may_answer_all_the_same(server: FakeServer, one: tuple[Peer, int]) -> None:
    peer, pid = one
    peer.send(ask("tidies"))
    wait_for_start(server, 3)

    tell(server, peer, pid, 1)

    assert peer.answer()[2] == b"1 0"


def test_whatever_an_app_makes_of_it_is_a_timeout(
    server: FakeServer, one: tuple[Peer, int]
) -> None:
    peer, pid = one
    peer.send(ask("converts"))
    wait_for_start(server, 3)

    tell(server, peer, pid, 1)

    assert timed_out(peer).endswith("ValueError: made of it\n")


def test_it_is_raised_once(server: FakeServer, one: tuple[Peer, int]) -> None:
    peer, pid = one
    peer.send(ask("swallows"))
    wait_for_start(server, 3)
    tell(server, peer, pid, 1)
    server.read_output("slot-3", b"swallowed")

    tell(server, peer, pid, 1)

    assert peer.answer()[2] == b"all the same"


def test_one_that_comes_too_late_hits_no_other_request(server: FakeServer, threads: int) -> None:
    peer, pid = server.worker()
    assert get(peer, "/hello") == b"hello"

    tell(server, peer, pid, threads)

    peer.send(ask("swallows", 2))
    wait_for_start(server, 3, 2)
    tell(server, peer, pid, threads)
    for stream in range(3, 3 + (threads > 1)):
        assert get(peer, "/hello", stream) == b"hello"
    if threads == 1:
        tell(server, peer, pid, threads, 2)
        assert peer.answer()[2] == b"all the same"


# At any moment


def test_however_often_and_whenever_it_comes_only_its_own_request_is_hit(
    server: FakeServer, threads: int
) -> None:
    """Shots at random moments into requests of some microseconds, and beside them."""
    server.write_app(APP)
    peer, pid = server.worker()
    hit = answered = stream = 0
    while stream < 1_500:
        stream += 1
        # A quick machine may tell the short ones too early: each fortieth takes long enough.
        is_long = stream % 40 == 39
        peer.send(ask("spins", stream, "20000" if is_long else str(stream % 40)))
        if is_long:
            wait_for_start(server, 3, stream)
        tell(server, peer, pid, threads, stream)
        frame = peer.next()
        assert frame.stream == stream, frame
        if frame.kind == wire.RESPONSE:
            answered += 1
            continue
        assert frame.kind == wire.FAILED, frame
        assert b"RequestTimeout" in frame.payload
        assert peer.expect(wire.END).flags == wire.ABORTED
        hit += 1

    assert min(hit, answered) > 0
    assert get(peer, "/hello", stream + 1) == b"hello"


# More time


def extended(frame: Frame) -> int:
    assert (frame.kind, frame.stream, frame.flags) == (wire.EXTEND, 1, 0)
    return int(struct.unpack("<I", frame.payload)[0])


@pytest.mark.parametrize(("query", "wanted"), [("60", 60_000), ("0.0001", 1), ("1.5", 1_500)])
def test_an_app_asks_for_more_time(
    server: FakeServer, threads: int, query: str, wanted: int
) -> None:
    peer, _ = server.worker()
    peer.send(ask("asks", 1, query))

    assert extended(peer.next()) == wanted
    assert peer.answer()[2] == b"asked"


def test_what_is_no_time_is_the_apps_mistake(server: FakeServer, threads: int) -> None:
    peer, _ = server.worker()

    assert eval(get(peer, "/mistakes")) == [
        *["TypeError"] * 3,
        *["ValueError"] * 5,
        "extend_deadline is for the thread that serves a request",
    ]


ASGI = (
    ASGI_APP
    + """
async def more(scope, receive, send):
    scope["extensions"]["saola"]["extend_deadline"](60)
    time.sleep(0.2)  # said before the loop is blocked
    await answer(send, b"asked")

async def inside(scope, receive, send):
    async def child():
        await asyncio.to_thread(scope["extensions"]["saola"]["extend_deadline"], 2.5)
    await asyncio.gather(child())
    await answer(send, b"asked")

async def wrong(scope, receive, send):
    try:
        scope["extensions"]["saola"]["extend_deadline"]("60")
    except TypeError as error:
        await answer(send, str(error).encode())

async def waits(scope, receive, send):
    await asyncio.sleep(60)
"""
)


@pytest.mark.usefixtures("each_loop")
@pytest.mark.parametrize(("path", "wanted"), [("more", 60_000), ("inside", 2_500)])
def test_an_asgi_app_asks_for_more_time(server: FakeServer, path: str, wanted: int) -> None:
    server.write_app(ASGI)
    peer, _ = server.worker()
    peer.send(ask_asgi(1, f"/{path}"))

    assert extended(peer.next()) == wanted
    assert peer.answer()[2] == b"asked"


def test_an_asgi_app_is_told_what_is_no_time(server: FakeServer) -> None:
    server.write_app(ASGI)
    peer, _ = server.worker()
    peer.send(ask_asgi(1, "/wrong"))

    assert peer.answer()[2] == b"extend_deadline takes seconds, not str"


@pytest.mark.usefixtures("each_loop")
def test_the_stacks_of_an_asgi_worker_name_its_tasks(server: FakeServer) -> None:
    server.write_app(ASGI)
    peer, pid = server.worker()
    peer.send(ask_asgi(1, "/waits"), wire.frame(wire.PING))
    wait_for_start(server, 3)
    file = server.run / f"stack-3-{pid}"

    while "await asyncio.sleep(60)" not in file.read_text():
        file.write_text("")
        server.tell(f"kill {pid} RTMIN+2")
        while not file.read_text().endswith("== end\n"):
            pass

    assert "task of GET /waits:\n" in file.read_text()
