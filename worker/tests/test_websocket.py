"""ASGI WebSocket, without sockets: messages in, frames out."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import pytest

from asgi_calls import App, Call, List, Message, Receive, Send, lines, run, sending, taken_apart
from saola_worker import wire
from saola_worker.errors import ClientGone, WireError
from saola_worker.websocket import WebSocket

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}
DENY = {"type": "websocket.http.response.start", "status": 401, "headers": [(b"a", b"b")]}
BODY = {"type": "websocket.http.response.body", "body": b"no"}
CONNECT = {"type": "websocket.connect"}


class Socket(Call):
    """One WebSocket, under way."""

    stream = WebSocket

    @property
    def websocket(self) -> WebSocket:
        assert isinstance(self.exchange, WebSocket)
        return self.exchange


def connect(app: App) -> List:
    """Call an app that needs nothing from the client."""

    async def main() -> List:
        socket = Socket(app, List(), type="websocket")
        socket.start()
        await socket.task
        return socket.sink

    return run(main())


def text(data: Any) -> Message:
    return {"type": "websocket.send", "text": data}


def messages(sink: List) -> list[tuple[int, bytes]]:
    return [(frame.flags, frame.payload) for frame in sink.frames if frame.kind == wire.MESSAGE]


def granted_by(sink: List) -> int:
    granted = [frame.payload for frame in sink.frames if frame.kind == wire.CREDIT]
    return sum(struct.unpack("<I", payload)[0] for payload in granted)


# The handshake


def test_an_accepted_socket_that_the_app_leaves_ends() -> None:
    sink = connect(sending(ACCEPT))

    assert sink.kinds == ["accept", "end"]
    assert lines(sink.frames[0], sink.frames[0].payload) == [b""]


def test_subprotocol_and_headers_are_in_the_accept() -> None:
    sink = connect(sending({**ACCEPT, "subprotocol": "chat", "headers": [[b"x-a", b"b"]]}))

    assert lines(sink.frames[0], sink.frames[0].payload) == [b"chat", b"x-a", b"b"]


def test_a_close_before_the_accept_is_passed_on_and_ends_the_connection() -> None:
    seen = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        seen.append(await receive())
        await send(CLOSE)
        seen.append(await receive())

    sink = connect(app)

    assert sink.kinds == ["close", "end"]
    assert seen == [CONNECT, {"type": "websocket.disconnect", "code": 1006, "reason": ""}]


def test_a_denial_is_a_response_of_the_app() -> None:
    sink = connect(sending(DENY, BODY))

    assert sink.response() == ([b"401", b"a", b"b"], b"no")


def test_a_denial_may_come_in_pieces() -> None:
    sink = connect(sending(DENY, {**BODY, "more_body": True}, BODY))

    assert sink.kinds == ["head", "data", "data", "end"]


def test_a_denial_waits_for_credit_and_hears_that_the_client_has_gone() -> None:
    async def main() -> List:
        socket = Socket(sending(DENY, {**BODY, "body": b"long", "more_body": True}), List(window=1))
        socket.start()
        await socket.until(socket.sink.body)
        socket.websocket.add_credit(1)
        await socket.until(lambda: len(socket.sink.body()) == 2)
        socket.websocket.client_gone()
        await socket.task
        return socket.sink

    assert run(main()).kinds == ["head", "data", "data", "end aborted"]


def test_a_client_that_goes_during_the_handshake_is_told() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert await receive() == CONNECT
        assert await receive() == {"type": "websocket.disconnect", "code": 1006, "reason": ""}
        with pytest.raises(OSError, match="the client has gone"):
            await send(ACCEPT)

    async def main() -> List:
        socket = Socket(app, List())
        socket.start()
        await socket.idle()
        socket.websocket.client_gone()
        await socket.task
        return socket.sink

    assert run(main()).kinds == ["end aborted"]


# Messages


def test_messages_go_out_as_they_are() -> None:
    sink = connect(
        sending(
            ACCEPT,
            text("h\xe9"),
            {"type": "websocket.send", "bytes": b"\xff", "text": None},
            {"type": "websocket.send", "bytes": bytearray(b""), "text": None},
        )
    )

    assert messages(sink) == [(wire.TEXT, b"h\xc3\xa9"), (0, b"\xff"), (0, b"")]


def test_a_large_message_goes_out_in_pieces() -> None:
    sink = connect(sending(ACCEPT, text("a" * 140_000)))

    both = wire.TEXT | wire.MORE
    assert [flags for flags, _ in messages(sink)] == [both, both, wire.TEXT]
    assert b"".join(piece for _, piece in messages(sink)) == b"a" * 140_000


def test_messages_wait_for_credit_each_at_the_cost_of_64_more() -> None:
    async def main() -> None:
        socket = Socket(sending(ACCEPT, text("abc"), text(""), text("d")), List(window=66))
        socket.start()
        await socket.idle()
        assert messages(socket.sink) == [(wire.TEXT | wire.MORE, b"ab")]
        socket.websocket.add_credit(65 + 63)
        await socket.idle()
        assert messages(socket.sink)[1:] == [(wire.TEXT, b"c")]
        socket.websocket.add_credit(1)
        await socket.idle()
        assert messages(socket.sink)[2:] == [(wire.TEXT, b"")]
        socket.websocket.add_credit(65)
        await socket.task

        assert messages(socket.sink)[3:] == [(wire.TEXT, b"d")]

    run(main())


async def echo(scope: Message, receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send(ACCEPT)
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    assert message == {"type": "websocket.disconnect", "code": 1001, "reason": "going"}


def test_messages_that_are_here_come_before_the_end() -> None:
    async def main() -> None:
        websocket = WebSocket(List(), 1, {})
        websocket.add_message(b"one", True, False)
        websocket.add_message(b"cut o", False, True)
        websocket.closed(1001, "going")

        assert await websocket.receive() == CONNECT
        assert await websocket.receive() == {"type": "websocket.receive", "text": "one"}
        assert (await websocket.receive())["code"] == 1001

    run(main())


def test_an_echo_answers_in_order() -> None:
    async def main() -> List:
        socket = Socket(echo, List())
        socket.start()
        await socket.until(lambda: socket.sink.frames)
        for piece, is_text, more in [
            (b"one", True, False),
            (b"\xff", False, False),
            (b"tw\xc3", True, True),
            (b"", True, True),
            (b"\xb6", True, False),
        ]:
            socket.websocket.add_message(piece, is_text, more)
        await socket.until(lambda: len(messages(socket.sink)) == 3)
        socket.websocket.closed(1001, "going")
        await socket.task
        return socket.sink

    sink = run(main())
    assert messages(sink) == [(wire.TEXT, b"one"), (0, b"\xff"), (wire.TEXT, b"tw\xc3\xb6")]
    assert sink.kinds[-1] == "end"


def test_text_that_is_not_utf_8_is_the_servers_fault() -> None:
    websocket = WebSocket(List(), 1, {})

    with pytest.raises(WireError):
        websocket.add_message(b"\xff", True, False)


def test_credit_is_granted_as_the_app_receives() -> None:
    async def main() -> None:
        websocket = WebSocket(List(window=1_000), 1, {})
        assert await websocket.receive() == CONNECT
        for _ in range(4):
            websocket.add_message(b"x" * 36, False, False)
        sink = websocket.sink
        assert isinstance(sink, List)

        for granted in (0, 0, 300, 300):
            await websocket.receive()
            assert granted_by(sink) == granted

    run(main())


def test_a_message_larger_than_the_window_arrives() -> None:
    async def main() -> None:
        sink = List(window=1_000)
        websocket = WebSocket(sink, 1, {})
        assert await websocket.receive() == CONNECT

        websocket.add_message(b"x" * 436, False, False)
        websocket.add_message(b"y" * 336, False, True)
        assert granted_by(sink) == 0  # the app has something to receive first
        await websocket.receive()
        assert granted_by(sink) == 500 + 400
        websocket.add_message(b"y" * 636, False, True)
        assert granted_by(sink) == 900 + 700
        websocket.add_message(b"y", False, False)
        message = await websocket.receive()

        assert message["bytes"] == b"y" * (336 + 636 + 1)

    run(main())


def test_a_receive_that_is_cancelled_loses_nothing() -> None:
    async def main() -> None:
        websocket = WebSocket(List(), 1, {})
        await websocket.receive()
        first, second = (asyncio.ensure_future(websocket.receive()) for _ in range(2))
        await asyncio.sleep(0)
        websocket.add_message(b"message", False, False)
        first.cancel()

        assert (await second)["bytes"] == b"message"

    run(main())


# The end


def test_a_close_of_the_app_is_passed_on_and_the_answer_to_it_received() -> None:
    seen = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        await send(ACCEPT)
        await send({**CLOSE, "code": 4_000, "reason": "\xe9" * 100})
        seen.extend([await receive(), await receive()])

    async def main() -> List:
        socket = Socket(app, List())
        socket.start()
        await socket.idle()
        socket.websocket.closed(4_000, "too")
        await socket.task
        return socket.sink

    sink = run(main())
    assert sink.kinds == ["accept", "close", "end"]
    assert sink.frames[1].payload == struct.pack("<H", 4_000) + "\xe9".encode() * 61
    # Again and again: a task that asks once more must not wait for ever.
    assert seen == [{"type": "websocket.disconnect", "code": 4_000, "reason": "too"}] * 2


def test_sending_after_the_end_raises_what_need_not_be_caught() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        await send(ACCEPT)
        await receive()
        for message in (CLOSE, text("a")):
            with pytest.raises(ClientGone):
                await send(message)
        await send(text("b"))

    async def main() -> List:
        socket = Socket(app, List())
        socket.start()
        await socket.idle()
        socket.websocket.closed(1000, "")
        await socket.task
        return socket.sink

    assert run(main()).kinds == ["accept", "end aborted"]


def test_an_exception_in_an_open_socket_aborts_it() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(ACCEPT)
        raise ValueError("in the app")

    sink = connect(app)

    assert sink.kinds == ["accept", "failed", "end aborted"]
    assert "ValueError: in the app" in sink.failure()


def test_an_exception_before_the_accept_is_a_500() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        raise ValueError("in the app")

    sink = connect(app)

    assert sink.kinds == ["failed", "response"]
    assert taken_apart(sink.frames[1])[0][0] == b"500"


# Mistakes

SEND = "websocket.send"
MISTAKES: list[tuple[list[Any], str]] = [
    ([text("a")], "ASGI WebSocket, Send: 'websocket.send' before 'websocket.accept'"),
    ([ACCEPT, ACCEPT], "ASGI WebSocket, Accept: 'websocket.accept' after 'websocket.accept'"),
    ([ACCEPT, CLOSE, text("a")], "ASGI WebSocket, Send: 'websocket.send' after 'websocket.close'"),
    ([CLOSE, ACCEPT], "ASGI WebSocket, Accept: 'websocket.accept' after 'websocket.close'"),
    ([ACCEPT, DENY], "Denial Response: 'websocket.http.response.start' after 'websocket.accept'"),
    ([BODY], "Denial Response: 'websocket.http.response.body' before 'websocket.accept'"),
    ([DENY, ACCEPT], "'websocket.accept' after 'websocket.http.response.start'"),
    ([DENY], "the app returned without sending 'http.response.body'"),
    ([{**DENY, "status": "401"}], "'status' is '401', not an int"),
    ([ACCEPT, {"type": SEND}], "ASGI WebSocket, Send: there is neither 'bytes' nor 'text'"),
    ([ACCEPT, {"type": SEND, "bytes": b"", "text": ""}], "there is both 'bytes' and 'text'"),
    ([ACCEPT, {"type": SEND, "bytes": "a"}], "TypeError: ASGI WebSocket, Send: "),
    ([ACCEPT, {"type": SEND, "text": b"a"}], "'text' is of type bytes, not str"),
    ([ACCEPT, {**CLOSE, "code": 1006}], "ASGI WebSocket, Close: 1006 is no code that may be sent"),
    ([ACCEPT, {**CLOSE, "code": "1000"}], "'code' is '1000', not an int"),
    ([{**ACCEPT, "headers": [("a", "b")]}], "TypeError: ASGI WebSocket, Accept: the header"),
    ([{**ACCEPT, "headers": [(b"Sec-WebSocket-Protocol", b"a")]}], "is said by 'subprotocol'"),
    ([{"type": "http.response.start"}], "an app cannot send 'http.response.start' here"),
    ([{}], "the 'type' of a message is None"),
    ([], "ASGI WebSocket, Connect: the app returned without 'websocket.accept'"),
]


@pytest.mark.parametrize(("sent", "said"), MISTAKES)
def test_a_mistake_is_named_by_section(sent: list[Any], said: str) -> None:
    assert said in connect(sending(*sent)).failure()
