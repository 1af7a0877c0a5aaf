"""Litestar."""

from __future__ import annotations

from typing import Annotated

from litestar import Litestar, WebSocket, get, post, websocket
from litestar.datastructures import State, UploadFile
from litestar.enums import MediaType, RequestEncodingType
from litestar.exceptions import WebSocketDisconnect
from litestar.logging import LoggingConfig
from litestar.params import Body
from litestar.response import Stream

import shared

TEXT = MediaType.TEXT


@get("/", media_type=TEXT)
async def home() -> str:
    """A word."""
    return "hello from Litestar"


@get("/stream")
async def stream(name: str) -> Stream:
    """Two pieces."""
    return Stream(shared.two_pieces(name), media_type=TEXT)


@get("/events")
async def events(name: str) -> Stream:
    """Two events."""
    return Stream(shared.two_events(name), media_type="text/event-stream")


@get("/endless")
async def endless(name: str) -> Stream:
    """Any number of pieces."""
    return Stream(shared.no_end(name), media_type=TEXT)


@get("/open", media_type=TEXT)
async def open_gate(name: str) -> str:
    """Let the others go on."""
    return shared.open_gate(name)


@get("/notes", media_type=TEXT)
async def notes() -> str:
    """Who waits, and who has cleaned up."""
    return "\n".join(shared.notes)


@post("/upload", media_type=TEXT, request_max_body_size=None)
async def upload(
    data: Annotated[dict[str, UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> str:
    """A file in a form."""
    digest = shared.Digest()
    while piece := await data["file"].read(65_536):
        digest.add(piece)
    return str(digest)


@get("/sync", media_type=TEXT, sync_to_thread=True)
def sync(name: str) -> str:
    """In a thread."""
    return shared.blocked(name)


@get("/error")
async def error() -> str:
    """Litestar answers 500 and logs the exception itself."""
    raise RuntimeError("this page always fails")


@websocket("/ws")
async def socket(socket: WebSocket[object, object, State], name: str) -> None:
    """Echo."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass
    finally:
        shared.note_cleaned(name)


app = Litestar(
    [home, stream, events, endless, open_gate, notes, upload, sync, error, socket],
    logging_config=LoggingConfig(log_exceptions="always"),
)
