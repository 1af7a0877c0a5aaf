"""Real ASGI workers on a real link, with both kinds of event loop, and what apps do in them."""

from __future__ import annotations

import struct
import time

import pytest

from fake_server import ASGI_APP, FakeServer, Peer, ask, credit, eventually
from saola_worker import wire

pytestmark = pytest.mark.usefixtures("each_loop")


def get(peer: Peer, path: str, stream: int = 1, body: bytes | None = None) -> bytes:
    peer.send(ask(stream, path, body))
    status, _, answer = peer.answer()
    assert status == "200"
    return answer


def test_a_request_is_answered_and_the_mold_says_what_it_has_loaded(server: FakeServer) -> None:
    server.write_app(ASGI_APP)
    server.begin()
    mold, _ = server.mold()
    assert mold.expect(wire.READY).payload == b"asgi\napp:app"
    peer, _ = server.fork(mold, 3)
    assert peer.expect(wire.READY).payload == b"asgi\napp:app"

    peer.send(ask(1))

    assert peer.answer() == ("200", {"content-type": "text/plain"}, b"hello world\n")


def test_the_loop_is_the_one_that_was_asked_for(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def which(scope, receive, send):
    await answer(send, type(asyncio.get_running_loop()).__module__.split(".")[0].encode())
"""
    )
    peer, _ = server.worker()

    assert get(peer, "/which") == str(server.settings["loop"]).encode()


def test_a_scope_is_complete(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def show(scope, receive, send):
    assert callable(scope["extensions"]["saola"].pop("extend_deadline"))
    await answer(send, repr(sorted(scope.items())).encode())
"""
    )
    peer, _ = server.worker()

    scope = dict(eval(get(peer, "/show")))

    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/show",
        "raw_path": b"/show",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost:8000")],
        "client": None,
        "server": ("127.0.0.1", 8000),
        "extensions": {
            "http.response.pathsend": {},
            "http.response.trailers": {},
            "http.response.early_hint": {},
            "saola": {},
        },
    }


def test_a_request_is_stronger_than_the_common_scope_and_leaves_it_alone(
    server: FakeServer,
) -> None:
    server.write_app(
        ASGI_APP
        + """
async def show(scope, receive, send):
    shown = [scope["method"], scope.get("seen"), scope["raw_path"], sorted(scope["extensions"])]
    scope["seen"] = scope["method"] = "changed"
    scope["extensions"].clear()
    await answer(send, repr(shown).encode())
"""
    )
    peer, _ = server.worker()

    peer.send(ask(1, "/show", method="POST", raw_path=b"/sh%6fw"))
    peer.send(ask(2, "/show"))

    extensions = [f"http.response.{name}" for name in ("early_hint", "pathsend", "trailers")]
    extensions.append("saola")
    assert eval(peer.answer()[2]) == ["POST", None, b"/sh%6fw", extensions]
    assert eval(peer.answer()[2]) == ["GET", None, b"/show", extensions]


def test_a_batch_is_answered_in_one_piece(server: FakeServer) -> None:
    server.write_app(ASGI_APP)
    peer, _ = server.worker()
    before = peer.receives

    peer.send(*(ask(stream) for stream in range(1, 33)))

    assert [peer.next().stream for _ in range(32)] == list(range(1, 33))
    assert peer.receives - before <= 6


def test_an_answer_does_not_wait_for_a_slow_request_behind_it(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def pause(scope, receive, send):
    time.sleep(0.01)
    await answer(send, b"")

async def block(scope, receive, send):
    while not os.path.exists("go"):
        time.sleep(0.01)
    await answer(send, b"")
"""
    )
    peer, _ = server.worker()
    streams = range(1, 9)

    peer.send(*(ask(stream, "/pause") for stream in streams), ask(9, "/block"))

    assert [peer.next().stream for _ in streams] == list(streams)
    (server.app / "go").touch()
    assert peer.next().stream == 9


def test_requests_run_at_the_same_time(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
here = []
async def meet(scope, receive, send):
    here.append(1)
    while len(here) < 100:
        await asyncio.sleep(0)
    await answer(send, b"met")
"""
    )
    peer, _ = server.worker()

    peer.send(*(ask(stream, "/meet") for stream in range(1, 101)))

    assert sorted(peer.next().stream for _ in range(100)) == list(range(1, 101))


