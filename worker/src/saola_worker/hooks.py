"""Run what the app has registered with the ``saola`` module, in the mold and in each worker.

Importing this puts ``saola`` into ``sys.modules``, where the app's own import finds it; the folder
that it lies in is not on the app's path.
"""

from __future__ import annotations

import atexit
import sys

import saola

from .errors import HookError
from .wsgi import format_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from typing import Any

_NO_LOOP = (
    "saola.{}: {} is a coroutine function, and a WSGI worker has no event loop: make it a plain one"
)


def in_mold(generation: int) -> None:
    """Answer for the mold what the app asks. Runs in the mold."""
    saola._generation, saola._slot = generation, None


def in_worker(generation: int, slot: int) -> None:
    """Answer for this worker what the app asks. Runs in the worker, right after its fork."""
    saola._generation, saola._slot = generation, slot
    # What the mold's imports left there belongs to all workers together. What is registered from
    # now on is this worker's own, and runs at its end; so does what logging holds back.
    atexit._clear()
    if "logging" in sys.modules:
        atexit.register(sys.modules["logging"].shutdown)


def are_there(kind: str) -> bool:
    """Whether the app has registered any of this kind."""
    return bool(saola._hooks[kind])


def before_fork() -> None:
    """Let the app close what only it knows; exceptions are the app's. Runs in the mold."""
    for function in reversed(saola._hooks["before_fork"]):
        function()


def after_fork(has_loop: bool) -> None:
    """Run the plain functions; what fails keeps the worker from starting."""
    for function in saola._hooks["after_fork"]:
        if not saola._is_async(function):
            _must(function)
        elif not has_loop:
            raise HookError(_NO_LOOP.format("after_fork", _name(function)))


async def after_fork_in_loop() -> str:
    """Run the coroutine functions; return what has failed, or nothing."""
    for function in saola._hooks["after_fork"]:
        if saola._is_async(function):
            try:
                await function()
            except Exception as error:
                return _failure(function, error)
    return ""


def on_ready() -> None:
    """Run what is for a worker that is ready, without an event loop."""
    for function in saola._hooks["on_ready"]:
        _call("on_ready", function)


async def on_ready_in_loop(loop: AbstractEventLoop) -> None:
    """Run what is for a worker that is ready, and hold up no request."""
    for function in saola._hooks["on_ready"]:
        await _call_in_loop("on_ready", function, loop)


def on_exit() -> None:
    """Run what is for the end of a worker, without an event loop."""
    for function in reversed(saola._hooks["on_exit"]):
        _call("on_exit", function)


async def on_exit_in_loop(loop: AbstractEventLoop) -> None:
    """Run what is for the end of a worker while its event loop still runs."""
    for function in reversed(saola._hooks["on_exit"]):
        await _call_in_loop("on_exit", function, loop)


def at_exit() -> None:
    """Run what this worker has registered with ``atexit`` since its fork."""
    try:
        atexit._run_exitfuncs()
    except BaseException as error:
        sys.stderr.write(format_error(error))


def _must(function: Callable[[], Any]) -> None:
    try:
        function()
    except BaseException as error:
        raise HookError(_failure(function, error)) from None


def _failure(function: Callable[[], Any], error: BaseException) -> str:
    return f"{format_error(error)}saola.after_fork: {_name(function)} has failed"


def _call(kind: str, function: Callable[[], Any]) -> None:
    if saola._is_async(function):
        sys.stderr.write(f"{_NO_LOOP.format(kind, _name(function))}\n")
        return
    try:
        function()
    except BaseException as error:
        _log(kind, function, error)


async def _call_in_loop(kind: str, function: Callable[[], Any], loop: AbstractEventLoop) -> None:
    try:
        if saola._is_async(function):
            await function()
        else:
            await loop.run_in_executor(None, function)
    except Exception as error:
        _log(kind, function, error)


def _log(kind: str, function: Callable[[], Any], error: BaseException) -> None:
    sys.stderr.write(f"{format_error(error)}saola.{kind}: {_name(function)} has failed\n")


def _name(function: Any) -> str:
    name = getattr(function, "__qualname__", None)
    return f"{function.__module__}.{name}" if name else repr(function)
