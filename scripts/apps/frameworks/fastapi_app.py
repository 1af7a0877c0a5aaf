"""FastAPI."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, UploadFile, WebSocket
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.websockets import WebSocketDisconnect
from pydantic import BaseModel

import shared

app = FastAPI(default_response_class=PlainTextResponse)
Text = Annotated[str, "as it is"]


class Sum(BaseModel):
    """What has to be added."""

    a: int
    b: int


@app.get("/")
async def home() -> Text:
    """A word."""
    return "hello from FastAPI"


@app.post("/sum")
async def add(numbers: Sum) -> Text:
    """JSON in."""
    return str(numbers.a + numbers.b)


@app.get("/stream")
async def stream(name: str) -> StreamingResponse:
    """Two pieces."""
    return StreamingResponse(shared.two_pieces(name))


@app.get("/events")
async def events(name: str) -> StreamingResponse:
    """Two events."""
    return StreamingResponse(shared.two_events(name), media_type="text/event-stream")


@app.get("/endless")
async def endless(name: str) -> StreamingResponse:
    """Any number of pieces."""
    return StreamingResponse(shared.no_end(name))


@app.get("/open")
async def open_gate(name: str) -> Text:
    """Let the others go on."""
    return shared.open_gate(name)


@app.get("/notes")
async def notes() -> Text:
    """Who waits, and who has cleaned up."""
    return "\n".join(shared.notes)


@app.post("/upload")
async def upload(file: UploadFile) -> Text:
    """A file in a form."""
    digest = shared.Digest()
    while piece := await file.read(65_536):
        digest.add(piece)
    return str(digest)


@app.get("/sync")
def sync(name: str) -> Text:
    """In a thread, because it is no coroutine."""
    return shared.blocked(name)


@app.get("/error")
async def error() -> Text:
    """An exception."""
    raise RuntimeError("this page always fails")


@app.websocket("/ws")
async def socket(websocket: WebSocket, name: str) -> None:
    """Echo."""
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass
    finally:
        shared.note_cleaned(name)
