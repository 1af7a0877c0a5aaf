"""The ASGI application that the whole-server tests serve: every path shows one behaviour.

``WHOLE_DIR`` names the folder through which the tests and the app talk, as in ``whole_app``: what
the app has seen is a line in ``ran``. ``WHOLE_LIFESPAN`` says how the lifespan goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import asgi_sockets
from asgi_common import (
    FOLDER,
    PATIENCE,
    PIECE,
    Receive,
    Scope,
    Send,
    arrived,
    note,
    pass_gate,
    word,
)

LIFESPAN = os.environ.get("WHOLE_LIFESPAN", "")
TEXT = (b"content-type", b"text/plain; charset=utf-8")

whose: ContextVar[str] = ContextVar("whose", default="nobody")


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, one WebSocket, or the lifespan."""
    if scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
        return
    if scope["type"] == "websocket":
        await asgi_sockets.SOCKETS[scope["path"]](scope, receive, send)
        return
    path = scope["path"].removeprefix(scope["root_path"])
    page = seen if path.startswith("/scope") else PAGES.get(path)
    if page is None:
        await _text(send, "not found\n", 404)
    else:
        await page(scope, receive, send)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Note the beginning and the end; ``WHOLE_LIFESPAN`` is unknown, raises, fails or hangs."""
    if LIFESPAN == "unknown":
        raise NotImplementedError("no lifespan here")
    await receive()
    if LIFESPAN == "raises":
        raise RuntimeError("the database is away")
    if LIFESPAN == "fails":
        await send({"type": "lifespan.startup.failed", "message": "the database is away"})
        return
    scope["state"]["started"] = "by the lifespan"
    scope["state"]["shared"] = []
    note(f"startup {os.getpid()}")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    note(f"shutdown {os.getpid()}")
    if LIFESPAN == "hangs":
        await asyncio.sleep(PATIENCE)
    await asyncio.sleep(0.05)
    note(f"ended {os.getpid()}")
    await send({"type": "lifespan.shutdown.complete"})


# Plain answers


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """The cheapest answer."""
    await _text(send, "hello\n")


async def seen(scope: Scope, receive: Receive, send: Send) -> None:
    """The scope, one ``key=value`` per line, in ASCII."""
    await _text(send, "".join(f"{key}={value!a}\n" for key, value in scope.items()))


async def pid(scope: Scope, receive: Receive, send: Send) -> None:
    """The process that answers."""
    await _text(send, f"{os.getpid()}")


async def state(scope: Scope, receive: Receive, send: Send) -> None:
    """What the lifespan has left, before this request changes it."""
    before = repr(scope.get("state"))
    if "state" in scope:
        scope["state"]["started"] = "overwritten"
        scope["state"]["shared"].append("seen")
    await _text(send, before)


async def context(scope: Scope, receive: Receive, send: Send) -> None:
    """Whose context this is; ``?name=`` is there twice, and meets itself at the gate."""
    before = whose.get()
    whose.set(word(scope, "name"))
    await asyncio.sleep(0)
    await _text(send, f"{before} {whose.get()}")


async def gate(scope: Scope, receive: Receive, send: Send) -> None:
    """Wait until the test lets it through."""
    await pass_gate(word(scope, "name"))
    await _text(send, f"through {word(scope, 'name')} {os.getpid()}\n")


async def after(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and then go on in the background until the gate is open."""
    name = word(scope, "name")
    await _text(send, "answered\n")
    await pass_gate(name)
    await asyncio.sleep(0.05)
    note(f"{name} done")


# Bodies of requests


