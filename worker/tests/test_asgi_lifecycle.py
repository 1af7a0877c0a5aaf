"""The life of real ASGI workers: import, lifespan, stop, and WebSockets on a link."""

from __future__ import annotations

import struct
import sys

import pytest

from fake_server import ASGI_APP, FakeServer, ask, eventually
from saola_worker import wire
from test_asgi_serving import get


def stop(milliseconds: int) -> bytes:
    return wire.frame(wire.STOP, payload=struct.pack("<I", milliseconds))


pytestmark = pytest.mark.usefixtures("each_loop")


@pytest.mark.parametrize("load", ["prefork", "lazy"])
def test_a_worker_imports_what_its_mold_has_not(server: FakeServer, load: str) -> None:
    server.write_app(
        ASGI_APP + "me = os.getpid()\nasync def who(s, r, send): await answer(send, b'%d' % me)"
    )
    server.settings.update(load=load, interface="asgi" if load == "lazy" else "auto")
    server.begin()
    mold, _ = server.mold()
    assert mold.expect(wire.READY).payload == b"\napp:app"
    peer, pid = server.fork(mold, 3)
    assert peer.expect(wire.READY).payload.startswith(b"asgi\n")

    assert get(peer, "/who") == b"%d" % pid


def test_an_app_that_lazy_takes_for_wsgi_is_told_what_to_do(server: FakeServer) -> None:
    server.write_app(ASGI_APP)
    server.settings.update(load="lazy", interface="auto")
    peer, _ = server.worker()

    peer.send(ask(1, "/"))

    text = peer.expect(wire.FAILED).payload.decode()
    assert text.endswith("finds out too late: say --interface asgi as well\n")
    assert peer.expect(wire.RESPONSE).payload[4:7] == b"500"


def test_no_loop_is_made_before_the_fork_and_no_asyncio_is_in_a_wsgi_worker(
    server: FakeServer,
) -> None:
    server.write_app(
        "import sys\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [str('asyncio' in sys.modules).encode()]\n"
    )
    server.begin()
    peer, _ = server.fork(server.ready_mold(), 3)
    peer.expect(wire.READY)

    peer.send(wire.frame(wire.REQUEST, 1, b"[\x01\x00\x00\x000"[:5] + b"{0"))

    assert peer.answer()[2] == b"False"


def test_uvloop_that_is_not_there_is_said_in_one_line(server: FakeServer) -> None:
    server.write_app("import sys; sys.modules['uvloop'] = None\n" + ASGI_APP)
    server.settings["loop"] = "uvloop"
    server.begin()
    peer, _ = server.mold()

    unfit = peer.expect(wire.UNFIT).payload.decode()

    assert unfit.startswith("interface\nthere is no uvloop in this Python, ")
    assert sys.executable.split("/")[-1][:6] in unfit


def test_auto_takes_what_is_there(server: FakeServer) -> None:
    server.write_app("import sys; sys.modules['uvloop'] = None\n" + ASGI_APP)
    server.settings["loop"] = "auto"
    peer, _ = server.worker()

    assert get(peer, "/") == b"hello world\n"


LIFESPAN = """
async def app(scope, receive, send, app=app):
    if scope["type"] != "lifespan":
        return await app(scope, receive, send)
    assert (await receive())["type"] == "lifespan.startup"
    scope["state"]["log"] = log = ["started"]
    await send({"type": "lifespan.startup.complete"})
    assert (await receive())["type"] == "lifespan.shutdown"
    print(log, "shutting down")
    await send({"type": "lifespan.shutdown.complete"})

async def log(scope, receive, send):
    scope["state"]["log"].append(len(scope["state"]))
    scope["state"]["own"] = True
    await answer(send, repr(scope["state"]["log"]).encode())

async def slow(scope, receive, send):
    open("slow", "w").close()
    try:
        await asyncio.sleep(0.2 if scope["query_string"] == b"short" else 60)
    finally:
        print("slow ends")
    await answer(send, b"slow")
"""


@pytest.mark.parametrize("load", ["prewarm", "prefork", "lazy"])
def test_lifespan_starts_before_ready_and_ends_after_the_last_request(
    server: FakeServer, load: str
) -> None:
    server.write_app(ASGI_APP + LIFESPAN)
    server.settings.update(load=load, interface="asgi")
    peer, pid = server.worker()

    assert get(peer, "/log", 1) == b"['started', 1]"
    assert get(peer, "/log", 2, b"body") == b"['started', 1, 1]"
    peer.send(ask(3, "/slow", query_string=b"short"))
    eventually((server.app / "slow").exists)
    peer.send(stop(8_000))

    assert peer.answer()[2] == b"slow"
    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)
    output = server.read_output("slot-3", b"shutting down\n")
    assert output == b"slow ends\n['started', 1, 1] shutting down\n"


