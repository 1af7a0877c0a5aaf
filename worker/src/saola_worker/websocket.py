"""ASGI WebSocket: the messages of one connection (ASGI 3.0, HTTP & WebSocket 2.5).

The server speaks RFC 6455; what comes and goes here are whole messages (PROTOCOL.md §11).
"""

from __future__ import annotations

from .streams import Stream

WEBSOCKET_EXTENSIONS: dict[str, dict[str, object]] = {"websocket.http.response": {}}


class WebSocket(Stream):
    """One WebSocket."""

    def closed(self, code: int, reason: str) -> None:
        """Hear that the connection has ended, and how."""

    def add_message(self, piece: bytes, text: bool, more: bool) -> None:
        """Take a message, or a piece of one."""

    def unfinished(self) -> str:
        """Say what an app has left undone that has returned."""
        return ""