async def digest(scope: Scope, receive: Receive, send: Send) -> None:
    """The size and the SHA-256 of the body; with ``?name=`` a gate follows the first piece."""
    whole, size, pieces, longest = hashlib.sha256(), 0, 0, 0
    while (message := await receive())["type"] == "http.request":
        whole.update(message["body"])
        size += len(message["body"])
        longest = max(longest, len(message["body"]))
        pieces += 1
        if pieces == 1 and word(scope, "name", ""):
            await pass_gate(word(scope, "name"))
        if not message["more_body"]:
            await _text(send, f"{size} {whole.hexdigest()} {longest}")
            return
    note(f"{word(scope, 'name', 'digest')} {message['type']}")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Each piece goes back as it comes."""
    await _start(send)
    while (message := await receive())["type"] == "http.request":
        await _piece(send, message["body"], message["more_body"])
        if not message["more_body"]:
            return
        await asyncio.sleep(float(word(scope, "s", "0")))
    note(f"{word(scope, 'name', 'echo')} {message['type']}")


async def early(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without a look at the body; with ``?name=`` in two pieces with a gate between."""
    if not word(scope, "name", ""):
        await _text(send, "no, thank you\n", 403)
        return
    await two_pieces(scope, receive, send)


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Begin to answer, and only then take the body."""
    await _start(send)
    await _piece(send, b"first\n")
    size = 0
    while (message := await receive())["type"] == "http.request":
        size += len(message["body"])
        if not message["more_body"]:
            await _piece(send, b"%d\n" % size, more=False)
            return
    note(f"{word(scope, 'name')} {message['type']}")


async def waits(scope: Scope, receive: Receive, send: Send) -> None:
    """Wait for the client's end, then say something all the same."""
    name = word(scope, "name")
    arrived(name)
    while (message := await receive())["type"] == "http.request":
        pass
    note(f"{name} {message['type']}")
    try:
        await _start(send)
        await _piece(send, b"anybody?", more=False)
    except OSError:
        note(f"{name} OSError")
        raise


# Streams


async def two_pieces(scope: Scope, receive: Receive, send: Send) -> None:
    """One piece, then wait, then another."""
    await _start(send)
    await _piece(send, b"first\n")
    await pass_gate(word(scope, "name"))
    await _piece(send, b"second\n", more=False)


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    """Pieces for ever, ``?s=`` apart, whoever listens."""
    await _start(send)
    try:
        while True:
            await _piece(send, b"x" * 1024)
            await asyncio.sleep(float(word(scope, "s", "0.005")))
    except OSError:
        note(f"{word(scope, 'name')} OSError")
        raise


async def events(scope: Scope, receive: Receive, send: Send) -> None:
    """One event, and then silence until the client goes."""
    await _start(send, (b"content-type", b"text/event-stream"))
    await _piece(send, b"data: here\n\n")
    while (message := await receive())["type"] == "http.request":
        pass
    note(f"{word(scope, 'name', 'events')} {message['type']}")


async def big(scope: Scope, receive: Receive, send: Send) -> None:
    """``?mb=`` mebibytes in pieces of 64 KiB, or in one with ``?whole=1``."""
    count = int(word(scope, "mb")) * 16
    await _start(send)
    if word(scope, "whole", ""):
        await _piece(send, b"".join(bytes([i % 251]) * PIECE for i in range(count)), more=False)
        return
    for i in range(count):
        await _piece(send, bytes([i % 251]) * PIECE)
    await send({"type": "http.response.body"})


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    """One piece, and then nothing for longer than anybody waits."""
    await _start(send)
    await _piece(send, b"first\n")
    await sleeps(scope, receive, send)


# Extensions


async def hints(scope: Scope, receive: Receive, send: Send) -> None:
    """Early hints before the answer, and too late."""
    links = [b"</a.css>; rel=preload", b"</b.js>; rel=preload"]
    await send({"type": "http.response.early_hint", "links": links})
    await _start(send)
    await _piece(send, b"hinted\n")
    await send({"type": "http.response.early_hint", "links": [b"</late>; rel=preload"]})
    await _piece(send, b"", more=False)


async def trailers(scope: Scope, receive: Receive, send: Send) -> None:
    """A body, and fields behind it."""
    start = {"type": "http.response.start", "status": 200, "headers": [TEXT], "trailers": True}
    await send(start)
    await _piece(send, b"body\n", more=False)
    last = [(b"x-sum", b"5"), (b"x-more", b"1")]
    await send({"type": "http.response.trailers", "headers": last[:1], "more_trailers": True})
    await send({"type": "http.response.trailers", "headers": last[1:]})


async def path(scope: Scope, receive: Receive, send: Send) -> None:
    """``?mb=`` mebibytes of a file, or one that is not there."""
    file = FOLDER / "sent"
    if mb := word(scope, "mb", ""):
        with file.open("wb") as out:
            for i in range(int(mb) * 16):
                out.write(bytes([i % 251]) * PIECE)
    await _start(send)
    await send({"type": "http.response.pathsend", "path": str(file if mb else FOLDER / "none")})


