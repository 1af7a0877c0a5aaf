"""Warm-up: what an app is asked before its workers are ready, and what follows when it fails."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest

from saola_worker.appimport import Loaded
from saola_worker.errors import AppImportError
from saola_worker.settings import Settings
from saola_worker.warmup import environ, run, scope
from test_vectors import settings as plain_settings

if TYPE_CHECKING:
    from saola_worker.settings import WarmupRequest
    from saola_worker.streams import Receive, Scope, Send

StartResponse = Callable[..., Callable[[bytes], None]]
PLAIN = [("Content-Type", "text/plain")]


def asked(*requests: WarmupRequest, policy: str = "fail", milliseconds: int = 30_000) -> Settings:
    settings = plain_settings()
    settings.warmup = list(requests)
    settings.warmup_policy = policy
    settings.warmup_timeout = milliseconds
    settings.lifespan = "auto"
    return settings


def request(url: str = "/", method: str = "GET", statuses: tuple[int, ...] = ()) -> WarmupRequest:
    return method, url, [], list(statuses)


def failure(app: Any, interface: str = "wsgi", **options: Any) -> str:
    with pytest.raises(AppImportError) as caught:
        run(Loaded(app, "app", interface), asked(request("/x"), **options))
    assert caught.value.kind == "warmup"
    assert "\n" not in str(caught.value)
    return str(caught.value)


# The environ


def test_the_app_is_asked_as_pep_3333_wants_it() -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(environ)
        assert environ["wsgi.input"].read(1) == b""
        start_response("200 OK", PLAIN)
        return [b"x"]

    run(Loaded(validator(app), "app", "wsgi"), asked(request("/a%20b?c=d&e"), request("/")))

    assert [environ["PATH_INFO"] for environ in seen] == ["/a b", "/"]
    assert seen[0]["QUERY_STRING"] == "c=d&e"
    assert seen[0]["REQUEST_URI"] == "/a%20b?c=d&e"
    assert seen[0]["HTTP_HOST"] == "localhost"
    assert seen[0]["REMOTE_ADDR"] == "127.0.0.1"
    assert seen[0]["SAOLA_WARMUP"] == "1"
    assert seen[0]["HTTP_X_SAOLA_WARMUP"] == "1"
    assert "SAOLA_WARMUP" not in os.environ  # that would be the setting


def test_headers_and_an_absolute_url_reach_the_app() -> None:
    headers = [("Accept", "text/html"), ("Content-Type", "a/b"), ("user-agent", "me")]

    found = environ(asked(), ("POST", "https://example.com:8443?x", headers, []))

    assert found["REQUEST_METHOD"] == "POST"
    assert found["wsgi.url_scheme"] == "https"
    assert found["HTTP_HOST"] == "example.com:8443"
    assert (found["SERVER_NAME"], found["SERVER_PORT"]) == ("example.com", "8443")
    assert (found["PATH_INFO"], found["QUERY_STRING"]) == ("/", "x")
    assert found["HTTP_ACCEPT"] == "text/html"
    assert found["CONTENT_TYPE"] == "a/b"
    assert found["HTTP_USER_AGENT"] == "me"


@pytest.mark.parametrize(
    ("url", "name", "port"),
    [
        ("http://[::1]/", "[::1]", "80"),
        ("https://[::1]:81/", "[::1]", "81"),
        ("https://a", "a", "443"),
        ("/", "localhost", "80"),
    ],
)
def test_the_server_is_the_host_of_the_url(url: str, name: str, port: str) -> None:
    found = environ(asked(), request(url))
    assert (found["SERVER_NAME"], found["SERVER_PORT"]) == (name, port)


@pytest.mark.parametrize("url", ["/app/x", "/x"])
def test_a_mounted_app_is_asked_below_its_prefix(url: str) -> None:
    settings = asked()
    settings.environ = {"SCRIPT_NAME": "/app"}
    settings.scope = {"root_path": "/app"}

    found = environ(settings, request(url))
    asgi = scope(settings, request(url))

    assert (found["SCRIPT_NAME"], found["PATH_INFO"]) == ("/app", "/x")
    assert (asgi["root_path"], asgi["path"], asgi["raw_path"]) == ("/app", "/app/x", b"/app/x")


# WSGI


class Body:
    def __init__(self) -> None:
        self.events: list[str] = []

    def __iter__(self) -> Iterator[bytes]:
        yield b"a"
        yield b"b"
        self.events.append("read")

    def close(self) -> None:
        self.events.append("closed")


def test_the_body_is_read_to_its_end_and_closed() -> None:
    body = Body()

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return body

    run(Loaded(app, "app", "wsgi"), asked(request()))

    assert body.events == ["read", "closed"]


def says(status: str, *headers: tuple[str, str]) -> Any:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, [*PLAIN, *headers])
        return [b"x"]

    return app


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "302 Found"])
def test_what_is_below_400_is_right(status: str) -> None:
    run(Loaded(says(status), "app", "wsgi"), asked(request()))


def test_a_status_that_was_asked_for_is_right() -> None:
    run(Loaded(says("404 Not Found"), "app", "wsgi"), asked(request(statuses=(200, 404))))


def test_a_wrong_status_fails() -> None:
    assert failure(says("500 Oops")) == (
        "warm-up GET /x was answered 500 Oops, expected a status below 400"
    )
    with pytest.raises(AppImportError, match="302 Found to /login, expected 200 or 204"):
        run(
            Loaded(says("302 Found", ("Location", "/login")), "app", "wsgi"),
            asked(request(statuses=(200, 204))),
        )


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
def test_an_exception_fails_and_its_traceback_is_told(
    kind: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        raise kind("no")

    assert failure(app) == f"warm-up GET /x has failed in the app: {kind.__name__}: no"
    assert "in app\n" in capsys.readouterr().err


def test_a_body_that_breaks_off_fails() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        yield b"x"
        raise ValueError("no")

    assert failure(app) == "warm-up GET /x has failed in the app: ValueError: no"


def test_an_app_that_hangs_is_named_where_it_does() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(30)
        raise AssertionError

    text = failure(app, milliseconds=50)

    assert text.startswith(
        "warm-up GET /x was not answered within 0.05 s, half of --boot-timeout; it was in app, "
    )
    assert f"{__file__}:" in text


def test_an_app_that_swallows_the_end_of_its_time_is_told_again() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            time.sleep(30)
        except BaseException:
            time.sleep(30)
        raise AssertionError

    assert "not answered within 0.05 s" in failure(app, milliseconds=50)


def test_with_warn_the_next_one_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        start_response("500 Oops", PLAIN)
        return [b"x"]

    run(Loaded(app, "app", "wsgi"), asked(request("/a"), request("/b"), policy="warn"))

    assert seen == ["/a", "/b"]
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"warm-up GET /{name} was answered 500 Oops, expected a status below 400; "
        "--warmup-policy warn: going on without it"
        for name in "ab"
    ]


def test_with_warn_nothing_is_begun_without_time(capsys: pytest.CaptureFixture[str]) -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(30)
        raise AssertionError

    both = request("/a"), request("/b")
    run(Loaded(app, "app", "wsgi"), asked(*both, policy="warn", milliseconds=50))

    first, second = capsys.readouterr().err.splitlines()
    assert "/a was not answered" in first
    assert second == "warm-up GET /b: no time is left for it"


def test_timer_handler_and_context_are_the_apps_again() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("language", default="en")
    fired = threading.Event()

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        variable.set("de")
        start_response("200 OK", PLAIN)
        return [b"x"]

    def handler(*_: object) -> None:
        fired.set()

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 600, 700)
        run(Loaded(app, "app", "wsgi"), asked(request()))
        left, interval = signal.getitimer(signal.ITIMER_REAL)

        assert signal.getsignal(signal.SIGALRM) is handler
        assert 590 < left <= 600
        assert interval == 700
        assert variable.get() == "en"
        assert not fired.is_set()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_djangos_variable_is_one_more_url(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        start_response("500 Oops" if len(seen) > 1 else "200 OK", PLAIN)
        return [b"x"]

    monkeypatch.setenv("DJANGO_WARMUP_URL", "health/")
    run(Loaded(app, "app", "wsgi"), asked(request("/")))

    assert seen == ["/", "/health/"]
    assert "GET /health/ was answered 500 Oops" in capsys.readouterr().err


# ASGI


async def answer(send: Send, status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
    await send({"type": "http.response.body", "body": b"x"})


def test_an_asgi_app_is_asked_in_a_loop_of_which_nothing_is_left() -> None:
    seen: list[Scope] = []
    ended: list[str] = []

    async def numbers() -> Any:
        try:
            yield 1
        finally:
            ended.append("generator")

    async def forever() -> None:
        try:
            await asyncio.sleep(600)
        finally:
            ended.append("task")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        assert await receive() == {"type": "http.request", "body": b"", "more_body": False}
        scope["kept"] = [numbers(), asyncio.ensure_future(forever())]
        await scope["kept"][0].__anext__()
        await asyncio.to_thread(lambda: None)
        await answer(send)

    fds, threads = os.listdir("/proc/self/fd"), threading.active_count()
    run(Loaded(app, "app", "asgi"), asked(("HEAD", "/%C3%A9?x", [("A", "b")], [])))

    (scope,) = seen
    assert scope["type"] == "http"
    assert scope["method"] == "HEAD"
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/é", b"/%C3%A9", b"x")
    assert dict(scope["headers"])[b"host"] == b"localhost"
    assert dict(scope["headers"])[b"a"] == b"b"
    assert scope["extensions"]["saola.warmup"] == {}
    assert "state" not in scope
    assert sorted(ended) == ["generator", "task"]
    assert os.listdir("/proc/self/fd") == fds
    assert threading.active_count() == threads


def test_an_app_that_needs_its_lifespan_is_told_that_there_is_none() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(send, scope["state"]["pool"])

    text = failure(app, "asgi")

    assert text.startswith("warm-up GET /x has failed in the app: KeyError: 'state'; in a mold")
    assert "--load prefork" in text


@pytest.mark.parametrize("blocks", [False, True])
def test_an_asgi_app_that_hangs_fails(blocks: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if blocks:
            time.sleep(30)
        await asyncio.sleep(30)

    gc.collect()  # what other tests have left
    fds = os.listdir("/proc/self/fd")
    text = failure(app, "asgi", milliseconds=50)

    assert "was not answered within 0.05 s" in text
    assert ("it was in app" in text) == blocks
    gc.collect()
    assert os.listdir("/proc/self/fd") == fds


def test_an_asgi_app_that_does_not_answer_fails() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})

    assert "the app returned without sending 'http.response.body'" in failure(app, "asgi")
