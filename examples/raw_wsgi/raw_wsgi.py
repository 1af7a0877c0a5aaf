"""A WSGI application without a framework (PEP 3333): what the tests and the lab run.

``/`` is as cheap as an answer can be, so that it measures the server; every other path shows one
behaviour that a server has to get right.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from wsgiref.util import FileWrapper

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HELLO = b"Hello world\n"
TEXT = ("Content-Type", "text/plain; charset=utf-8")
BYTES = ("Content-Type", "application/octet-stream")
PIECE = 65_536


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    path = environ["PATH_INFO"]
    if path == "/":
        # A new list each time: PEP 3333 lets the server change it.
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
        return [HELLO]
    page = PAGES.get(path)
    if page is None:
        return _text(start_response, "not found\n", "404 Not Found")
    return page(environ, start_response)


def env(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The environ, sorted, one ``key: repr(value)`` per line."""
    lines = [f"{key}: {environ[key]!r}\n" for key in sorted(environ)]
    return _text(start_response, "".join(lines))


def pid(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The process that answers."""
    return _text(start_response, f"{os.getpid()}\n")


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The request's body, under its own content type."""
    body = b"".join(_body(environ))
    content_type = environ.get("CONTENT_TYPE") or BYTES[1]
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


def hash_body(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The length and the SHA-256 of the request's body, read piece by piece."""
    digest, length = hashlib.sha256(), 0
    for piece in _body(environ):
        digest.update(piece)
        length += len(piece)
    return _text(start_response, f"{length} {digest.hexdigest()}\n")


def sleep(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Hold the worker for ``?s=0.1`` seconds."""
    seconds = _number(environ, "s", 0.1)
    time.sleep(seconds)
    return _text(start_response, f"slept {seconds} s\n")


def stream(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``?n=5`` lines of unknown total length, one each ``?s=0.1`` seconds."""
    count, seconds = int(_number(environ, "n", 5)), _number(environ, "s", 0.1)
    start_response("200 OK", [TEXT])
    return _lines(count, seconds)


def big(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``?mb=1`` mebibytes, in pieces of 64 KiB."""
    pieces = int(_number(environ, "mb", 1) * 1_048_576) // PIECE
    start_response("200 OK", [BYTES, ("Content-Length", str(pieces * PIECE))])
    return (bytes(PIECE) for _ in range(pieces))


def file(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """This source file, through ``wsgi.file_wrapper`` where the server has it."""
    source = open(__file__, "rb")  # noqa: SIM115 (the wrapper's close() closes it)
    start_response("200 OK", [TEXT, ("Content-Length", str(os.fstat(source.fileno()).st_size))])
    wrapper: Callable[..., Iterable[bytes]] = environ.get("wsgi.file_wrapper", FileWrapper)
    return wrapper(source, PIECE)


def error(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Raise: before the response begins, or with ``?after=1`` once a piece of it is out."""
    if not _number(environ, "after", 0):
        raise RuntimeError("this page always fails")
    start_response("200 OK", [TEXT])
    return _fails_late()


def leave(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """End the worker on the spot, as a crash in C would, with exit code ``?code=1``."""
    os._exit(int(_number(environ, "code", 1)))


PAGES: dict[str, Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]] = {
    "/env": env,
    "/pid": pid,
    "/echo": echo,
    "/hash": hash_body,
    "/sleep": sleep,
    "/stream": stream,
    "/big": big,
    "/file": file,
    "/error": error,
    "/exit": leave,
}


def _text(start_response: StartResponse, text: str, status: str = "200 OK") -> Iterable[bytes]:
    body = text.encode()
    start_response(status, [TEXT, ("Content-Length", str(len(body)))])
    return [body]


def _number(environ: WSGIEnvironment, name: str, fallback: float) -> float:
    return float(parse_qs(environ.get("QUERY_STRING", "")).get(name, [fallback])[0])


def _body(environ: WSGIEnvironment) -> Iterator[bytes]:
    """The body's pieces: to the end of the input where the server ends it, else by its length."""
    source = environ["wsgi.input"]
    left = int(environ.get("CONTENT_LENGTH") or 0)
    if environ.get("wsgi.input_terminated"):
        while piece := source.read(PIECE):
            yield piece
    else:
        while left and (piece := source.read(min(left, PIECE))):
            left -= len(piece)
            yield piece


def _lines(count: int, seconds: float) -> Iterator[bytes]:
    for number in range(count):
        if number:
            time.sleep(seconds)
        yield f"line {number + 1} of {count}\n".encode()


def _fails_late() -> Iterator[bytes]:
    yield b"one piece, and then\n"
    raise RuntimeError("this page fails after its first piece")
