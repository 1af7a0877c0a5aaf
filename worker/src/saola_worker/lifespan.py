"""ASGI lifespan 2.0: tell the app that its event loop begins and ends.

The app is called in a task that lives as long as the worker.
"""

from __future__ import annotations

import sys
from asyncio import CancelledError, get_running_loop, wait

from .wsgi import format_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future, Task
    from typing import Any

    from .streams import App, Message

_ENDED = "the app ended before 'lifespan.startup.complete' (--lifespan on)"
_ASGI = {"version": "3.0", "spec_version": "2.0"}


class Lifespan:
    """The lifespan of an app in one worker. ``mode`` is ``auto``, ``on`` or ``off``."""

    def __init__(self, app: App, mode: str) -> None:
        self.state: dict[str, Any] | None = None  # what each request gets a copy of
        self._app = app
        self._mode = mode
        self._loop = get_running_loop()
        self._started: Future[str] = self._loop.create_future()  # the failure, or nothing
        self._stopped: Future[str] = self._loop.create_future()
        self._stop: Future[None] = self._loop.create_future()
        self._received = 0
        self._task: Task[None] | None = None

    async def startup(self) -> str:
        """Start the app; return what has failed, or nothing."""
        if self._mode == "off":
            return ""
        state: dict[str, Any] = {}
        self._task = self._loop.create_task(self._run(state), name="lifespan")
        await wait((self._started, self._task), return_when="FIRST_COMPLETED")
        if not self._started.done():
            # ASGI Lifespan, Scope: an app that raises does not know the protocol, and is served.
            return _ENDED if self._must() else ""
        failure = self._started.result()
        if not failure:
            self.state = state
        return failure

    async def shutdown(self) -> None:
        """Let the app clean up."""
        if self.state is None or self._task is None or self._task.done():
            return
        if not self._stop.done():
            self._stop.set_result(None)
        await wait((self._stopped, self._task), return_when="FIRST_COMPLETED")
        if self._stopped.done() and self._stopped.result():
            sys.stderr.write(f"lifespan.shutdown.failed: {self._stopped.result()}\n")

    def _must(self) -> bool:
        return self._mode == "on"

    async def _run(self, state: dict[str, Any]) -> None:
        scope = {"type": "lifespan", "asgi": _ASGI, "state": state}
        try:
            await self._app(scope, self._receive, self._send)
        except CancelledError:
            pass  # the worker ends
        except BaseException as error:
            self._raised(error)

    def _raised(self, error: BaseException) -> None:
        if self._started.done():
            if not self._started.result() and not (self._stopped.done() and self._stopped.result()):
                sys.stderr.write(format_error(error))
        elif self._must():
            sys.stderr.write(format_error(error))
        elif self._received and not isinstance(error, _Unexpected):
            sys.stderr.write(
                f"{format_error(error)}The app has raised this in its lifespan before it said "
                "'lifespan.startup.complete', and is served all the same, as ASGI demands; "
                "with --lifespan on it would not be.\n"
            )

    async def _receive(self) -> Message:
        self._received += 1
        if self._received == 1:
            return {"type": "lifespan.startup"}
        await wait((self._stop,))  # it may be cancelled, the future must not be
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "lifespan.startup.complete" and not self._started.done():
            self._started.set_result("")
        elif kind == "lifespan.startup.failed" and not self._started.done():
            text = message.get("message") or "the app gave no reason"
            self._started.set_result(f"lifespan.startup.failed: {text}")
        elif kind == "lifespan.shutdown.complete" and not self._stopped.done():
            self._stopped.set_result("")
        elif kind == "lifespan.shutdown.failed" and not self._stopped.done():
            self._stopped.set_result(message.get("message") or "the app gave no reason")
        else:
            raise _Unexpected(f"ASGI Lifespan: an app cannot send {kind!r} here")


class _Unexpected(RuntimeError):
    pass
