"""Threads for sync code in async apps: real loops, real threads, real anyio and asgiref."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import re
import threading
import time
from collections.abc import Awaitable, Callable

import anyio
import anyio.to_thread
import pytest
from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async

from saola_worker import threads
from saola_worker.threads import Threads, install, name_of

MOST = 3
PATIENCE = 10.0


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Complain early, and once, so that a test need not wait."""
    monkeypatch.setattr(threads, "_PATIENCE", 0.02)
    monkeypatch.setattr(threads, "_GLANCE", 0.02)
    monkeypatch.setattr(SyncToAsync, "single_thread_executor", SyncToAsync.single_thread_executor)


class Stage:
    """A function that holds its thread until it is told, and who is on it."""

    pool: Threads

    def __init__(self) -> None:
        self.leave = threading.Event()
        self.names: list[str] = []

    def hold(self) -> str:
        self.names.append(threading.current_thread().name)
        assert self.leave.wait(PATIENCE)
        return threading.current_thread().name

    async def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.names
            await asyncio.sleep(0.005)


def run(main: Callable[[Stage], Awaitable[None]]) -> None:
    async def installed() -> None:
        stage = Stage()
        stage.pool = install(asyncio.get_running_loop(), MOST)
        try:
            await main(stage)
        finally:
            stage.leave.set()

    asyncio.run(installed())