def test_no_request_sees_another_ones_context(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
number = contextvars.ContextVar("number", default=b"none")

async def mark(scope, receive, send):
    before = number.get()
    number.set(b"set")
    await asyncio.sleep(0)
    await answer(send, before)
    await asyncio.sleep(0)
    number.set(b"later")

async def app(scope, receive, send, app=app):
    if scope["type"] == "lifespan":
        number.set(b"lifespan")
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
    else:
        await app(scope, receive, send)
"""
    )
    peer, _ = server.worker()

    peer.send(*(ask(stream, "/mark") for stream in range(1, 5)))
    peer.send(ask(5, "/mark", body=b"x"))

    assert [peer.answer()[2] for _ in range(5)] == [b"none"] * 5


def test_the_status_page_says_what_has_started_and_when_it_was_read(server: FakeServer) -> None:
    server.write_app(ASGI_APP + "async def stuck(scope, receive, send): time.sleep(60)")
    peer, pid = server.worker()
    before = time.monotonic_ns()

    peer.send(ask(4), ask(5, "/stuck"))
    eventually(lambda: server.pages[3][0] == 5)

    assert before < server.pages[3][2] < time.monotonic_ns()
    server.tell(f"kill {pid} 9")
    server.expect("exited", pid)


def test_bodies_come_with_the_request_and_in_frames(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def read(scope, receive, send):
    pieces = []
    while True:
        message = await receive()
        pieces.append(message["body"])
        if not message["more_body"]:
            break
        open("read", "ab").write(b".")
    await answer(send, b"%d " % len(pieces) + b"".join(pieces))
"""
    )
    peer, _ = server.worker()

    assert get(peer, "/read", 1) == b"1 "
    assert get(peer, "/read", 2, b"whole") == b"1 whole"
    peer.send(ask(3, "/read", body=b"first ", more=True))
    eventually((server.app / "read").exists)
    peer.send(wire.frame(wire.BODY, 3, b"second "))
    assert peer.expect(wire.CREDIT).payload == struct.pack("<I", 7)
    peer.send(wire.frame(wire.BODY, 3, b"third", flags=1))
    assert peer.answer()[2] == b"3 first second third"
    peer.send(wire.frame(wire.BODY, 3, b"late"))
    assert get(peer, "/", 4) == b"hello world\n"


STREAM = """
async def stream(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"one", "more_body": True})
    while not os.path.exists("go"):
        await asyncio.sleep(0.01)
    await send({"type": "http.response.body", "body": b"two"})
"""


def test_pieces_are_sent_at_once(server: FakeServer) -> None:
    server.write_app(ASGI_APP + STREAM)
    peer, _ = server.worker()

    peer.send(ask(1, "/stream"))

    peer.expect(wire.HEAD)
    assert peer.expect(wire.DATA).payload == b"one"
    assert get(peer, "/", 2) == b"hello world\n"
    (server.app / "go").touch()
    assert peer.expect(wire.DATA).payload == b"two"
    assert peer.expect(wire.END).flags == 0


BIG = """
async def big(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(100):
        await send({"type": "http.response.body", "body": bytes([number]) * 50_000,
                    "more_body": number < 99})
        with open("sent", "a") as file:
            file.write(".")
"""


def test_a_body_waits_for_credit_while_others_are_served(server: FakeServer) -> None:
    server.write_app(ASGI_APP + BIG)
    peer, _ = server.worker()
    peer.send(ask(1, "/big"))
    peer.expect(wire.HEAD)
    received = b""
    while len(received) < 262_144:
        received += peer.expect(wire.DATA).payload

    assert get(peer, "/", 2) == b"hello world\n"
    peer.send(credit(1, 10))
    assert len(peer.expect(wire.DATA).payload) == 10
    peer.send(credit(1, 10_000_000))
    while (frame := peer.next()).kind == wire.DATA:
        received += frame.payload
    assert len(received) == 5_000_000 - 10
    assert (frame.kind, frame.flags) == (wire.END, 0)


def test_a_server_that_does_not_read_stops_all_streams(server: FakeServer) -> None:
    server.write_app(ASGI_APP + BIG)
    server.settings["window"] = 100_000_000
    peer, _ = server.worker()

    peer.send(ask(1, "/big"))

    progress = server.app / "sent"
    eventually(progress.exists)
    eventually(lambda: steady(progress.read_text))
    assert len(progress.read_text()) < 30
    assert len(peer.answer()[2]) == 5_000_000


def steady(look: object) -> bool:
    assert callable(look)
    before = look()
    time.sleep(0.1)
    return bool(before == look())


