"""Starlette."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TypedDict

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

import shared


class State(TypedDict):
    """What the lifespan leaves for every request."""

    greeting: str


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[State]:
    """Begin and end, aloud."""
    print("lifespan: started", flush=True)
    yield State(greeting="hello from Starlette")
    print("lifespan: ended", flush=True)


def name(request: Request) -> str:
    """Who asks."""
    return request.query_params["name"]


async def home(request: Request) -> Response:
    """What the lifespan has left."""
    return PlainTextResponse(request.state.greeting)


async def stream(request: Request) -> Response:
    """Two pieces."""
    return StreamingResponse(shared.two_pieces(name(request)))


async def events(request: Request) -> Response:
    """Two events."""
    return StreamingResponse(shared.two_events(name(request)), media_type="text/event-stream")


async def endless(request: Request) -> Response:
    """Any number of pieces."""
    return StreamingResponse(shared.no_end(name(request)))


async def wait(request: Request) -> Response:
    """Starlette does not cancel: an endpoint that wants to know has to ask."""
    shared.note_waiting(name(request))
    while (await request.receive())["type"] != "http.disconnect":
        pass
    shared.note_cleaned(name(request))
    return PlainTextResponse("nobody reads this")


async def open_gate(request: Request) -> Response:
    """Let the others go on."""
    return PlainTextResponse(shared.open_gate(name(request)))


async def notes(request: Request) -> Response:
    """Who waits, and who has cleaned up."""
    return PlainTextResponse("\n".join(shared.notes))


async def upload(request: Request) -> Response:
    """A file in a form."""
    digest = shared.Digest()
    async with request.form() as form:
        file = form["file"]
        assert isinstance(file, UploadFile)
        while piece := await file.read(65_536):
            digest.add(piece)
    return PlainTextResponse(str(digest))


def sync(request: Request) -> Response:
    """In a thread."""
    return PlainTextResponse(shared.blocked(name(request)))


async def error(request: Request) -> Response:
    """Starlette answers 500 and lets the server have the exception."""
    raise RuntimeError("this page always fails")


async def socket(websocket: WebSocket) -> None:
    """Echo."""
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass
    finally:
        shared.note_cleaned(websocket.query_params["name"])


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/", home),
        Route("/stream", stream),
        Route("/events", events),
        Route("/endless", endless),
        Route("/wait", wait),
        Route("/open", open_gate),
        Route("/notes", notes),
        Route("/upload", upload, methods=["POST"]),
        Route("/sync", sync),
        Route("/error", error),
        WebSocketRoute("/ws", socket),
    ],
)