# Mistakes


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise ``?when=``: before, started (and nothing sent), first (after a piece), exit, after."""
    when = word(scope, "when")
    if when == "exit":
        raise SystemExit("an app does not end its worker")
    if when == "after":
        await _text(send, "answered\n")
    if when in ("started", "first"):
        await _start(send)
    if when == "first":
        await _piece(send, b"one piece\n")
    raise RuntimeError(f"failed {when}")


async def returns(scope: Scope, receive: Receive, send: Send) -> None:
    """Return too early ``?when=``."""
    when = word(scope, "when")
    if when != "before":
        await _start(send)
    if when == "first":
        await _piece(send, b"one piece\n")


async def disorder(scope: Scope, receive: Receive, send: Send) -> None:
    """Break a rule: ``?how=``."""
    start = {"type": "http.response.start", "status": 200, "headers": [TEXT]}
    body = {"type": "http.response.body", "body": b"ok\n"}
    length = {**start, "headers": [(b"content-length", b"2")]}
    rules: dict[str, list[dict[str, Any]]] = {
        "two-starts": [start, start],
        "body-first": [body],
        "after-the-end": [start, body, body],
        "text": [start, {**body, "body": "ok\n"}],
        "text-header": [{**start, "headers": [("content-type", "text/plain")]}],
        "text-status": [{**start, "status": "200"}],
        "more-than-its-length": [length, body],
        "less-than-its-length": [{**start, "headers": [(b"content-length", b"9")]}, body],
        "trailers": [start, {"type": "http.response.trailers", "headers": []}],
        "unknown": [{"type": "http.response.begin"}],
        "line-end": [{**start, "headers": [(b"x-bad", b"a\r\nset-cookie: b")]}, body],
    }
    for message in rules[word(scope, "how")]:
        await send(message)


# Time and death


async def sleeps(scope: Scope, receive: Receive, send: Send) -> None:
    """Sleep until it is cancelled."""
    name = word(scope, "name")
    arrived(name)
    try:
        await asyncio.sleep(PATIENCE)
    except asyncio.CancelledError:
        note(f"{name} cancelled")
        raise


async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
    """Ignore being cancelled."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(end - time.monotonic())


async def blocks(scope: Scope, receive: Receive, send: Send) -> None:
    """Block the event loop, until the gate opens."""
    name = word(scope, "name")
    arrived(name)
    end = time.monotonic() + PATIENCE
    while not (FOLDER / f"{name}.go").exists() and time.monotonic() < end:
        time.sleep(0.01)
    await _start(send)
    await _piece(send, b"free again\n", more=False)


async def leave(scope: Scope, receive: Receive, send: Send) -> None:
    """End the worker, after ``?how=`` nothing, body (a piece is read) or stream (one is sent).

    Only the first time with ``?once=NAME``.
    """
    how, once = word(scope, "how"), word(scope, "once", "")
    if once and (FOLDER / f"{once}.left").exists():
        await _text(send, "stayed\n")
        return
    if once:
        (FOLDER / f"{once}.left").touch()
    note(f"leave {how}")
    if how == "body":
        await receive()
    if how == "stream":
        await _start(send)
        await _piece(send, b"one piece\n")
        await asyncio.sleep(0.02)  # so that it is out
    os.kill(os.getpid(), signal.SIGKILL)


PAGES: dict[str, Callable[[Scope, Receive, Send], Awaitable[None]]] = {
    "/": hello,
    "/pid": pid,
    "/state": state,
    "/context": context,
    "/gate": gate,
    "/after": after,
    "/digest": digest,
    "/echo": echo,
    "/early": early,
    "/answering": answering,
    "/waits": waits,
    "/two-pieces": two_pieces,
    "/endless": endless,
    "/events": events,
    "/big": big,
    "/silent": silent,
    "/hints": hints,
    "/trailers": trailers,
    "/path": path,
    "/fail": fail,
    "/returns": returns,
    "/disorder": disorder,
    "/sleeps": sleeps,
    "/stubborn": stubborn,
    "/blocks": blocks,
    "/leave": leave,
}


async def _start(send: Send, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": list(headers) or [TEXT]})


async def _piece(send: Send, piece: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": more})


async def _text(send: Send, text: str, status: int = 200) -> None:
    body = text.encode("utf-8", "backslashreplace")
    headers = [TEXT, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
