"""A small FastAPI application: ``saola serve -w 2 --chdir examples/fastapi_app app:app``.

Everything it keeps is in the memory of one worker: with ``-w 2`` there are two lists of items and
two sets of rooms. A database or Redis is where a real application keeps what all workers share.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, FastAPI, HTTPException, Request, UploadFile, WebSocket
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.websockets import WebSocketDisconnect
from pydantic import BaseModel, Field


class NewItem(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=80)
    price: float = Field(ge=0)


class Item(NewItem):
    """What is kept."""

    number: int


class Rooms:
    """Who is in which room."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, set[WebSocket]] = defaultdict(set)

    async def stay(self, name: str, visitor: WebSocket) -> None:
        """Pass on what a visitor says, until they go."""
        members = self._rooms[name]
        members.add(visitor)
        try:
            while True:
                text = await visitor.receive_text()
                # One who has just gone must not keep the others from hearing it.
                await asyncio.gather(
                    *(member.send_text(text) for member in members), return_exceptions=True
                )
        except WebSocketDisconnect:
            pass
        finally:
            members.discard(visitor)
            if not members:
                self._rooms.pop(name, None)


class State(TypedDict):
    """What the lifespan makes and every request finds in ``request.state``."""

    items: list[Item]
    rooms: Rooms


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Runs in each worker: before its first request, and after its last."""
    yield State(items=[], rooms=Rooms())
    # Here an application closes what it opened above.


app = FastAPI(title="FastAPI on Saola", lifespan=lifespan)


def stored(request: Request) -> list[Item]:
    """The items of this worker."""
    items: list[Item] = request.state.items
    return items


Items = Annotated[list[Item], Depends(stored)]

PAGE = """<!doctype html>
<html lang="en">
<title>FastAPI on Saola</title>
<h1>Hello from FastAPI</h1>
<ul>
  <li><a href="/docs">the API</a></li>
  <li><a href="/items">items, as JSON</a></li>
  <li><a href="/stream">a streamed page</a></li>
  <li><a href="/events">server-sent events</a></li>
  <li><a href="/sync">a function that blocks</a></li>
  <li><a href="/error">an exception</a></li>
</ul>
<form onsubmit="room.send(text.value); text.value = ''; return false">
  <input id="text" placeholder="say something in the room"> <ol id="said"></ol>
</form>
<script>
  const at = location.origin.replace(/^http/, "ws");
  const room = new WebSocket(`${at}/ws/room/lobby`);
  room.onmessage = (event) => {
    const line = document.createElement("li");
    line.textContent = event.data;
    document.getElementById("said").append(line);
  };
</script>
"""


@app.get("/", response_class=HTMLResponse)
async def home() -> str:
    """A page with links, and a room to talk in."""
    return PAGE


@app.get("/items")
async def list_items(items: Items) -> list[Item]:
    """Every item."""
    return items


@app.post("/items", status_code=201)
async def add_item(new: NewItem, items: Items) -> Item:
    """Keep an item; what is not one is answered 422."""
    item = Item(number=len(items) + 1, **new.model_dump())
    items.append(item)
    return item


@app.get("/items/{number}")
async def show_item(number: int, items: Items) -> Item:
    """One item, or 404."""
    if not 1 <= number <= len(items):
        raise HTTPException(404, "there is no such item")
    return items[number - 1]


@app.get("/stream")
async def stream(n: int = 10, s: float = 0.1) -> StreamingResponse:
    """Lines, one each tenth of a second."""

    async def lines() -> AsyncIterator[str]:
        for number in range(n):
            yield f"line {number + 1}\n"
            await asyncio.sleep(s)

    return StreamingResponse(lines(), media_type="text/plain")


@app.get("/events")
async def events(n: int = 10, s: float = 0.1) -> StreamingResponse:
    """Server-sent events, as ``EventSource`` in a browser reads them."""

    async def messages() -> AsyncIterator[str]:
        for number in range(n):
            yield f"id: {number}\ndata: event {number}\n\n"
            await asyncio.sleep(s)

    return StreamingResponse(
        messages(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@app.post("/upload")
async def upload(file: UploadFile) -> dict[str, str | int | None]:
    """Length and SHA-256 of a file in a form, without holding it in memory."""
    digest, length = hashlib.sha256(), 0
    while piece := await file.read(65_536):
        digest.update(piece)
        length += len(piece)
    return {"name": file.filename, "bytes": length, "sha256": digest.hexdigest()}


@app.get("/sync")
def sync(s: float = 0.1) -> dict[str, str]:
    """Block: FastAPI runs a plain ``def`` in a thread, so that nobody else waits for it."""
    time.sleep(s)
    return {"thread": threading.current_thread().name}


@app.get("/error")
async def error() -> None:
    """An exception: the client is answered 500, and the log says why."""
    raise RuntimeError("this page always fails")


@app.websocket("/ws/echo")
async def echo(socket: WebSocket) -> None:
    """Say everything again."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


@app.websocket("/ws/room/{name}")
async def room(socket: WebSocket, name: str) -> None:
    """Everybody in a room hears what anybody there says."""
    await socket.accept()
    rooms: Rooms = socket.state.rooms
    await rooms.stay(name, socket)
