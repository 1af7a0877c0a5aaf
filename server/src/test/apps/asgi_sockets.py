"""The WebSockets of the tests' ASGI app."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

from asgi_common import Message, Receive, Scope, Send, arrived, note, pass_gate, word


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Say everything again; note how it ended."""
    await _accept(receive, send)
    while (message := await receive())["type"] == "websocket.receive":
        kind = "text" if message.get("text") is not None else "bytes"
        await send({"type": "websocket.send", kind: message[kind]})
    _note_end(scope, message)


async def seen(scope: Scope, receive: Receive, send: Send) -> None:
    """The scope, one ``key=value`` per line, as a message."""
    await _accept(receive, send)
    text = "".join(f"{key}={value!a}\n" for key, value in scope.items())
    await send({"type": "websocket.send", "text": text})
    await receive()


async def chooses(scope: Scope, receive: Receive, send: Send) -> None:
    """Choose a subprotocol, and send fields with it."""
    await receive()
    await send(
        {
            "type": "websocket.accept",
            "subprotocol": word(scope, "name"),
            "headers": [(b"x-mine", b"kept"), (b"set-cookie", b"a=1")],
        }
    )
    await send({"type": "websocket.send", "text": repr(scope["subprotocols"])})
    await receive()


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    """Close before accepting."""
    await receive()
    await send({"type": "websocket.close", "code": 4_000})
    message = await receive()
    _note_end(scope, message)


async def denies(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a response of its own, in two pieces."""
    await receive()
    headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Basic")]
    kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": 401, "headers": headers})
    await send({"type": f"{kind}.body", "body": b"who ", "more_body": True})
    await send({"type": f"{kind}.body", "body": b"are you?\n"})


async def closes(scope: Scope, receive: Receive, send: Send) -> None:
    """Close with ``?code=`` and ``?reason=``; note what comes then."""
    await _accept(receive, send)
    await send({"type": "websocket.send", "text": "bye"})
    await send(
        {
            "type": "websocket.close",
            "code": int(word(scope, "code")),
            "reason": word(scope, "reason", ""),
        }
    )
    _note_end(scope, await receive())


async def returns(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept and return; ``?when=before`` without."""
    if not word(scope, "when", ""):
        await _accept(receive, send)


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise after the first message, or before accepting."""
    if word(scope, "when", "") == "before":
        raise RuntimeError("failed before")
    await _accept(receive, send)
    await receive()
    raise RuntimeError("failed in a WebSocket")


async def leaves(scope: Scope, receive: Receive, send: Send) -> None:
    """End the worker at the first message."""
    await _accept(receive, send)
    await receive()
    os.kill(os.getpid(), signal.SIGKILL)


async def pid(scope: Scope, receive: Receive, send: Send) -> None:
    """Say which process it is, and then everything again."""
    await _accept(receive, send)
    await send({"type": "websocket.send", "text": f"{os.getpid()}"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
    _note_end(scope, message)


async def deaf(scope: Scope, receive: Receive, send: Send) -> None:
    """Receive nothing until the gate is open; then everything until ``end``, and count it."""
    await _accept(receive, send)
    await pass_gate(word(scope, "name"))
    size = 0
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "end":
            await send({"type": "websocket.send", "text": f"{size}"})
            break
        size += len(message.get("bytes") or "")


async def floods(scope: Scope, receive: Receive, send: Send) -> None:
    """Send ``?mb=`` mebibytes, or until the client goes; ``?size=`` bytes in a message."""
    await _accept(receive, send)
    size = int(word(scope, "size", "65536"))
    name = word(scope, "name")
    arrived(name)
    try:
        for i in range(int(word(scope, "mb")) * (1 << 20) // size):
            await send({"type": "websocket.send", "bytes": bytes([i % 251]) * size})
        await send({"type": "websocket.close"})
        note(f"{name} sent")
    except OSError:
        note(f"{name} OSError")


async def talks(scope: Scope, receive: Receive, send: Send) -> None:
    """Messages for ever, whoever listens."""
    await _accept(receive, send)
    try:
        while True:
            await send({"type": "websocket.send", "text": "news"})
            await asyncio.sleep(0.005)
    except OSError:
        note(f"{word(scope, 'name')} OSError")
        raise


SOCKETS: dict[str, Callable[[Scope, Receive, Send], Awaitable[None]]] = {
    "/echo": echo,
    "/scope": seen,
    "/chooses": chooses,
    "/refuses": refuses,
    "/denies": denies,
    "/closes": closes,
    "/returns": returns,
    "/fails": fails,
    "/leaves": leaves,
    "/pid": pid,
    "/deaf": deaf,
    "/floods": floods,
    "/talks": talks,
}


async def _accept(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})


def _note_end(scope: Scope, message: Message) -> None:
    name = word(scope, "name", "")
    if name:
        note(f"{name} {message['type']} {message.get('code')} {message.get('reason')}".strip())
