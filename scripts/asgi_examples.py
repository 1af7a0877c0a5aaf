"""What the ASGI examples promise."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from asgi_site import SOON, Site, fails
from harness import MEBIBYTE, Failure, expect, until

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def raw_asgi(site: Site) -> None:
    """Every feature of ASGI that an application sees."""
    expect(site.get("/") == "Hello world\n", "/ answers")
    scope = site.get("/scope")
    first, second = json.loads(site.get("/state")), json.loads(site.get("/state"))
    grown = len(second["visits"]) == len(first["visits"]) + 1
    expect(grown and "mine" not in first, "the state of the lifespan is there, as a shallow copy")
    expect(site.get("/file") == (EXAMPLES / "raw_asgi/raw_asgi.py").read_text(), "/file is whole")
    if "http.response.early_hint" in scope:
        early, _, final = exchanged(site, "/hints").partition(b"\r\n\r\n")
        expect(early.startswith(b"HTTP/1.1 103 ") and b"</style.css>" in early, "/hints says 103")
        expect(final.startswith(b"HTTP/1.1 200 ") and b"a page" in final, "and then the page")
    if "http.response.trailers" in scope:
        tail = exchanged(site, "/trailers").rpartition(b"\r\n0\r\n")[2]
        expect(tail.lower().startswith(b"x-sha256: "), "/trailers ends with a field")
    site.upload("/hash", form=False)
    # Only since HTTP 2.4 does send() have to say so, and not every server follows.
    for path in ("/wait", "/endless") if site.saola else ("/wait",):
        name = site.name()
        site.raw(f"{path}?name={name}").close()
        gone = until(SOON, lambda name=name: name in site.get("/gone").splitlines())  # type: ignore[misc]
        expect(gone, f"{path} hears that its client has gone")
    try:
        site.get("/error?after=1")
        cut = False
    except http.client.IncompleteRead:
        cut = True
    expect(cut, "an exception in the middle cuts the response off, visibly")
    sockets(site)


def sockets(site: Site) -> None:
    """WebSockets of the application without a framework."""
    blob = os.urandom(MEBIBYTE)
    with site.socket("/ws/echo", ["echo.1", "other", "echo.2"], limit=2 * MEBIBYTE) as ws:
        expect(ws.subprotocol == "echo.2", "the app chooses a subprotocol")
        ws.send(blob)
        expect(ws.recv(timeout=SOON) == blob, "a binary message of 1 MiB comes back")
        ws.close(4001, "enough")
    heard = until(SOON, lambda: "4001 enough" in site.get("/gone").splitlines())
    expect(heard, "the app hears the client's code and reason")
    expect(closing(site, "/ws/close?code=4002&reason=bye") == (4002, "bye"), "and the client its")
    if site.saola:
        expect(closing(site, "/ws/error")[0] == 1011, "an exception closes with 1011")
        logged = until(SOON, lambda: 'request="GET /ws/error' in site.server.said())
        expect(logged, "and is in the log, with its request")
    expect(site.refusal("/ws/nowhere").status_code == 403, "what is not accepted is answered 403")
    answer = site.refusal("/ws/deny")
    told = answer.headers.get("WWW-Authenticate") == "Basic realm=room"
    own = answer.status_code == 401 and answer.body == b"who are you?\n"
    expect(own and told, "or as the app says")
    with contextlib.ExitStack() as stack:
        members = [stack.enter_context(site.socket("/ws/room")) for _ in range(3)]
        for member in members:  # who hears themselves has joined
            member.send("here")
            while member.recv(timeout=SOON) != "here":
                pass
        members[0].send("to all")
        for member in members:
            while member.recv(timeout=SOON) != "to all":
                pass
    expect(True, "a room hears what one of them says")


@contextlib.contextmanager
def staying(site: Site) -> Iterator[Callable[[], int | None]]:
    """A WebSocket and an event stream that have no end of their own; the code that the one got."""
    with site.socket("/ws/echo") as ws, site.response("/events?n=0") as events:
        ws.send("here")
        ws.recv(timeout=SOON)
        events.read1()

        def heard() -> int | None:
            with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
                while events.read1():
                    pass
            with contextlib.suppress(ConnectionClosed):
                ws.recv(timeout=SOON)
            return ws.close_code

        yield heard


def fastapi_app(site: Site) -> None:
    """The pages of the FastAPI example."""
    expect("Hello from FastAPI" in site.get("/"), "/ answers")
    with site.response("/items", "POST", b'{"name": "tea", "price": 3.5}') as response:
        added = response.status, json.loads(response.read())
    item = {"name": "tea", "price": 3.5, "number": 1}
    expect(added == (201, item), "an item is added")
    expect(json.loads(site.get("/items/1")) == item, "and is there")
    expect(site.status("/items/2") == 404, "another is not")
    with site.response("/items", "POST", b'{"name": "", "price": -1}') as response:
        expect(response.status == 422, "a wrong one is refused")
    expect(len(site.get("/stream?s=0").splitlines()) == 10, "/stream has ten lines")
    expect(site.get("/events?s=0").count("data: ") == 10, "/events has ten events")
    site.upload("/upload", form=True)
    expect("worker thread" in site.get("/sync?s=0"), "/sync runs in a thread")
    with site.socket("/ws/echo") as ws:
        ws.send("Grüße")
        expect(ws.recv(timeout=SOON) == "Grüße", "/ws/echo says it again")
    with site.socket("/ws/room/lobby") as one, site.socket("/ws/room/lobby") as two:
        two.send("here")  # who hears themselves has joined
        two.recv(timeout=SOON)
        one.send("to all")
        expect(two.recv(timeout=SOON) == "to all", "a room hears what one of them says")
    fails(site, "")


def datasette_in_django(site: Site) -> None:
    """One database, seen by both."""
    expect("<h1>Library</h1>" in site.get("/"), "/ is Django's")
    expect("Frankenstein" in site.get("/datasette/library/books_book"), "/datasette/ Datasette's")
    with site.response("/books/", "POST", NEW) as response:
        expect(response.status == 201, "Django adds a book")
    titles = [row["title"] for row in rows(site)]
    expect("Dracula" in titles, "and Datasette shows it")
    # Every worker answers some of them; each has to start its Datasette by itself.
    answers = {len(rows(site)) for _ in range(20)} | {json.loads(site.get("/sync/"))["books"]}
    expect(answers == {5}, "all workers agree")
    expect('href="/datasette/' in site.get("/datasette/"), "Datasette's links stay below it")
    expect(site.status("/datasette/nowhere") == 404, "its 404 are its own")
    expect(site.status("/error/") == 500, "/error/ is answered 500")
    logged = until(SOON, lambda: "Internal Server Error: /error/" in site.server.said())
    expect(logged, "and is in the log")


NEW = b'{"title": "Dracula", "author": "Bram Stoker", "year": 1897}'


def rows(site: Site) -> list[dict[str, object]]:
    """The books, as Datasette has them."""
    page = site.get("/datasette/library/books_book.json?_shape=objects")
    found: list[dict[str, object]] = json.loads(page)["rows"]
    return found


def closing(site: Site, path: str) -> tuple[int | None, str | None]:
    """Code and reason with which the server closes a WebSocket."""
    with site.socket(path) as ws:
        try:
            ws.recv(timeout=SOON)
        except ConnectionClosed:
            return ws.close_code, ws.close_reason
    raise Failure(f"{path} closes")


def exchanged(site: Site, path: str) -> bytes:
    """Every byte of the answers to a request, on a connection of its own."""
    with (
        site.raw(path, "TE: trailers\r\nConnection: close\r\n") as sock,
        sock.makefile("rb") as all,
    ):
        return all.read()
