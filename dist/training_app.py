"""The app that is served to train the image's cache; WSGI or ASGI, as the file beside it says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

TEXT = b"Hello, world"
TEN_KB = b"x" * 10_000
PAGE = (
    b"<!DOCTYPE html><title>Training</title>\n" + b"<p>A line of a page like any other.</p>\n" * 400
)
PIECES = 20
SLOW = 0.005  # seconds


def answer(path: str) -> tuple[str, bytes]:
    """The media type and the body for a path."""
    if path == "/page":
        return "text/html; charset=utf-8", PAGE
    if path == "/10k":
        return "application/octet-stream", TEN_KB
    return "text/plain", TEXT


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """PEP 3333."""
    path = environ["PATH_INFO"]
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/html")])
        return pieces()
    if path == "/slow":
        time.sleep(SLOW)
    kind, body = answer(path)
    if path == "/echo":
        body = environ["wsgi.input"].read()
    length = str(len(body))
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", length)])
    return [body]


def pieces() -> Iterator[bytes]:
    """A body that is made while it is sent."""
    for _ in range(PIECES):
        yield PAGE[:1000]


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """ASGI 3: HTTP, and a WebSocket that sends back what it gets."""
    if scope["type"] == "websocket":
        await chat(receive, send)
    elif scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    elif scope["path"] == "/stream":
        await start(send, [(b"content-type", b"text/html")])
        for _ in range(PIECES):
            await send({"type": "http.response.body", "body": PAGE[:1000], "more_body": True})
        await send({"type": "http.response.body"})
    else:
        if scope["path"] == "/slow":
            await asyncio.sleep(SLOW)
        kind, body = answer(scope["path"])
        if scope["path"] == "/echo":
            body = await whole(receive)
        length = str(len(body)).encode()
        await start(send, [(b"content-type", kind.encode()), (b"content-length", length)])
        await send({"type": "http.response.body", "body": body})


async def start(
    send: Callable[[dict[str, Any]], Awaitable[None]], headers: list[tuple[bytes, bytes]]
) -> None:
    """The head of an answer."""
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def whole(receive: Callable[[], Awaitable[dict[str, Any]]]) -> bytes:
    """A request's body."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def chat(
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Until the client leaves."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


interface = Path(__file__).with_name("interface").read_text()
app = wsgi if interface == "wsgi" else asgi
