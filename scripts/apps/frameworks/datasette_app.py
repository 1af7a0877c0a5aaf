"""Datasette over a small database, with a plugin for what its own pages do not show."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

import shared

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
ROWS = 5_000


def database() -> str:
    """A table of some thousand rows."""
    path = Path(tempfile.mkdtemp(dir=os.environ["CHECKS_DATA"])) / "checks.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, square INTEGER)")
    connection.executemany(
        "INSERT INTO numbers VALUES (?, ?)", ((number, number**2) for number in range(ROWS))
    )
    connection.commit()
    connection.close()
    return str(path)


async def stream_pieces(send: Send, pieces: Any, content_type: bytes = b"text/plain") -> None:
    """Datasette leaves streaming to who holds ``send``."""
    headers = [(b"content-type", content_type)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except OSError:
        pass  # the client has gone; Datasette would print it as if it were a mistake
    finally:
        await pieces.aclose()


class Plugin:
    """The same pages as the other applications have."""

    __name__ = "checks"

    @hookimpl
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        """Below ``/-/checks/``."""
        return [
            (r"^/-/checks/stream$", stream),
            (r"^/-/checks/events$", events),
            (r"^/-/checks/endless$", endless),
            (r"^/-/checks/open$", open_gate),
            (r"^/-/checks/notes$", notes),
            (r"^/-/checks/upload$", upload),
            (r"^/-/checks/error$", error),
        ]

    @hookimpl
    def skip_csrf(self, scope: Message) -> bool:
        """The upload comes from no page."""
        return True


async def stream(request: Any, send: Send) -> None:
    """Two pieces."""
    await stream_pieces(send, shared.two_pieces(request.args["name"]))


async def events(request: Any, send: Send) -> None:
    """Two events."""
    await stream_pieces(send, shared.two_events(request.args["name"]), b"text/event-stream")


async def endless(request: Any, send: Send) -> None:
    """Any number of pieces."""
    await stream_pieces(send, shared.no_end(request.args["name"]))


async def open_gate(request: Any) -> Any:
    """Let the others go on."""
    return Response.text(shared.open_gate(request.args["name"]))


async def notes() -> Any:
    """Who waits, and who has cleaned up."""
    return Response.text("\n".join(shared.notes))


async def upload(request: Any) -> Any:
    """A body as it is."""
    digest = shared.Digest()
    digest.add(await request.post_body())
    return Response.text(str(digest))


async def error() -> Any:
    """Datasette answers 500 and prints the exception itself."""
    raise RuntimeError("this page always fails")


pm.register(Plugin(), name="checks")
extra = {"max_post_body_bytes": 32 * 1_048_576} if os.environ.get("DATASETTE_1") else {}
app = Datasette([database()], settings=extra).app()
