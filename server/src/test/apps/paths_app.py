"""What a WSGI and an ASGI app see of any path: one ``key=value`` per line, in ASCII."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from asgi_common import Receive, Scope, Send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ENVIRON = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REQUEST_URI")
SCOPE = ("root_path", "path", "raw_path", "query_string")


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer any request."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["".join(f"{key}={environ[key]!a}\n" for key in ENVIRON).encode()]


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer any request, or send it over any WebSocket."""
    seen = "".join(f"{key}={scope.get(key)!a}\n" for key in SCOPE)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": seen})
        await send({"type": "websocket.close"})
        return
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": seen.encode()})
