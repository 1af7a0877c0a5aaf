"""One served application, asked over real sockets: pages, pieces, WebSockets, hasty clients."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import struct
import urllib.error
from collections.abc import Callable, Iterator

from websockets.exceptions import InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from harness import MEBIBYTE, Browser, Failure, Server, expect, until

MEBIBYTES = 8  # of an upload
SOON = 5.0  # seconds: what has been caused happens within
TRACEBACK = "Traceback (most recent call last)"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close() sends RST


class Site:
    """One served application."""

    def __init__(self, server: Server, below: str = "", saola: bool = True) -> None:
        self.server = server
        self.saola = saola
        self.port = server.port()
        self._browser = Browser(self.port)
        self._below = below
        self._names = 0

    def name(self) -> str:
        """One that nobody has used."""
        self._names += 1
        return f"n{self._names}"

    def get(self, path: str) -> str:
        """A page as text."""
        return self._browser.get(self._below + path)

    def status(self, path: str) -> int:
        """The status of a page."""
        try:
            self.get(path)
        except urllib.error.HTTPError as exc:
            return exc.code
        return 200

    def upload(self, path: str, form: bool) -> None:
        """Expect that some mebibytes arrive, in a form or as they are."""
        if form:
            page, digest = self._browser.upload(self._below + path, MEBIBYTES)
        else:
            page, digest = self._browser.post(self._below + path, MEBIBYTES)
        # A JSON page has them as two members.
        complete = str(MEBIBYTES * MEBIBYTE) in page and digest in page
        expect(complete, f"{path} of {MEBIBYTES} MiB has the right SHA-256")

    @contextlib.contextmanager
    def response(
        self, path: str, method: str = "GET", body: bytes | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """A response that can be read as it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * SOON)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, self._below + path, body, headers)
            yield connection.getresponse()
        finally:
            connection.close()

    def raw(self, path: str, fields: str = "") -> socket.socket:
        """A request whose answer nobody has read."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=2 * SOON)
        head = f"GET {self._below}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}\r\n"
        sock.sendall(head.encode())
        return sock

    def socket(
        self, path: str, subprotocols: list[str] | None = None, limit: int = 2**20
    ) -> ClientConnection:
        """A WebSocket."""
        return connect(
            f"ws://127.0.0.1:{self.port}{self._below}{path}",
            subprotocols=[Subprotocol(name) for name in subprotocols or []] or None,
            proxy=None,
            open_timeout=SOON,
            close_timeout=SOON,
            max_size=limit,
        )

    def noted(self, note: str) -> bool:
        """Whether the application writes something down soon."""
        return until(SOON, lambda: note in self.get("/notes").splitlines())

    def refusal(self, path: str) -> Response:
        """The answer to a WebSocket's handshake that is not accepted."""
        try:
            self.socket(path).close()
        except InvalidStatus as exc:
            return exc.response
        raise Failure(f"{path} accepts nobody")


def first_before_last(site: Site, path: str) -> None:
    """The last piece is made when the first has been read, and not before."""
    name = site.name()
    with site.response(f"{path}?name={name}") as response:
        read = b""
        while b"first" not in read:
            piece = response.read1()
            if not piece:
                raise Failure(f"{path} has a first piece")
            read += piece
        site.get(f"/open?name={name}")
        rest = response.read()
    expect(b"last" not in read and b"last" in rest, f"{path} arrives piece by piece")


def goes(site: Site, path: str, after: Callable[[socket.socket, str], bool], reset: bool) -> None:
    """A client that goes in the middle; the application notices."""
    name = site.name()
    with site.raw(f"{path}?name={name}") as sock:
        if not after(sock, name):
            raise Failure(f"{path} begins")
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    how = "RST" if reset else "FIN"
    expect(site.noted(f"{name} cleaned up"), f"{path} is cleaned up behind a client ({how})")


def streaming(sock: socket.socket, name: str) -> bool:
    """Whether a piece of the endless stream has arrived."""
    read = b""
    while b"more" not in read:
        piece = sock.recv(4096)
        if not piece:
            return False
        read += piece
    return True


def blocks_a_thread(site: Site) -> None:
    """A plain function that waits for another request to be answered."""
    name = site.name()
    with site.raw(f"/sync?name={name}") as sock:
        if not site.noted(f"{name} waits"):
            raise Failure("/sync begins, and others are answered meanwhile")
        site.get(f"/open?name={name}")
        response = http.client.HTTPResponse(sock)
        response.begin()
        page = response.read().decode()
    passed = page.startswith("passed in ") and "MainThread" not in page
    expect(passed, f"sync code blocks a thread only ({page})")


def echoes(site: Site) -> None:
    """A WebSocket: there and back, a proper end and a sudden one."""
    name = site.name()
    with site.socket(f"/ws?name={name}") as ws:
        for text in ("Grüße", "", "x" * 200_000):
            ws.send(text)
            if ws.recv(timeout=SOON) != text:
                raise Failure(f"/ws says {len(text)} characters again")
    expect(ws.close_code == 1000, "/ws says everything again, and closes with 1000")
    expect(site.noted(f"{name} cleaned up"), "the app hears of the end")
    name = site.name()
    with site.socket(f"/ws?name={name}") as ws:
        ws.send("one")
        ws.recv(timeout=SOON)
        ws.socket.shutdown(socket.SHUT_RDWR)
        expect(site.noted(f"{name} cleaned up"), "and of one without a word")


def fails(site: Site, pattern: str) -> None:
    """An exception is answered 500, and is in the log once."""
    expect(TRACEBACK not in site.server.said(), "the log has no stack trace so far")
    expect(site.status("/error") == 500, "/error is answered 500")
    logged = re.compile(pattern + r".*RuntimeError: this page always fails", re.DOTALL)
    said = site.server.said
    kept = until(SOON, lambda: logged.search(said()) is not None)
    expect(kept, "the log has its traceback, and says which request it was")
