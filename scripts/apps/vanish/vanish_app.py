"""An ASGI application that counts what it holds: tasks, files, connections to SQLite.

Every request and every WebSocket opens a connection to a database and closes it when it is over, in
whatever way that is. ``/census`` says how many there are; nothing here expects its client to stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DATABASE = Path(tempfile.mkdtemp(dir=os.environ["CHECKS_DATA"])) / "vanish.sqlite3"
ASK = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 200) SELECT sum(i) FROM n"
)
PIECE = bytes(16_384)

held: set[sqlite3.Connection] = set()
served = 0


@contextlib.contextmanager
def connected() -> Any:
    """A connection to the database, for as long as it is needed."""
    connection = sqlite3.connect(DATABASE, check_same_thread=False)
    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()  # opens the file
    held.add(connection)
    try:
        yield connection
    finally:
        held.discard(connection)
        connection.close()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """One request or one WebSocket."""
    global served
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["path"] == "/census":
        return await census(send)
    served += 1
    with connected() as connection:
        if scope["type"] == "websocket":
            await SOCKETS[scope["path"]](receive, send)
        else:
            await PAGES[scope["path"]](connection, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Nothing to begin, nothing to end."""
    while (message := await receive())["type"] == "lifespan.startup":
        await send({"type": message["type"] + ".complete"})
    await send({"type": message["type"] + ".complete"})


async def census(send: Send) -> None:
    """What there is; this request's task is one of them."""
    found = {
        "pid": os.getpid(),
        "served": served,
        "tasks": len(asyncio.all_tasks()),
        "connections": len(held),
        "fds": len(os.listdir("/proc/self/fd")),
    }
    await _whole(send, json.dumps(found).encode())


async def query(connection: sqlite3.Connection, receive: Receive, send: Send) -> None:
    """Ask the database in a thread."""
    loop = asyncio.get_running_loop()
    row = await loop.run_in_executor(None, lambda: connection.execute(ASK).fetchone())
    await _whole(send, b"%d\n" % row[0])


async def upload(connection: sqlite3.Connection, receive: Receive, send: Send) -> None:
    """Read all of the body, if all of it comes."""
    length = 0
    while (message := await receive())["type"] == "http.request":
        length += len(message.get("body", b""))
        if not message.get("more_body", False):
            return await _whole(send, b"%d\n" % length)


async def wait(connection: sqlite3.Connection, receive: Receive, send: Send) -> None:
    """Wait for the client's end, which is the only thing that can come."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def unaware(connection: sqlite3.Connection, receive: Receive, send: Send) -> None:
    """Work for a while and answer, without asking who is still there."""
    await asyncio.sleep(0.02)
    await _whole(send, PIECE)


async def stream(connection: sqlite3.Connection, receive: Receive, send: Send) -> None:
    """Small pieces without end, until ``send`` raises."""
    await _start(send)
    while True:
        await send({"type": "http.response.body", "body": b"piece\n", "more_body": True})
        await asyncio.sleep(0.002)


async def flood(connection: sqlite3.Connection, receive: Receive, send: Send) -> None:
    """More than anybody reads, as fast as it is taken."""
    await _start(send)
    async for piece in _pieces(256):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})


async def echo(receive: Receive, send: Send) -> None:
    """Say everything again."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await send({"type": "websocket.send", "text": message["text"]})
        else:
            await send({"type": "websocket.send", "bytes": message["bytes"]})


async def push(receive: Receive, send: Send) -> None:
    """Messages without end, until ``send`` raises."""
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        await send({"type": "websocket.send", "text": "news"})
        await asyncio.sleep(0.002)


Page = Callable[[sqlite3.Connection, Receive, Send], Awaitable[None]]
PAGES: dict[str, Page] = {
    "/query": query,
    "/upload": upload,
    "/wait": wait,
    "/unaware": unaware,
    "/stream": stream,
    "/flood": flood,
}
SOCKETS: dict[str, Callable[[Receive, Send], Awaitable[None]]] = {"/echo": echo, "/push": push}


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PIECE


async def _start(send: Send, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": list(headers)})


async def _whole(send: Send, body: bytes) -> None:
    await _start(send, (b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.body", "body": body})