def test_a_client_that_goes_is_told_to_the_app(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + STREAM
        + """
async def wait(scope, receive, send):
    await receive()
    while (await receive())["type"] != "http.disconnect":
        pass
    try:
        await answer(send, b"nobody")
    except OSError as error:
        open("gone", "w").write(type(error).__name__)
        raise
"""
    )
    peer, _ = server.worker()
    peer.send(ask(1, "/wait"))
    eventually(lambda: server.pages[3][0] == 1)

    peer.send(wire.frame(wire.CANCEL, 1, flags=1))

    frame = peer.expect(wire.END)
    assert (frame.stream, frame.flags) == (1, 1)
    assert (server.app / "gone").read_text() == "ClientGone"
    assert server.output["slot-3"] == b""


def test_a_request_whose_time_is_up_is_cancelled(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP + "async def sleep(scope, receive, send):\n    await asyncio.sleep(60)  # here\n"
    )
    peer, _ = server.worker()
    peer.send(ask(1, "/sleep"))

    peer.send(wire.frame(wire.CANCEL, 1, flags=2))

    failed = peer.expect(wire.FAILED).payload
    assert b"# here" in failed
    assert b"CancelledError: its time was up" in failed
    assert peer.expect(wire.END).flags == 1


def test_a_task_that_ignores_its_cancellation_is_named_and_forgotten(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def deaf(scope, receive, send):
    while True:
        try:
            await inner()
        except asyncio.CancelledError:
            pass

async def inner():
    await asyncio.sleep(60)  # inside
"""
    )
    peer, _ = server.worker()
    peer.send(ask(1, "/deaf"))

    peer.send(wire.frame(wire.CANCEL, 1, flags=2))

    frame = peer.expect(wire.END)
    assert (frame.stream, frame.flags) == (1, 1)
    text = server.read_output("slot-3", b"# inside")
    assert b"the task of 'GET /deaf' was cancelled (its time was up) 1 s ago and goes on" in text
    assert b"await inner()" in text
    peer.send(wire.frame(wire.STOP))
    peer.expect(wire.BYE)


def test_frames_for_streams_that_have_ended_are_late_and_not_wrong(server: FakeServer) -> None:
    server.write_app(ASGI_APP)
    peer, _ = server.worker()
    get(peer, "/")

    peer.send(credit(1, 5), wire.frame(wire.BODY, 1, b"x"), wire.frame(wire.CANCEL, 1, flags=1))
    peer.send(wire.frame(wire.CANCEL, 1, flags=2))

    assert get(peer, "/", 2) == b"hello world\n"


@pytest.mark.parametrize(
    "bad",
    [
        wire.frame(wire.BODY, 1),
        wire.frame(wire.CANCEL, 1),
        wire.frame(wire.REQUEST, 1, b"\x00\x00\x00\x00/path", flags=2),
        wire.frame(wire.REQUEST, 1, b"x"),
        wire.frame(wire.FORK, payload=bytes(4)),
        wire.frame(wire.WELCOME, payload=bytes(4)),
        ask(1, "/wait") + wire.frame(wire.BODY, 1, b"x"),
        ask(1, "/wait") + wire.frame(wire.MESSAGE, 1, b"x"),
    ],
)
def test_a_broken_frame_ends_a_worker_with_70(server: FakeServer, bad: bytes) -> None:
    server.write_app(ASGI_APP + "async def wait(scope, receive, send): await asyncio.sleep(60)")
    peer, pid = server.worker()

    peer.send(bad)

    server.expect("exited", pid, "worker", 7, 3, 70)
    assert b"broken link" in server.read_output("slot-3", b"\n")


def test_exceptions_of_any_kind_are_reported_and_end_nothing(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def exit(scope, receive, send):
    sys.exit("over")

async def later(scope, receive, send):
    task = asyncio.ensure_future(exit(scope, receive, send))
    await answer(send, b"soon")
    await asyncio.wait([task])
"""
    )
    peer, _ = server.worker()
    peer.send(ask(1, "/exit"))

    assert b"SystemExit: over" in peer.expect(wire.FAILED).payload
    assert peer.answer()[0] == "500"
    assert get(peer, "/later", 2) == b"soon"
    assert b"SystemExit: over" in server.read_output("slot-3", b"over\n")
    assert get(peer, "/", 3) == b"hello world\n"


def test_the_nudge_for_unsent_answers_is_ignored(server: FakeServer) -> None:
    server.write_app(ASGI_APP)
    peer, pid = server.worker()

    for stream in range(1, 50):
        server.tell(f"kill {pid} RTMIN+4")
        assert get(peer, "/", stream) == b"hello world\n"
