"""What an ASGI app has got wrong, in one line that names the section of the specification.

Looked for only when something has failed already, and imported only then.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SECTIONS = {
    "http.response.start": "HTTP, Response Start",
    "http.response.body": "HTTP, Response Body",
    "http.response.pathsend": "Extensions, Path Send",
    "http.response.early_hint": "Extensions, Early Hints",
    "http.response.trailers": "Extensions, HTTP Trailers",
    "websocket.accept": "WebSocket, Accept",
    "websocket.send": "WebSocket, Send",
    "websocket.close": "WebSocket, Close",
    "websocket.http.response.start": "Extensions, WebSocket Denial Response",
    "websocket.http.response.body": "Extensions, WebSocket Denial Response",
}
_BYTES = (bytes, bytearray, memoryview)
_APP = "An ASGI app is 'async def app(scope, receive, send)'"


def section(kind: object) -> str:
    """Name the section that a message belongs to."""
    return f"ASGI {_SECTIONS.get(str(kind), 'Events')}"


def in_message(message: Any, error: Exception) -> Exception:
    """Find what is wrong with a message that has led to ``error``."""
    if not hasattr(message, "get"):
        return TypeError(f"ASGI Events: a message is a dict, not {_named(message)}")
    kind = message.get("type")
    if not isinstance(kind, str):
        return ValueError(f"ASGI Events: the 'type' of a message is {kind!r}, not a str")
    where = section(kind)
    if kind.endswith(".start"):
        status = message.get("status")
        if not isinstance(status, int):
            return TypeError(f"{where}: 'status' is {status!r}, not an int")
        if not 200 <= status <= 599:
            return ValueError(f"{where}: 'status' is {status}, not one of 200 to 599")
    found = _in_headers(message.get("headers", ()))
    body = message.get("body", b"")
    if not found and not isinstance(body, _BYTES):
        found = f"'body' is {_named(body)}, not bytes"
    if found:
        return TypeError(f"{where}: {found}")
    if isinstance(error, KeyError):
        return ValueError(f"{where}: {error} is missing")
    text = str(error)
    return error if text.startswith("ASGI ") else type(error)(f"{where}: {text}")


def _in_headers(headers: Any) -> str:
    try:
        pairs = list(headers)
    except TypeError:
        return f"'headers' is {_named(headers)}, not an iterable of pairs"
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return f"the header {pair!r} is no pair of name and value"
        for item in pair:
            if not isinstance(item, _BYTES):
                return f"the header {pair!r} holds {_named(item)} where bytes should be"
    return ""


def in_call(error: BaseException, awaitable: object, called: bool) -> str:
    """Say what kind of app this is not, if that is what went wrong; else nothing."""
    trace = error.__traceback__
    if not isinstance(error, TypeError) or trace is None or trace.tb_next is not None:
        return ""  # it comes from inside the app
    if called:
        text = f"the app returned {_named(awaitable)}, which cannot be awaited"
    else:
        text = f"the app cannot be called with scope, receive and send: {error}"
    return f"ASGI Applications: {text}. {_APP}; a WSGI app is served with --interface wsgi"


def in_result(result: Any) -> str:
    """Say that what an app has returned should have been awaited, if that is so."""
    if not hasattr(result, "__await__"):
        return ""
    if hasattr(result, "close"):
        result.close()  # or Python would warn that it was never awaited
    return (
        f"ASGI Applications: the app returned {_named(result)} that nobody has awaited: "
        "somewhere 'return app(scope, receive, send)' should be 'return await app(...)'"
    )


def _named(value: object) -> str:
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
