"""ASGI HTTP, without sockets: an app is called, and the frames of its response are looked at."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from fake_server import SCOPE, Frame, frames_in
from saola_worker import wire
from saola_worker.asgi import Exchange
from saola_worker.errors import ClientGone
from saola_worker.streams import Stream, serve

T = TypeVar("T")
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

PLAIN = [(b"content-type", b"text/plain")]
START = {"type": "http.response.start", "status": 200, "headers": PLAIN}
KINDS = {
    wire.RESPONSE: "response",
    wire.HEAD: "head",
    wire.DATA: "data",
    wire.END: "end",
    wire.FILE: "file",
    wire.FAILED: "failed",
    wire.EARLY_HINTS: "hints",
    wire.TRAILERS: "trailers",
    wire.CREDIT: "credit",
    wire.ACCEPT: "accept",
    wire.MESSAGE: "message",
    wire.CLOSE: "close",
}


class List:
    """A sink that keeps frames."""

    def __init__(self, window: int = 1 << 20) -> None:
        self.window = window
        self.full = False
        self.frames: list[Frame] = []
        self.forgotten: list[Stream] = []
        self.room = asyncio.Event()

    def answer(self, data: bytes) -> None:
        frames, rest = frames_in(data)
        assert not rest
        self.frames += frames

    def piece(self, data: bytes) -> None:
        self.answer(data)

    async def drain(self) -> None:
        await self.room.wait()

    def ended(self, stream: Stream) -> None:
        self.forgotten.append(stream)

    @property
    def kinds(self) -> list[str]:
        return [KINDS[frame.kind] + (" aborted" if frame.flags else "") for frame in self.frames]

    def response(self) -> tuple[list[bytes], bytes]:
        """Return head and body of the one frame there should be."""
        assert self.kinds == ["response"]
        return taken_apart(self.frames[0])

    def body(self) -> bytes:
        return b"".join(frame.payload for frame in self.frames if frame.kind == wire.DATA)

    def failure(self) -> str:
        """Return what the error log would say."""
        (text,) = [frame.payload for frame in self.frames if frame.kind == wire.FAILED]
        return text.decode()


def taken_apart(frame: Frame) -> tuple[list[bytes], bytes]:
    size = struct.unpack_from("<I", frame.payload)[0]
    return lines(frame, frame.payload[4 : 4 + size]), frame.payload[4 + size :]


def lines(frame: Frame, head: bytes) -> list[bytes]:
    found = head.split(b"\n")
    assert len(found) == frame.lines
    return found


class Call:
    """One call of an app, under way."""

    def __init__(self, app: App, sink: List, **more: Any) -> None:
        self.sink = sink
        self.exchange = Exchange(sink, 9, {**SCOPE, "type": "http", **more})
        self._app = app

    def start(self) -> None:
        work = serve(self._app, self.exchange, self.exchange.scope)
        self.exchange.task = self.task = asyncio.get_running_loop().create_task(work)

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            await asyncio.sleep(0)

    async def idle(self) -> None:
        """Let the app do what it can."""
        for _ in range(20):
            await asyncio.sleep(0)


def call(app: App, data: bytes = b"", **more: Any) -> List:
    """Call an app that needs nothing but its request."""

    async def main() -> List:
        call = Call(app, List(), **more)
        call.exchange.body = data
        call.start()
        await call.task
        assert {frame.stream for frame in call.sink.frames} == {9}
        assert call.sink.forgotten == [call.exchange]
        return call.sink

    return run(main())


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 10))


def sending(*messages: Message) -> App:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


def body(data: Any = b"", more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


# Whole responses


def test_a_small_response_is_one_frame() -> None:
    sink = call(sending(START, body(b"hello")))

    assert sink.response() == ([b"200", b"content-type", b"text/plain"], b"hello")


def test_what_is_optional_may_be_missing() -> None:
    sink = call(sending({"type": "http.response.start", "status": 204}, {"type": body()["type"]}))

    assert sink.response() == ([b"204"], b"")


@pytest.mark.parametrize("headers", [[[b"a", b"b"]], iter([(b"a", b"b")]), ((b"a", b"b"),)])
def test_headers_are_any_iterable_of_pairs(headers: Any) -> None:
    sink = call(sending({**START, "headers": headers}, body()))

    assert sink.response() == ([b"200", b"a", b"b"], b"")


def test_a_response_of_64_kib_is_one_frame_and_a_larger_one_gets_its_length() -> None:
    assert len(call(sending(START, body(bytes(65_000)))).response()[1]) == 65_000

    sink = call(sending(START, body(bytes(200_000))))

    assert sink.kinds == ["head", "data", "data", "data", "data", "end"]
    assert lines(sink.frames[0], sink.frames[0].payload)[-2:] == [b"content-length", b"200000"]
    assert sink.body() == bytes(200_000)


@pytest.mark.parametrize("data", [bytearray(b"abc"), memoryview(b"abc")])
@pytest.mark.parametrize("more", [False, True])
def test_whatever_is_like_bytes_is_a_body(data: Any, more: bool) -> None:
    sink = call(sending(START, body(data, more), *([body()] if more else [])))

    assert sink.body() == b"abc" if more else sink.response()[1] == b"abc"


# Responses in pieces


def test_the_start_is_held_until_a_body_comes() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(START)
        raise ValueError("second thoughts")

    sink = call(app)

    assert sink.kinds == ["failed", "response"]
    assert taken_apart(sink.frames[1])[0][0] == b"500"


def test_pieces_are_passed_on_one_by_one() -> None:
    sink = call(sending(START, body(b"a", True), body(b"b", True), body(b"", True), body(b"c")))

    assert sink.kinds == ["head", "data", "data", "data", "end"]
    assert sink.body() == b"abc"


def test_a_piece_waits_for_credit() -> None:
    async def main() -> None:
        call = Call(sending(START, body(b"0123456789abc", True), body(b"d")), List(window=10))
        call.start()

        await call.until(lambda: call.sink.body() == b"0123456789")
        await call.idle()
        assert call.sink.body() == b"0123456789"
        call.exchange.add_credit(2)
        await call.until(lambda: call.sink.body() == b"0123456789ab")
        call.exchange.add_credit(100)
        await call.task

        assert call.sink.body() == b"0123456789abcd"
        assert call.sink.kinds[-1] == "end"

    run(main())


def test_a_piece_waits_for_room_in_the_link() -> None:
    async def main() -> None:
        sink = List()
        sink.full = True
        call = Call(sending(START, body(b"a", True), body(b"b")), sink)
        call.start()

        await call.idle()
        assert sink.kinds == ["head"]
        sink.full = False
        sink.room.set()
        await call.task

        assert sink.body() == b"ab"

    run(main())


def test_messages_of_two_tasks_do_not_mix() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(START)
        await asyncio.gather(send(body(b"a" * 9, True)), send(body(b"b" * 9, True)))
        await send(body())

    async def main() -> None:
        call = Call(app, List(window=1))
        call.start()
        for _ in range(17):
            await call.idle()
            call.exchange.add_credit(1)
        await call.task

        assert call.sink.body() == b"a" * 9 + b"b" * 9

    run(main())


# Receiving


def test_the_body_comes_once_and_then_the_disconnect() -> None:
    seen: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        seen.append(await receive())
        await send(START)
        await send(body())
        seen.extend([await receive(), await receive()])

    call(app, b"data")

    assert seen == [
        {"type": "http.request", "body": b"data", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_a_body_in_pieces_is_received_with_credit_for_what_came_later() -> None:
    seen: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        while not seen or seen[-1]["more_body"]:
            seen.append(await receive())
        await send(START)
        await send(body())

    async def main() -> None:
        call = Call(app, List())
        call.exchange.goes_on(b"first")
        call.start()
        await call.until(lambda: len(seen) == 1)
        assert call.sink.kinds == []
        call.exchange.add_body(b"se", False)
        call.exchange.add_body(b"cond", False)
        await call.until(lambda: len(seen) == 2)
        call.exchange.add_body(b"third", True)
        await call.task

        assert [message["body"] for message in seen] == [b"first", b"second", b"third"]
        assert call.sink.kinds == ["credit", "response"]
        assert call.sink.frames[0].payload == struct.pack("<I", 6)

    run(main())


def test_a_receive_that_is_cancelled_loses_nothing() -> None:
    seen: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        first = asyncio.ensure_future(receive())
        second = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        made.exchange.add_body(b"piece", True)
        first.cancel()
        seen.append(await second)
        await send(START)
        await send(body())

    async def main() -> None:
        made.exchange.goes_on(b"")
        made.start()
        await made.task

    made = Call(app, List())
    run(main())

    assert seen == [{"type": "http.request", "body": b"piece", "more_body": False}]


def test_every_waiting_receive_hears_of_the_end() -> None:
    seen: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        waiting = [asyncio.ensure_future(receive()) for _ in range(3)]
        await asyncio.sleep(0)
        await send(START)
        await send(body())
        seen.extend(await asyncio.gather(*waiting))

    call(app)

    assert seen == [{"type": "http.disconnect"}] * 3


# The client goes


def test_a_client_that_goes_ends_receive_and_send() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        assert await receive() == {"type": "http.disconnect"}
        for message in (START, body()):
            with pytest.raises(OSError, match="the client has gone"):
                await send(message)

    async def main() -> None:
        call = Call(app, List())
        call.start()
        await call.idle()
        call.exchange.client_gone()
        await call.task

        assert call.sink.kinds == ["end aborted"]

    run(main())


def gone_while_sending(app: App) -> List:
    async def main() -> List:
        call = Call(app, List(window=1))
        call.start()
        await call.until(lambda: call.sink.body())
        call.exchange.client_gone()
        await call.task
        return call.sink

    return run(main())


def test_a_client_that_goes_wakes_who_waits_for_credit_and_is_not_logged() -> None:
    sink = gone_while_sending(sending(START, body(b"ab", True)))

    assert sink.kinds == ["head", "data", "end aborted"]


def test_who_listens_for_the_end_may_cancel_who_sends_before_send_raises() -> None:
    """As Django does; else its view would end without request_finished."""
    ends: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        async def view() -> None:
            try:
                await sending(START, body(b"ab", True))(scope, receive, send)
            except BaseException as error:
                ends.append(type(error).__name__)
                raise

        async def listener() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        tasks = [asyncio.ensure_future(listener()), asyncio.ensure_future(view())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        tasks[1].cancel()
        await asyncio.wait(tasks)

    sink = gone_while_sending(app)

    assert ends == ["CancelledError"]
    assert sink.kinds == ["head", "data", "end aborted"]


def test_what_the_app_raises_instead_is_logged() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        try:
            await sending(START, body(b"ab", True))(scope, receive, send)
        except ClientGone:
            raise KeyError("cleaning up") from None

    sink = gone_while_sending(app)

    assert sink.kinds == ["head", "data", "failed", "end aborted"]
    assert "KeyError: 'cleaning up'" in sink.failure()


# Extensions


def test_early_hints_leave_before_the_head(tmp_path: Path) -> None:
    hint = {"type": "http.response.early_hint", "links": [b"</a>; rel=preload", b"</b>"]}
    sink = call(sending(hint, START, {**hint, "links": []}, hint, body(b"a", True), hint, body()))

    assert sink.kinds == ["hints", "hints", "head", "data", "end"]
    assert lines(sink.frames[0], sink.frames[0].payload) == [b"</a>; rel=preload", b"</b>"]


def test_trailers_follow_the_body() -> None:
    trailers = {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]}
    sink = call(
        sending(
            {**START, "trailers": True},
            body(b"a"),
            {**trailers, "more_trailers": True},
            {**trailers, "headers": [(b"y", b"2")]},
        )
    )

    assert sink.kinds == ["head", "data", "trailers", "end"]
    assert lines(sink.frames[2], sink.frames[2].payload) == [b"x-sum", b"1", b"y", b"2"]


def test_a_path_is_sent_with_its_length(tmp_path: Path) -> None:
    file = tmp_path / "a b\udcff.txt"
    file.write_bytes(b"content")
    sink = call(sending(START, {"type": "http.response.pathsend", "path": str(file)}))

    assert sink.kinds == ["head", "file", "end"]
    assert lines(sink.frames[0], sink.frames[0].payload)[-2:] == [b"content-length", b"7"]
    assert sink.frames[1].payload == struct.pack("<QQ", 0, 7) + bytes(file)


def test_an_empty_file_needs_no_file_frame(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    path = {"type": "http.response.pathsend", "path": str(tmp_path / "empty")}

    assert call(sending(START, path)).kinds == ["head", "end"]


# Mistakes

LENGTH_3 = {**START, "headers": [(b"Content-Length", b"3")]}
PATH: Message = {"type": "http.response.pathsend", "path": "relative"}
TRAILERS: Message = {"type": "http.response.trailers"}

MISTAKES: list[tuple[str, list[Any], str]] = [
    ("two starts", [START, START], "HTTP, Response Start: 'http.response.start' was sent a second"),
    ("body first", [body()], "HTTP, Response Body: 'http.response.body' before 'http.response.st"),
    ("text", [START, body("text")], "TypeError: ASGI HTTP, Response Body: 'body' is a str, not b"),
    ("a number", [START, body(5, True)], "HTTP, Response Body: 'body' is an int, not bytes"),
    ("no type", [{"status": 200}], "ASGI Events: the 'type' of a message is None, not a str"),
    ("no dict", ["text"], "TypeError: ASGI Events: a message is a dict, not a str"),
    ("unknown", [{"type": "http.response.push"}], "an app cannot send 'http.response.push' here"),
    ("of another protocol", [{"type": "websocket.send"}], "cannot send 'websocket.send' here"),
    ("no status", [{"type": START["type"]}], "Response Start: 'status' is None, not an int"),
    ("a status of text", [{**START, "status": "200"}], "'status' is '200', not an int"),
    ("a status of 100", [{**START, "status": 100}], "'status' is 100, not one of 200 to 999"),
    ("a header of text", [{**START, "headers": [("a", "b")]}], "('a', 'b') holds a str where"),
    ("a header of a number", [{**START, "headers": [5]}], "the header 5 is no pair of name and"),
    ("headers of none", [{**START, "headers": None}], "'headers' is None, not an iterable of"),
    ("more than announced", [LENGTH_3, body(b"1234")], "4 bytes of body are more than the Conten"),
    ("less than announced", [LENGTH_3, body(b"1")], "1 bytes of body are less than the Content-L"),
    ("more at first", [LENGTH_3, body(b"1234", True)], "4 bytes of body are more than the Conte"),
    ("a relative path", [START, PATH], "ASGI Extensions, Path Send: 'relative' is not an absol"),
    ("a folder", [START, {**PATH, "path": "/"}], "Path Send: '/' is not a regular file"),
    ("bytes as a path", [START, {**PATH, "path": b"/"}], "Path Send: 'path' is a bytes, not a s"),
    (
        "no path",
        [START, {"type": PATH["type"]}],
        "ValueError: ASGI Extensions, Path Send: 'path' is",
    ),
    ("hints of text", [{"type": "http.response.early_hint", "links": ["a"]}], "TypeError: ASGI Ex"),
    ("trailers unannounced", [START, TRAILERS], "without 'trailers': True in 'http.response.st"),
    (
        "trailers too early",
        [{**START, "trailers": True}, TRAILERS],
        "HTTP Trailers: 'http.response.trailers' before the last 'http.response.body'",
    ),
]


@pytest.mark.parametrize(("messages", "text"), [row[1:] for row in MISTAKES], ids=lambda v: None)
def test_a_mistake_is_named_by_section(messages: list[Any], text: str) -> None:
    sink = call(sending(*messages))

    assert text in sink.failure()
    assert sink.kinds == ["failed", "response"]


AFTER: list[tuple[list[Message], str]] = [
    ([START, body(), body()], "'http.response.body' after the response was complete"),
    ([START, body(), START], "'http.response.start' after the response was complete"),
    (
        [START, body(b"a", True), PATH, body()],
        "'http.response.pathsend' after 'http.response.body'",
    ),
    ([LENGTH_3, body(b"1", True), body(b"123")], "4 bytes of body are more than"),
    ([LENGTH_3, body(b"1", True), body(b"")], "1 bytes of body are less than"),
    ([START, body(b"a", True), body("b")], "'body' is a str, not bytes"),
    ([{**START, "trailers": True}, body(), body()], "'http.response.body' where 'http.response."),
]


@pytest.mark.parametrize(("messages", "text"), AFTER)
def test_a_mistake_after_the_head_ends_the_response(
    messages: list[Message], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sink = call(sending(*messages))

    if "response" in sink.kinds:  # complete: the client has it, and standard error the mistake
        assert text in capsys.readouterr().err
    else:
        assert text in sink.failure()
        assert sink.kinds[-1] == "end aborted"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 304)])
def test_a_length_without_a_body_is_right_where_there_is_none(method: str, status: int) -> None:
    start = {**LENGTH_3, "status": status}

    assert call(sending(start, body()), method=method).kinds == ["response"]
    assert call(sending(start, body(b"", True), body()), method=method).kinds == ["head", "end"]


UNFINISHED: list[tuple[list[Message], str, str]] = [
    ([], "HTTP, Response Start: the app returned without sending 'http.response.st", "response"),
    ([START], "HTTP, Response Body: the app returned without sending 'http.respon", "response"),
    ([START, body(b"a", True)], "returned without sending the last 'http.resp", "end aborted"),
    ([{**START, "trailers": True}, body()], "without the 'http.response.trail", "end aborted"),
]


@pytest.mark.parametrize(("messages", "text", "last"), UNFINISHED)
def test_an_app_that_returns_too_early_is_told(
    messages: list[Message], text: str, last: str
) -> None:
    sink = call(sending(*messages))

    assert text in sink.failure()
    assert sink.kinds[-1] == last
    assert "Traceback" not in sink.failure()


def wsgi(environ: object, start_response: object) -> list[bytes]:
    return []


def returns_a_list(*arguments: object) -> list[bytes]:
    return []


def not_awaited(scope: Message, receive: Receive, send: Send) -> Coroutine[Any, Any, Any]:
    async def middleware() -> object:
        return sending(START, body())(scope, receive, send)

    return middleware()


@pytest.mark.parametrize(
    ("app", "text"),
    [
        (wsgi, "the app cannot be called with scope, receive and send: wsgi() takes 2 positional"),
        (returns_a_list, "the app returned a list, which cannot be awaited. An ASGI app is 'asyn"),
        (lambda *arguments: None, "the app returned None, which cannot be awaited"),
        (not_awaited, "somewhere 'return app(scope, receive, send)' should be 'return await app("),
    ],
)
def test_what_is_no_asgi_app_gets_one_line(app: Any, text: str) -> None:
    sink = call(app)

    assert text in sink.failure()
    assert "\n" not in sink.failure()
    assert sink.kinds == ["failed", "response"]


# Exceptions


def test_an_exception_is_reported_without_our_frames() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(START)
        raise ValueError("in the app")

    sink = call(app)

    assert "ValueError: in the app" in sink.failure()
    assert "saola_worker" not in sink.failure()


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_no_exception_ends_the_loop(error: type[BaseException]) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"a", True))
        raise error

    assert call(app).kinds == ["head", "data", "failed", "end aborted"]


def test_an_exception_after_the_response_goes_to_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await sending(START, body(b"done"))(scope, receive, send)
        raise ValueError("in the background")

    assert call(app).response()[1] == b"done"
    assert "ValueError: in the background" in capsys.readouterr().err


def test_a_task_whose_time_is_up_says_where_it_was() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        call = Call(app, List())
        call.start()
        await call.idle()
        call.exchange.cancel("its time was up")
        await call.task

        assert call.sink.kinds == ["failed", "end aborted"]
        assert "await asyncio.Event().wait()" in call.sink.failure()
        assert "CancelledError: its time was up" in call.sink.failure()

    run(main())


def test_a_task_may_still_answer_when_its_time_is_up() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await sending({**START, "status": 503}, body(b"late"))(scope, receive, send)
            raise

    async def main() -> None:
        call = Call(app, List())
        call.start()
        await call.idle()
        call.exchange.cancel("its time was up")
        await call.task

        assert call.sink.response()[0][0] == b"503"

    run(main())