def test_a_stop_cancels_what_does_not_end_in_time(server: FakeServer) -> None:
    server.write_app(ASGI_APP + LIFESPAN)
    peer, pid = server.worker()
    peer.send(ask(1, "/slow"))
    eventually((server.app / "slow").exists)

    peer.send(stop(400))

    assert b"CancelledError: the worker stops" in peer.expect(wire.FAILED).payload
    assert peer.expect(wire.END).flags == 1
    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)
    assert server.read_output("slot-3", b"down\n").startswith(b"slow ends\n['started']")


def test_a_stop_does_not_wait_for_a_shutdown_that_takes_too_long(server: FakeServer) -> None:
    server.write_app(
        """
import asyncio

async def app(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.sleep(60)
"""
    )
    peer, pid = server.worker()

    peer.send(stop(200))

    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)
    assert b"lifespan.shutdown takes longer" in server.read_output("slot-3", b"\n")


def test_a_failing_start_ends_the_worker_with_3_and_the_reason(server: FakeServer) -> None:
    server.write_app(
        """
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
"""
    )
    server.begin()

    _, pid = server.fork(server.ready_mold(), 3)

    server.expect("exited", pid, "worker", 7, 3, 3)
    assert server.read_output("slot-3", b"\n") == b"lifespan.startup.failed: no database\n"


def test_an_app_without_lifespan_is_served_unless_it_must_have_one(server: FakeServer) -> None:
    server.write_app(ASGI_APP)
    server.settings["lifespan"] = "on"
    server.begin()

    _, pid = server.fork(server.ready_mold(), 3)

    server.expect("exited", pid, "worker", 7, 3, 3)
    assert b"RuntimeError: not supported" in server.read_output("slot-3", b"(--lifespan on)\n")


def test_a_stop_while_the_app_starts_is_obeyed(server: FakeServer) -> None:
    server.write_app(
        """
import asyncio

async def app(scope, receive, send):
    open("starting", "w").close()
    await asyncio.sleep(60)
"""
    )
    server.begin()
    peer, pid = server.fork(server.ready_mold(), 3)
    eventually((server.app / "starting").exists)

    peer.send(stop(200))

    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)


def test_the_end_of_the_link_ends_the_worker(server: FakeServer) -> None:
    server.write_app(ASGI_APP + LIFESPAN)
    peer, pid = server.worker()
    peer.send(ask(1, "/slow"))
    eventually((server.app / "slow").exists)

    peer.sock.close()

    server.expect("exited", pid, "worker", 7, 3, 0)


def test_tasks_that_the_app_has_left_are_cancelled(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def background():
    try:
        await asyncio.sleep(60)
    finally:
        print("cleaned up")

async def start(scope, receive, send):
    app.task = asyncio.ensure_future(background())
    await asyncio.sleep(0)
    await answer(send, b"")
"""
    )
    peer, _ = server.worker()
    get(peer, "/start")

    peer.send(stop(8_000))

    peer.expect(wire.BYE)
    assert server.read_output("slot-3", b"\n") == b"cleaned up\n"


def test_a_websocket_on_a_link(server: FakeServer) -> None:
    server.write_app(
        ASGI_APP
        + """
async def app(scope, receive, send, app=app):
    if scope["type"] != "websocket":
        return await app(scope, receive, send)
    assert callable(scope["extensions"]["saola"].pop("extend_deadline"))
    print(sorted(scope.items()))
    await receive()
    await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"][::-1]})
    print(message)
"""
    )
    peer, _ = server.worker()
    peer.send(ask(1, "/ws", type="websocket", scheme="ws", subprotocols=["chat"]))
    peer.send(wire.frame(wire.MESSAGE, 1, b"ab", wire.TEXT | wire.MORE))
    peer.send(wire.frame(wire.MESSAGE, 1, b"c", wire.TEXT))

    assert peer.expect(wire.ACCEPT).payload == b"chat"
    frame = peer.expect(wire.MESSAGE)
    assert (frame.stream, frame.flags, frame.payload) == (1, wire.TEXT, b"cba")
    peer.send(wire.frame(wire.CLOSE, 1, struct.pack("<H", 1001) + b"bye"))
    assert peer.expect(wire.END).flags == 0
    output = server.read_output("slot-3", b"bye'}\n").decode().splitlines()
    assert dict(eval(output[0])) == {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/ws",
        "raw_path": b"/ws",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost:8000")],
        "client": None,
        "server": ("127.0.0.1", 8000),
        "subprotocols": ["chat"],
        "extensions": {"websocket.http.response": {}, "saola": {}},
    }
    assert eval(output[1]) == {"type": "websocket.disconnect", "code": 1001, "reason": "bye"}
