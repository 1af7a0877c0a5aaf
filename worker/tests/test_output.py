"""Which request a printed line is about."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
import threading
import traceback
from typing import Any

import pytest

from saola_worker import streams, wsgi
from saola_worker.output import Output


class Nowhere:
    """A sink that swallows everything."""

    armed = 0
    shot = 0

    def answer(self, data: bytes) -> None:
        """Swallow."""

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        """Swallow."""
        return True

    def hurry(self, stream: int) -> None:
        """Swallow."""

    def open(self, stream: int, head: bytes) -> None:
        """Swallow."""

    def data(self, piece: bytes, more: bool = False) -> bool:
        """Swallow."""
        return True

    def file(self, offset: int, length: int, path: bytes) -> bool:
        """Swallow."""
        return True

    def end(self, flags: int = 0) -> None:
        """Swallow."""


def serve(work: Any, **environ: str) -> None:
    """Run ``work`` as an app does its own."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        work()
        start_response("200 OK", [])
        return [b""]

    wsgi.serve(app, Nowhere(), 1, environ)


def said(work: Any) -> str:
    """Return what reaches the pipe when ``work`` prints."""
    raw = io.BytesIO()
    stream = Output(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
    # Not by a fixture: pytest puts its own streams in their place before each test.
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        work()
    return raw.getvalue().decode().replace("\x1e", "|")


def test_a_line_of_a_request_has_its_id() -> None:
    def run() -> None:
        print("before")
        serve(lambda: print("a", "b"), HTTP_X_REQUEST_ID="r1")
        serve(lambda: sys.stderr.write("é\n"), HTTP_X_REQUEST_ID="r2")
        print("after")

    assert said(run) == "before\n|r1|a b\n|r2|é\nafter\n"


def test_each_line_of_a_text_has_it() -> None:
    def work() -> None:
        sys.stdout.write("one\ntwo")
        sys.stdout.write(" more\n\nthree\n")
        sys.stdout.write("")
        sys.stdout.writelines(["four\n", "five\n"])

    assert (
        said(lambda: serve(work, HTTP_X_REQUEST_ID="r"))
        == "|r|one\n|r|two more\n|r|\n|r|three\n|r|four\n|r|five\n"
    )


def test_logging_and_tracebacks_have_it() -> None:
    def work() -> None:
        logger = logging.Logger("test")
        logger.addHandler(logging.StreamHandler(sys.stderr))
        logger.warning("careful")
        try:
            raise ValueError("no")
        except ValueError:
            traceback.print_exc()

    lines = said(lambda: serve(work, HTTP_X_REQUEST_ID="r")).splitlines()
    assert lines[0] == "|r|careful"
    assert lines[1] == "|r|Traceback (most recent call last):"
    assert lines[-1] == "|r|ValueError: no"


def test_without_an_id_nothing_is_added() -> None:
    def run() -> None:
        serve(lambda: print("a"))
        serve(lambda: print("b"), HTTP_X_REQUEST_ID="x" * 201)

    assert said(run) == "a\nb\n"


def test_a_thread_of_the_apps_own_is_about_no_request() -> None:
    def work() -> None:
        thread = threading.Thread(target=print, args=("from a thread",))
        thread.start()
        thread.join()

    assert said(lambda: serve(work, HTTP_X_REQUEST_ID="r")) == "from a thread\n"


def test_what_is_no_text_is_refused_as_ever() -> None:
    stream = Output(io.BytesIO(), encoding="utf-8")
    with pytest.raises(TypeError):
        stream.write(b"bytes")  # type: ignore[arg-type]


def test_tasks_at_the_same_time_are_told_apart() -> None:
    class Ended(streams.Stream):
        protocol = "HTTP"

        def returned(self, result: Any) -> None:
            """Nothing to check."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        print("begin", scope["path"])
        await asyncio.sleep(0)
        print("end", scope["path"])

    def stream(name: str) -> Any:
        scope = {"path": name, "headers": [(b"host", b"a"), (b"x-request-id", name.encode())]}
        return streams.serve(app, Ended(Nowhere(), 1, scope), scope)  # type: ignore[arg-type]

    async def main() -> None:
        await asyncio.gather(stream("a"), stream("b"))

    assert said(lambda: asyncio.run(main())) == "|a|begin a\n|b|begin b\n|a|end a\n|b|end b\n"
