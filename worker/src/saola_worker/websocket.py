"""ASGI WebSocket: the messages of one connection (ASGI 3.0, HTTP & WebSocket 2.5).

The server speaks RFC 6455; what comes and goes here are messages, in pieces where they are large
(PROTOCOL.md §11). The app gets and gives them whole.
"""

from __future__ import annotations

from collections import deque

from .asgi import Exchange
from .errors import WireError
from .streams import COMPLETE, WRONG, Stream, explained
from .wire import ACCEPT, MAX_DATA, MESSAGE, MORE, TEXT, close, credit, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .streams import Message, Scope, Sink

WEBSOCKET_EXTENSIONS: dict[str, dict[str, object]] = {"websocket.http.response": {}}

# States: not answered; open; the app has closed it; the app denies it with a response of its own.
_CONNECTING, _OPEN, _CLOSED, _DENIED = 0, 1, 2, 3

_ABNORMAL = 1006  # RFC 6455 §7.1.5: no Close frame came
_COST = 64  # of each piece beside its length: empty ones must not pile up either
_REASON = 123  # RFC 6455 §5.5: 125 bytes with the code


class WebSocket(Stream):
    """One WebSocket."""

    protocol = "WebSocket"

    def __init__(self, sink: Sink, number: int, scope: Scope) -> None:
        super().__init__(sink, number, scope)
        self._connect_received = False
        self._end: tuple[int, str] | None = None  # how the connection has ended
        self._messages: deque[tuple[str | bytes, int]] = deque()  # with what they cost
        self._pieces: list[bytes] = []  # of a message that is not complete
        self._pieces_cost = 0
        self._is_text = False
        self._owed = 0  # credit that is not granted yet
        self._enough = min(sink.window // 4, MAX_DATA)  # to be worth a frame
        self._denial: Exchange | None = None

    async def receive(self) -> Message:
        """ASGI ``receive``."""
        if not self._connect_received:
            self._connect_received = True
            return {"type": "websocket.connect"}
        while not self._messages:
            if self._end is not None:
                code, reason = self._end
                return {"type": "websocket.disconnect", "code": code, "reason": reason}
            await self.wait()
        data, cost = self._messages.popleft()
        self._grant(cost)
        if not self._messages and self._pieces_cost:
            self._grant_pieces()
        kind = "text" if isinstance(data, str) else "bytes"
        return {"type": "websocket.receive", kind: data}

    async def send(self, message: Message) -> None:
        """ASGI ``send``."""
        try:
            kind = message["type"]
            if kind == "websocket.send" and self.state == _OPEN and not self._sending:
                data, flags = _content(message)
                cost = len(data) + _COST
                if cost <= self._credit and len(data) <= MAX_DATA and not self.sink.full:
                    self.sink.piece(frame(MESSAGE, self.number, data, flags))
                    self._credit -= cost
                    return
        except WRONG as error:
            raise explained(message, error) from None
        await self.in_turn(kind, message)

    # What the server says

    def add_message(self, piece: bytes, text: bool, more: bool) -> None:
        """Take a message, or a piece of one."""
        cost = len(piece) + _COST
        if more or self._pieces:
            if not self._pieces:
                self._is_text = text
            self._pieces.append(piece)
            self._pieces_cost += cost
            if more:
                # The app cannot take what is not complete, and a message may be larger than the
                # window: while nothing else waits, its pieces are as good as received.
                if not self._messages:
                    self._grant_pieces()
                return
            piece = b"".join(self._pieces)
            text, cost = self._is_text, self._pieces_cost
            self._pieces.clear()
            self._pieces_cost = 0
        try:
            self._messages.append((piece.decode() if text else piece, cost))
        except UnicodeDecodeError as error:
            raise WireError(f"a text that is not UTF-8: {error}") from None
        self.wake()

    def closed(self, code: int, reason: str) -> None:
        """Hear that the connection has ended, and how."""
        self._end = (code, reason)
        self.client_gone()

    def client_gone(self) -> None:
        """Nobody is there any more."""
        if self._end is None:
            self._end = (_ABNORMAL, "")
        if self._denial is not None:
            self._denial.client_gone()
        super().client_gone()

    def add_credit(self, size: int) -> None:
        """So much more may be sent."""
        if self._denial is None:
            super().add_credit(size)
        else:
            self._denial.add_credit(size)

    def _grant(self, cost: int) -> None:
        self._owed += cost
        if self._owed >= self._enough:
            self.sink.answer(credit(self.number, self._owed))
            self._owed = 0

    def _grant_pieces(self) -> None:
        cost, self._pieces_cost = self._pieces_cost, 0
        self._grant(cost)

    # What the app says

    def why_not(self, kind: str) -> str:
        """Say what is wrong with sending this now."""
        if self.state == _CONNECTING:
            return "before 'websocket.accept'"
        if self.state == _OPEN:
            return "after 'websocket.accept'"
        if self.state == _CLOSED:
            return "after 'websocket.close'"
        if self.state == _DENIED:
            return "after 'websocket.http.response.start'"
        return "after the response was complete"

    async def _accept(self, message: Message) -> None:
        subprotocol = message.get("subprotocol")
        lines = [b"" if subprotocol is None else subprotocol.encode("latin-1")]
        for name, value in message.get("headers", ()):
            if bytes(name).lower() == b"sec-websocket-protocol":
                raise ValueError("the header sec-websocket-protocol is said by 'subprotocol'")
            lines += (name, value)
        self.begin(frame(ACCEPT, self.number, b"\n".join(lines), count=len(lines)))
        self.state = _OPEN

    async def _send_message(self, message: Message) -> None:
        data, flags = _content(message)
        at, size = 0, len(data)
        while True:
            left = size - at
            room = await self.may_send(_COST + (left > 0)) - _COST
            step = min(left, room, MAX_DATA)
            piece = data[at : at + step]
            at += step
            more = MORE if at < size else 0
            self.sink.piece(frame(MESSAGE, self.number, piece, flags | more))
            self.use_credit(step + _COST)
            if not more:
                return

    async def _close(self, message: Message) -> None:
        code = message.get("code", 1_000)
        reason = message.get("reason") or ""
        if not isinstance(code, int):
            raise TypeError(f"'code' is {code!r}, not an int")
        if not (1_000 <= code <= 1_003 or 1_007 <= code <= 1_014 or 3_000 <= code <= 4_999):
            raise ValueError(f"{code} is no code that may be sent (RFC 6455 §7.4)")
        # ASGI allows any string; what is too long is cut between characters.
        short = reason.encode()[:_REASON].decode("utf-8", "ignore").encode()
        self.sink.answer(close(self.number, code, short))
        if self.state == _CONNECTING:
            self._end = (_ABNORMAL, "")  # ASGI, Close: it ends as a 403
            self.opened = True
        self.state = _CLOSED
        self.wake()

    async def _deny(self, message: Message) -> None:
        denial = self._denial
        if denial is None:
            denial = self._denial = Exchange(self.sink, self.number, self.scope)
            self.state = _DENIED
        await denial.send({**message, "type": message["type"].removeprefix("websocket.")})
        self.opened = denial.opened
        if denial.state == COMPLETE:
            self._end = (_ABNORMAL, "")
            self.state = COMPLETE

    # The end of the task

    def returned(self, result: Any) -> None:
        """End the stream: an app that returns from an open WebSocket closes it with 1000."""
        if self.opened and self._denial is None:
            self.finish()
        else:
            super().returned(result)

    def unfinished(self) -> str:
        """Say what an app has left undone that has returned."""
        if self._denial is not None:
            return self._denial.unfinished()
        return (
            "ASGI WebSocket, Connect: the app returned without 'websocket.accept' or "
            "'websocket.close'"
        )


def _content(message: Message) -> tuple[bytes, int]:
    """Return the bytes of a message, and whether they are text."""
    data, text = message.get("bytes"), message.get("text")
    if (data is None) == (text is None):
        which = "neither 'bytes' nor 'text'" if data is None else "both 'bytes' and 'text'"
        raise ValueError(f"there is {which}")
    if data is None:
        if not isinstance(text, str):
            raise TypeError(f"'text' is of type {type(text).__name__}, not str")
        return text.encode(), TEXT
    return (data if type(data) is bytes else bytes(memoryview(data))), 0


# In which states a message may be sent, and what then sends it.
WebSocket.steps = {
    "websocket.accept": ((_CONNECTING,), WebSocket._accept),
    "websocket.send": ((_OPEN,), WebSocket._send_message),
    "websocket.close": ((_CONNECTING, _OPEN), WebSocket._close),
    "websocket.http.response.start": ((_CONNECTING, _DENIED), WebSocket._deny),
    "websocket.http.response.body": ((_DENIED,), WebSocket._deny),
}