class Said:
    """What is on standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def lines(self) -> list[str]:
        self._text += self._capsys.readouterr().err
        return [re.sub(r"\d+\.\d s", "N s", line) for line in self._text.splitlines()]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def test_no_more_threads_run_than_are_allowed(said: Said) -> None:
    async def main(stage: Stage) -> None:
        calls = [asyncio.ensure_future(asyncio.to_thread(stage.hold)) for _ in range(MOST + 2)]
        await stage.until(lambda: len(said.lines()) == 1)
        assert sorted(stage.names) == ["saola-sync-0", "saola-sync-1", "saola-sync-2"]
        stage.leave.set()
        assert set(await asyncio.gather(*calls)) == set(stage.names[:MOST])

    run(main)

    assert said.lines() == [
        "sync code waits, all threads of the event loop are busy (--asgi-threads 3): "
        "2 calls, for N s now; "
        "running: 3 x test_threads.Stage.hold"
    ]


def test_what_occupies_the_threads_most_is_named_first(said: Said) -> None:
    async def main(stage: Stage) -> None:
        loop = asyncio.get_running_loop()
        calls: list[asyncio.Future[object]] = [
            loop.run_in_executor(None, stage.leave.wait, PATIENCE)
        ]
        calls += [loop.run_in_executor(None, functools.partial(stage.hold)) for _ in range(MOST)]
        await stage.until(lambda: bool(said.lines()))
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines()[0].endswith(
        "1 call, for N s now; running: 2 x test_threads.Stage.hold, 1 x threading.Event.wait"
    )


def test_what_goes_on_is_not_said_again_at_once(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_QUIET", 0.2)
    times: list[float] = []

    async def main(stage: Stage) -> None:
        calls = [asyncio.ensure_future(asyncio.to_thread(stage.hold)) for _ in range(MOST + 1)]
        for count in (1, 2):
            await stage.until(lambda count=count: len(said.lines()) == count)  # type: ignore[misc]
            times.append(time.monotonic())
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert times[1] - times[0] > 0.15


def test_full_threads_for_which_nobody_waits_are_no_matter(said: Said) -> None:
    async def main(stage: Stage) -> None:
        calls = [asyncio.ensure_future(asyncio.to_thread(stage.hold)) for _ in range(MOST)]
        await stage.until(lambda: len(stage.names) == MOST)
        assert not stage.pool.watched
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines() == []


def test_a_call_that_is_cancelled_no_longer_waits(said: Said) -> None:
    async def main(stage: Stage) -> None:
        loop = asyncio.get_running_loop()
        calls = [loop.run_in_executor(None, stage.hold) for _ in range(MOST)]
        waiting = loop.run_in_executor(None, stage.hold)
        assert stage.pool.watched
        waiting.cancel()
        await stage.until(lambda: not stage.pool.watched)
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines() == []


def test_context_variables_and_exceptions_go_both_ways() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    def fail() -> None:
        raise LookupError(variable.get())

    async def main(stage: Stage) -> None:
        variable.set("seen")
        with pytest.raises(LookupError, match="seen"):
            await asyncio.to_thread(fail)

    run(main)


def test_a_pool_that_is_shut_down_takes_no_calls() -> None:
    async def main(stage: Stage) -> None:
        pool = Threads(1, asyncio.get_running_loop(), "", "x")
        pool.shutdown()
        with pytest.raises(RuntimeError, match="after shutdown"):
            pool.submit(stage.hold)

    run(main)


def test_anyio_has_the_same_bound(said: Said) -> None:
    async def main(stage: Stage) -> None:
        async def hold() -> None:
            await anyio.to_thread.run_sync(stage.hold)

        calls = [asyncio.ensure_future(hold()) for _ in range(MOST + 2)]
        await stage.until(lambda: len(said.lines()) == 1)
        assert len(stage.names) == MOST
        stage.leave.set()
        await asyncio.gather(*calls)
        assert len(stage.names) == MOST + 2

    run(main)

    (line,) = said.lines()
    assert line.startswith(
        "sync code waits, all threads of anyio are busy (3, see --asgi-threads): 2 calls, for N s"
    )
    assert re.search(r"running: 3 x test_threads\.(Stage\.)?hold$", line)


def test_what_the_app_says_about_anyio_counts(said: Said) -> None:
    async def main(stage: Stage) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1
        calls = [asyncio.ensure_future(anyio.to_thread.run_sync(stage.hold)) for _ in range(2)]
        await stage.until(lambda: len(said.lines()) == 1)
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines()[0].startswith("sync code waits, all threads of anyio are busy (1, ")


def test_the_one_thread_of_sync_to_async_is_watched(said: Said) -> None:
    async def main(stage: Stage) -> None:
        # Each in a context of its own, as requests are.
        calls = [asyncio.ensure_future(sync_to_async(stage.hold)()) for _ in range(3)]
        await stage.until(lambda: len(said.lines()) == 1)
        assert stage.names == ["saola-sync-to-async-0"]
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines() == [
        "sync code waits, the one thread of sync_to_async outside of Django's requests is busy "
        "(thread_sensitive=False uses those of --asgi-threads instead): "
        "2 calls, for N s now; running: 1 x test_threads.Stage.hold"
    ]


def test_sync_to_async_that_is_not_thread_sensitive_uses_the_loops_threads(said: Said) -> None:
    async def main(stage: Stage) -> None:
        hold = sync_to_async(stage.hold, thread_sensitive=False)
        calls = [asyncio.ensure_future(hold()) for _ in range(MOST + 1)]
        await stage.until(lambda: len(said.lines()) == 1)
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines()[0].endswith("running: 3 x test_threads.Stage.hold")


def test_each_request_of_django_has_a_thread_of_its_own(said: Said) -> None:
    """What docs/asgi.md says: these threads are bounded by the number of requests only."""

    async def main(stage: Stage) -> None:
        async def request() -> None:
            async with ThreadSensitiveContext():  # type: ignore[no-untyped-call]
                await sync_to_async(stage.hold)()

        calls = [asyncio.ensure_future(request()) for _ in range(3 * MOST)]
        await stage.until(lambda: len(set(stage.names)) == 3 * MOST)
        stage.leave.set()
        await asyncio.gather(*calls)

    run(main)

    assert said.lines() == []


class Report:
    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "args", "name"),
    [
        (time.sleep, (), "time.sleep"),
        (test_no_more_threads_run_than_are_allowed, (), None),
        (functools.partial(functools.partial(time.sleep), 1), (), "time.sleep"),
        (contextvars.copy_context().run, (functools.partial(time.sleep, 1),), "time.sleep"),
        (Report(), (), "test_threads.Report"),
        ("x".join, (), "builtins.str.join"),
    ],
)
def test_names(function: Callable[..., object], args: tuple[object, ...], name: str | None) -> None:
    expected = name or "test_threads.test_no_more_threads_run_than_are_allowed"

    assert name_of(function, args) == expected
