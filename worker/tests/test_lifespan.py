"""ASGI lifespan, without a worker around it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asgi_calls import App, Message, Receive, Send, run, sending
from saola_worker.lifespan import Lifespan

COMPLETE = {"type": "lifespan.startup.complete"}
FAILED = {"type": "lifespan.startup.failed", "message": "no database"}


def start(app: App, mode: str = "auto") -> tuple[str, dict[str, Any] | None]:
    async def main() -> tuple[str, dict[str, Any] | None]:
        lifespan = Lifespan(app, mode)
        failure = await lifespan.startup()
        state = lifespan.state
        await lifespan.shutdown()
        return failure, state

    return run(main())


async def polite(scope: Message, receive: Receive, send: Send) -> None:
    """Do everything as the specification shows it."""
    assert scope["type"] == "lifespan"
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.0"}
    assert await receive() == {"type": "lifespan.startup"}
    scope["state"]["log"] = log = ["started"]
    await send(COMPLETE)
    assert await receive() == {"type": "lifespan.shutdown"}
    log.append("stopped")
    await send({"type": "lifespan.shutdown.complete"})


async def raising(scope: Message, receive: Receive, send: Send) -> None:
    raise ValueError("of type http only")


async def raising_at_start(scope: Message, receive: Receive, send: Send) -> None:
    await receive()
    raise ValueError("no database")


def test_startup_and_shutdown_are_awaited_and_share_a_state(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert start(polite) == ("", {"log": ["started", "stopped"]})
    assert capsys.readouterr().err == ""


def test_off_calls_nobody() -> None:
    assert start(raising, "off") == ("", None)


def test_an_app_that_does_not_know_it_is_served_without_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert start(raising) == ("", None)
    assert start(sending({"type": "http.response.start"})) == ("", None)
    assert start(sending()) == ("", None)
    assert capsys.readouterr().err == ""


def test_an_exception_in_a_startup_that_was_received_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert start(raising_at_start) == ("", None)

    error = capsys.readouterr().err
    assert "ValueError: no database" in error
    assert "with --lifespan on it would not be" in error


@pytest.mark.parametrize(("app", "shown"), [(raising, "ValueError"), (sending(), "")])
def test_on_does_not_tolerate_that(
    app: App, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failure, _ = start(app, "on")

    assert failure == "the app ended before 'lifespan.startup.complete' (--lifespan on)"
    assert shown in capsys.readouterr().err


@pytest.mark.parametrize("mode", ["auto", "on"])
def test_a_failed_start_is_said_with_its_message_alone(
    mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(FAILED)
        raise ValueError("as Starlette does")

    assert start(app, mode)[0] == "lifespan.startup.failed: no database"
    assert capsys.readouterr().err == ""


def test_a_failed_shutdown_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(COMPLETE)
        await receive()
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "too late"})
        raise ValueError("as Starlette does")

    start(app)

    assert capsys.readouterr().err == "lifespan.shutdown.failed: too late\n"


def test_an_exception_after_the_start_is_shown_and_ends_no_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(COMPLETE)
        raise ValueError("in the background")

    async def main() -> None:
        lifespan = Lifespan(app, "auto")
        assert not await lifespan.startup()
        await asyncio.sleep(0)
        assert lifespan.state == {}
        await lifespan.shutdown()

    run(main())

    assert "ValueError: in the background" in capsys.readouterr().err


def test_messages_out_of_order_are_refused() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        with pytest.raises(RuntimeError, match="ASGI Lifespan: an app cannot send"):
            await send({"type": "lifespan.stop"})
        await send(COMPLETE)
        with pytest.raises(RuntimeError, match="an app cannot send"):
            await send(COMPLETE)
        await receive()
        await receive()

    assert start(app) == ("", {})
