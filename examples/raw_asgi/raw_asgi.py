"""An ASGI application without a framework (ASGI 3.0): what the tests and the lab run.

``/`` is as cheap as an answer can be, so that it measures the server; every other path shows one
behaviour that a server has to get right. WebSockets are below ``/ws/``. The room and what
``/gone`` says belong to one worker: a client that wants them whole asks a server that has only one.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HELLO = b"Hello world\n"
HELLO_START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"12")],
}
HELLO_BODY: Message = {"type": "http.response.body", "body": HELLO}
TEXT = (b"content-type", b"text/plain; charset=utf-8")
BYTES = (b"content-type", b"application/octet-stream")
EVENTS = (b"content-type", b"text/event-stream")
PIECE = 65_536
SUBPROTOCOLS = ("echo.2", "echo.1")  # the best one first

gone: list[str] = []  # names of requests that were waiting when their client went
room: set[Send] = set()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, hold one WebSocket, or live as long as the worker."""
    if scope["type"] == "http":
        if scope["path"] == "/":
            await send(HELLO_START)
            await send(HELLO_BODY)
            return
        await PAGES.get(_below_root(scope), missing)(scope, receive, send)
    elif scope["type"] == "websocket":
        await SOCKETS.get(_below_root(scope), refuse)(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
    else:
        # A type of connection that a future version of ASGI brings: not this application's.
        raise ValueError(f"no such type of connection here: {scope['type']}")


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """What is put into the state here is in the scope of every request, as a shallow copy."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            if "state" in scope:
                scope["state"].update(started=time.time(), pid=os.getpid(), visits=[])
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


# --- HTTP --------------------------------------------------------------------------------------


async def missing(scope: Scope, receive: Receive, send: Send) -> None:
    """What there is none of."""
    await _text(send, "not found\n", 404)


async def show_scope(scope: Scope, receive: Receive, send: Send) -> None:
    """The scope, sorted, one ``key: repr(value)`` per line."""
    await _text(send, "".join(f"{key}: {scope[key]!r}\n" for key in sorted(scope)))


async def pid(scope: Scope, receive: Receive, send: Send) -> None:
    """The process that answers."""
    await _text(send, f"{os.getpid()}\n")


async def state(scope: Scope, receive: Receive, send: Send) -> None:
    """What the lifespan has left here, as JSON, and how often anybody asked."""
    found = scope.get("state")
    if found is not None:
        found["visits"].append(1)  # shared: the copy is a shallow one
    await _text(send, json.dumps(found) + "\n")
    if found is not None:
        found["mine"] = True  # not shared


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """The request's body, under its own content type."""
    body = b"".join([piece async for piece in _body(receive)])
    content_type = dict(scope["headers"]).get(b"content-type", BYTES[1])
    await _start(send, [(b"content-type", content_type), _length(len(body))])
    await send({"type": "http.response.body", "body": body})


async def hash_body(scope: Scope, receive: Receive, send: Send) -> None:
    """The length and the SHA-256 of the request's body, read piece by piece."""
    digest, length = hashlib.sha256(), 0
    async for piece in _body(receive):
        digest.update(piece)
        length += len(piece)
    await _text(send, f"{length} {digest.hexdigest()}\n")


async def sleep(scope: Scope, receive: Receive, send: Send) -> None:
    """Take ``?s=0.1`` seconds."""
    seconds = _number(scope, "s", 0.1)
    await asyncio.sleep(seconds)
    await _text(send, f"slept {seconds} s\n")


async def thread(scope: Scope, receive: Receive, send: Send) -> None:
    """Block a thread, not the event loop, for ``?s=0.1`` seconds."""
    seconds = _number(scope, "s", 0.1)
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, seconds)
    await _text(send, f"a thread slept {seconds} s\n")


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """``?n=5`` lines of unknown total length, one each ``?s=0.1`` seconds."""
    count, seconds = int(_number(scope, "n", 5)), _number(scope, "s", 0.1)
    await _start(send, [TEXT])
    for number in range(count):
        if number:
            await asyncio.sleep(seconds)
        await _piece(send, f"line {number + 1} of {count}\n".encode())
    await _end(send)


async def events(scope: Scope, receive: Receive, send: Send) -> None:
    """``?n=5`` server-sent events, one each ``?s=0.1`` seconds; ``?n=0`` for no end."""
    count, seconds = int(_number(scope, "n", 5)), _number(scope, "s", 0.1)
    await _start(send, [EVENTS, (b"cache-control", b"no-store")])
    number = 0
    while number < count or not count:
        if number:
            await asyncio.sleep(seconds)
        number += 1
        await _piece(send, f"id: {number}\ndata: event {number}\n\n".encode())
    await _end(send)


async def big(scope: Scope, receive: Receive, send: Send) -> None:
    """``?mb=1`` mebibytes, in pieces of 64 KiB."""
    pieces = int(_number(scope, "mb", 1) * 1_048_576) // PIECE
    await _start(send, [BYTES, _length(pieces * PIECE)])
    for _ in range(pieces):
        await _piece(send, bytes(PIECE))
    await _end(send)


async def file(scope: Scope, receive: Receive, send: Send) -> None:
    """This source file: its path where the server can send that, else its bytes."""
    path = Path(__file__).resolve()
    if "http.response.pathsend" in scope.get("extensions", {}):
        await _start(send, [TEXT, _length(path.stat().st_size)])
        await send({"type": "http.response.pathsend", "path": str(path)})
    else:
        await _text(send, path.read_text())


async def hints(scope: Scope, receive: Receive, send: Send) -> None:
    """103 with two links where the server can send it, and then the page."""
    if "http.response.early_hint" in scope.get("extensions", {}):
        links = [b"</style.css>; rel=preload; as=style", b"</app.js>; rel=preload; as=script"]
        await send({"type": "http.response.early_hint", "links": links})
    await _text(send, "a page with a style sheet and a script\n")


