"""Quart."""

from __future__ import annotations

import asyncio
from typing import Any

from quart import Quart, Response, request, websocket

import shared

app = Quart(__name__)


def name() -> str:
    """Who asks."""
    return request.args["name"]


def streamed(pieces: Any, content_type: str) -> Response:
    """A response without Quart's limit of a minute."""
    response = Response(pieces, content_type=content_type)
    response.timeout = None
    return response


@app.get("/")
async def home() -> str:
    """A word."""
    return "hello from Quart"


@app.get("/stream")
async def stream() -> Response:
    """Two pieces."""
    return streamed(shared.two_pieces(name()), "text/plain")


@app.get("/events")
async def events() -> Response:
    """Two events."""
    return streamed(shared.two_events(name()), "text/event-stream")


@app.get("/endless")
async def endless() -> Response:
    """Any number of pieces."""
    return streamed(shared.no_end(name()), "text/plain")


@app.get("/wait")
async def wait() -> str:
    """Quart cancels the handler."""
    await shared.wait_for_ever(name())
    return "nobody reads this"


@app.get("/open")
async def open_gate() -> str:
    """Let the others go on."""
    return shared.open_gate(name())


@app.get("/notes")
async def notes() -> str:
    """Who waits, and who has cleaned up."""
    return "\n".join(shared.notes)


@app.post("/upload")
async def upload() -> str:
    """A file in a form."""
    digest, file = shared.Digest(), (await request.files)["file"]
    while piece := file.read(65_536):
        digest.add(piece)
    return str(digest)


@app.get("/sync")
def sync() -> str:
    """In a thread, because it is no coroutine."""
    return shared.blocked(name())


@app.get("/error")
async def error() -> str:
    """Quart answers 500 and logs the exception itself."""
    raise RuntimeError("this page always fails")


@app.websocket("/ws")
async def socket() -> None:
    """Echo."""
    who = websocket.args["name"]
    try:
        while True:
            await websocket.send(await websocket.receive())
    except asyncio.CancelledError:  # how Quart says that the client has gone
        shared.note_cleaned(who)
        raise
