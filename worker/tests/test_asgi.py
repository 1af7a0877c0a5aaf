"""ASGI HTTP, without sockets: an app is called, and the frames of its response are looked at."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path
from typing import Any

import pytest

from asgi_calls import (
    START,
    App,
    Call,
    List,
    Message,
    Receive,
    Send,
    body,
    call,
    lines,
    run,
    sending,
    taken_apart,
)
from saola_worker.errors import ClientGone

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
    nothing: list[Message] = [{**hint, "links": links} for links in ([], [b""])]
    sink = call(sending(hint, START, *nothing, hint, body(b"a", True), hint, body()))

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

    assert sink.kinds == ["head of files", "file", "end"]
    assert lines(sink.frames[0], sink.frames[0].payload)[-2:] == [b"content-length", b"7"]
    assert sink.frames[1].payload == struct.pack("<QQ", 0, 7) + bytes(file)


def test_an_empty_file_needs_no_file_frame(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    path = {"type": "http.response.pathsend", "path": str(tmp_path / "empty")}

    assert call(sending(START, path)).kinds == ["head of files", "end"]


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