async def trailers(scope: Scope, receive: Receive, send: Send) -> None:
    """A body in pieces and then its SHA-256, where the server can send it after the body."""
    offered = "http.response.trailers" in scope.get("extensions", {})
    headers = [TEXT, (b"trailer", b"x-sha256")] if offered else [TEXT]
    await _start(send, headers, trailers=offered)
    digest = hashlib.sha256()
    for piece in (b"one\n", b"two\n", b"three\n"):
        digest.update(piece)
        await _piece(send, piece)
    await _end(send)
    if offered:
        fields = [(b"x-sha256", digest.hexdigest().encode())]
        await send({"type": "http.response.trailers", "headers": fields, "more_trailers": False})


async def wait(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nothing until the client goes; ``/gone`` then has ``?name=``."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.append(_query(scope).get("name", [""])[0])


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream until the client goes and ``send`` says so; ``/gone`` then has ``?name=``."""
    seconds = _number(scope, "s", 0.01)
    await _start(send, [TEXT])
    try:
        while True:
            await _piece(send, b"more\n")
            await asyncio.sleep(seconds)
    except OSError:  # ASGI 3.0, "Disconnected Client - send exception" (spec 2.4)
        gone.append(_query(scope).get("name", [""])[0])


async def show_gone(scope: Scope, receive: Receive, send: Send) -> None:
    """Whose client went, one name a line."""
    await _text(send, "".join(f"{name}\n" for name in gone))


async def error(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise: before the response begins, or with ``?after=1`` once a piece of it is out."""
    if not _number(scope, "after", 0):
        raise RuntimeError("this page always fails")
    await _start(send, [TEXT])
    await _piece(send, b"one piece, and then\n")
    raise RuntimeError("this page fails after its first piece")


async def leave(scope: Scope, receive: Receive, send: Send) -> None:
    """End the worker on the spot, as a crash in C would, with exit code ``?code=1``."""
    os._exit(int(_number(scope, "code", 1)))


PAGES: dict[str, Callable[[Scope, Receive, Send], Awaitable[None]]] = {
    "/scope": show_scope,
    "/pid": pid,
    "/state": state,
    "/echo": echo,
    "/hash": hash_body,
    "/sleep": sleep,
    "/thread": thread,
    "/stream": stream,
    "/events": events,
    "/big": big,
    "/file": file,
    "/hints": hints,
    "/trailers": trailers,
    "/wait": wait,
    "/endless": endless,
    "/gone": show_gone,
    "/error": error,
    "/exit": leave,
}


# --- WebSockets --------------------------------------------------------------------------------


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Close before accepting: the server answers the handshake with 403."""
    await receive()
    await send({"type": "websocket.close"})


async def deny(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse with an answer of our own, where the server can send one."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        return await refuse(scope, receive, send)
    await receive()
    body = b"who are you?\n"
    headers = [TEXT, _length(len(body)), (b"www-authenticate", b"Basic realm=room")]
    await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


async def echo_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Say everything again, under the best subprotocol that both sides know."""
    await receive()
    chosen = [name for name in SUBPROTOCOLS if name in scope["subprotocols"]]
    await send({"type": "websocket.accept", "subprotocol": chosen[0] if chosen else None})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("bytes") is not None:
            await send({"type": "websocket.send", "bytes": message["bytes"]})
        else:
            await send({"type": "websocket.send", "text": message["text"]})
    gone.append(f"{message['code']} {message.get('reason') or ''}".strip())


async def close_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, and close with ``?code=1000&reason=``."""
    await receive()
    await send({"type": "websocket.accept", "headers": [(b"x-then", b"close")]})
    reason = _query(scope).get("reason", [""])[0]
    code = int(_number(scope, "code", 1000))
    await send({"type": "websocket.close", "code": code, "reason": reason})


async def join_room(scope: Scope, receive: Receive, send: Send) -> None:
    """Everybody who is here hears what anybody says."""
    await receive()
    await send({"type": "websocket.accept"})
    room.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            said = {"type": "websocket.send", "text": message["text"]}
            # One who has just gone must not keep the others from hearing it.
            await asyncio.gather(*(tell(said) for tell in room), return_exceptions=True)
    finally:
        room.discard(send)


async def failing_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, and raise: the client hears 1011."""
    await receive()
    await send({"type": "websocket.accept"})
    raise RuntimeError("this socket always fails")


SOCKETS: dict[str, Callable[[Scope, Receive, Send], Awaitable[None]]] = {
    "/ws/echo": echo_socket,
    "/ws/room": join_room,
    "/ws/close": close_socket,
    "/ws/deny": deny,
    "/ws/error": failing_socket,
}


def _below_root(scope: Scope) -> str:
    """The path without the one that the app is mounted under."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope["query_string"].decode("latin-1"))


def _number(scope: Scope, name: str, fallback: float) -> float:
    return float(_query(scope).get(name, [fallback])[0])


def _length(length: int) -> tuple[bytes, bytes]:
    return (b"content-length", str(length).encode())


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    """The body's pieces; ``OSError`` when the client goes before all of it is here."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the client went before its request was complete")
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _start(send: Send, headers: Headers, status: int = 200, trailers: bool = False) -> None:
    message: Message = {"type": "http.response.start", "status": status, "headers": headers}
    if trailers:
        message["trailers"] = True
    await send(message)


async def _piece(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _end(send: Send) -> None:
    await send({"type": "http.response.body"})


async def _text(send: Send, text: str, status: int = 200) -> None:
    body = text.encode()
    await _start(send, [TEXT, _length(len(body))], status)
    await send({"type": "http.response.body", "body": body})
