"""What ASGI apps get wrong, and what they are told."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest

from asgi_calls import (
    START,
    Message,
    Receive,
    Send,
    body,
    call,
    sending,
)

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
    ("a status of 100", [{**START, "status": 100}], "'status' is 100, not one of 200 to 599"),
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


def test_an_exception_after_the_answer_is_logged_with_its_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As Starlette does it, which answers 500 itself and lets the server have the exception."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await sending({**START, "status": 500}, body(b"sorry"))(scope, receive, send)
        raise ValueError("oh no")

    sink = call(app, path="/a\nb", raw_path=b"/a%0Ab", query_string=b"c=d\xff")

    assert sink.kinds == ["response"]
    first, _, rest = capsys.readouterr().err.partition("\n")
    assert first == 'app failed after its answer request="GET /a%0Ab?c=d\\xff"'
    assert rest.startswith("Traceback")
    assert rest.endswith("ValueError: oh no\n")


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
