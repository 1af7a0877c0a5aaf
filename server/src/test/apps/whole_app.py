"""The application that the whole-server tests serve: every path shows one behaviour.

``WHOLE_DIR`` names the folder through which the tests and a running request talk: a request leaves
``NAME.in`` when it has arrived somewhere and waits until there is ``NAME.go``.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from wsgiref.validate import validator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TEXT = ("Content-Type", "text/plain; charset=utf-8")
PIECE = 65_536
PATIENCE = 30.0
FOLDER = Path(os.environ["WHOLE_DIR"])


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    page = PAGES.get(environ["PATH_INFO"])
    if page is None:
        return _text(start_response, "not found\n", "404 Not Found")
    return page(environ, start_response)


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The cheapest answer."""
    return _text(start_response, "hello\n")


def env(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The environ, one ``key=value`` per line, values as latin-1."""
    lines = [f"{key}={value}\n" for key, value in environ.items() if isinstance(value, str)]
    body = "".join(lines).encode("latin-1")
    start_response("200 OK", [TEXT, ("Content-Length", str(len(body)))])
    return [body]


def pid(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The process that answers."""
    return _text(start_response, f"{os.getpid()}")


def note(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Append ``?name=`` to the list of what was run; with ``&s=`` take that long."""
    _note(_word(environ, "name"))
    time.sleep(float(_word(environ, "s", "0")))
    return _text(start_response, "noted\n")


def clock(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The time when the app was called, in ns of CLOCK_MONOTONIC; with ``?s=`` take that long."""
    started = time.monotonic_ns()
    time.sleep(float(_word(environ, "s", "0")))
    return _text(start_response, f"{started}")


def gate(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Wait until the test lets it through."""
    name = _word(environ, "name")
    _note(name)
    _wait(name)
    return _text(start_response, f"through {name}\n")


def gated_stream(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """One piece, then wait, then another."""
    start_response("200 OK", [TEXT])
    return _Closing(_word(environ, "name"), _two_pieces(_word(environ, "name")))


def gated_write(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """One piece by ``write()``, then wait, then another as the result."""
    write = start_response("200 OK", [TEXT])
    write(b"first\n")
    _wait(_word(environ, "name"))
    return [b"second\n"]


def endless(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Pieces for ever; ``?s=`` apart."""
    start_response("200 OK", [TEXT])
    seconds = float(_word(environ, "s", "0.005"))
    return _Closing(_word(environ, "name"), _endless(seconds))


def status(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``?code=`` with a body, whether it may have one or not."""
    headers = [TEXT]
    if length := _word(environ, "length", ""):
        headers.append(("Content-Length", length))
    start_response(_word(environ, "code") + " As Asked", headers)
    return [b"body\n"]


def lengths(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Announce ``?say=`` bytes and send ``?send=`` in ``?pieces=`` pieces (0: a list)."""
    size, pieces = int(_word(environ, "send")), int(_word(environ, "pieces", "0"))
    start_response("200 OK", [TEXT, ("Content-Length", _word(environ, "say"))])
    if not pieces:
        return [b"x" * size]
    return iter([b"x" * (size // pieces)] * pieces)


def pieces(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Three pieces without a length."""
    start_response("200 OK", [TEXT])
    return iter([b"one\n", b"", b"two\n", b"three\n"])


def headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The headers that ``?of=`` names."""
    sets = {
        "own": [("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Server", "mine")],
        "hop": [
            ("Keep-Alive", "timeout=5"),
            ("Transfer-Encoding", "chunked"),
            ("Upgrade", "h2c"),
            ("Proxy-Connection", "keep-alive"),
            ("Connection", "keep-alive"),
            ("X-Mine", "kept"),
        ],
        "close": [("Connection", "close")],
        "lf": [("X-Bad", "a\nSet-Cookie: b=c")],
        "crlf": [("X-Bad", "a\r\nSet-Cookie: b=c")],
        "crlfcrlf": [("X-Bad", "a\r\n\r\n<script>")],
        "cr": [("X-Bad", "a\rb")],
        "nul": [("X-Bad", "a\0b")],
        "name": [("X Bad", "a")],
        "two-lf": [("X-Bad", "a\nb\nc")],
        "many": [(f"X-Many-{i}", "v" * 100) for i in range(500)],
        "cookies": [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")],
        "latin": [("X-Latin", "caf\u00e9")],
        "snowman": [("X-Bad", "\u2603")],
    }
    start_response("200 OK", [TEXT, ("Content-Length", "3"), *sets[_word(environ, "of")]])
    return [b"ok\n"]


def fail(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Raise ``?when=`` before, started, first (after the first piece), exit, iter."""
    when = _word(environ, "when")
    if when == "exit":
        sys.exit("an app does not end its worker")
    if when.startswith("before"):
        raise RuntimeError(f"failed {when}")
    start_response("200 OK", [TEXT])
    if when == "started":
        raise RuntimeError("failed started")
    if when == "type":
        return ["text"]  # type: ignore[list-item]
    return _Closing(_word(environ, "name", "fail"), _fails(when))


def nothing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Return without calling start_response."""
    return [b"nothing\n"]


def replace(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Change the mind by ``exc_info``; ``?late=1`` after a piece has left."""
    write = start_response("200 OK", [TEXT, ("X-First", "1")])
    if _word(environ, "late", ""):
        write(b"sent\n")
    try:
        raise ValueError("the mind is changed")
    except ValueError:
        start_response("503 Replaced", [TEXT, ("Content-Length", "9")], sys.exc_info())
    return [b"replaced\n"]


def taken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Read the body ``?how=``."""
    source, how = environ["wsgi.input"], _word(environ, "how")
    if how == "read":
        lines = [source.read(2), source.read(), source.read(), source.read(5)]
    elif how == "lines":
        lines = [source.readline(), source.readline(3), *source.readlines()]
    elif how == "iter":
        lines = list(source)
    elif how == "seek":
        whole = source.read()
        source.seek(1)
        lines = [whole, source.read(3), str(source.tell()).encode()]
    else:
        digest, size = hashlib.sha256(), 0
        while piece := source.read(PIECE):
            digest.update(piece)
            size += len(piece)
        lines = [f"{size} {digest.hexdigest()}".encode()]
    return _text(start_response, repr(lines))


def big(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``?mb=`` mebibytes, with a length unless ``?open=1``."""
    count = int(_word(environ, "mb")) * 16
    length = [] if _word(environ, "open", "") else [("Content-Length", str(count * PIECE))]
    start_response("200 OK", [TEXT, *length])
    return (bytes([i % 251]) * PIECE for i in range(count))


def file(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """This source file through ``wsgi.file_wrapper``."""
    start_response("200 OK", [TEXT])
    source = open(__file__, "rb")  # noqa: SIM115 (the wrapper's close() closes it)
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](source, 512)
    return wrapped


def export(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """A large file through ``wsgi.file_wrapper``, replaced before and removed when it is closed."""
    name = FOLDER / f"export-{_word(environ, 'name')}"
    name.write_bytes(b"exported" * 100_000)
    source = open(name, "rb")  # noqa: SIM115 (the wrapper's close() closes it)
    name.unlink()
    name.write_bytes(b"replaced" * 100_000)
    wrapped = environ["wsgi.file_wrapper"](source)
    close = wrapped.close

    def closed() -> None:
        close()
        name.unlink()
        _note(f"closed-{_word(environ, 'name')}")

    wrapped.close = closed
    start_response("200 OK", [TEXT])
    return wrapped  # type: ignore[no-any-return]


def say(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Print in all the ways there are."""
    print("printed")
    print("to stderr", file=sys.stderr)
    environ["wsgi.errors"].write("to wsgi.errors\n")
    os.write(1, b"by write(2)\n")
    sys.stdout.flush()
    return _text(start_response, "said\n")


def babble(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Print five megabytes without an end of line."""
    for _ in range(80):
        os.write(1, b"x" * PIECE)
    os.write(1, b"\nsilent again\n")
    return _text(start_response, "babbled\n")


def sized(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``?size=`` bytes without a length: as a list, or with ``&split=`` in two pieces."""
    size, split = int(_word(environ, "size")), int(_word(environ, "split", "0"))
    start_response("200 OK", [TEXT])
    body = (b"0123456789" * (size // 10 + 1))[:size]
    return iter([body[:split], body[split:]]) if split else [body]


def leave(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """End the worker, ``?how=``; only the first time with ``?once=NAME``."""
    once = _word(environ, "once", "")
    if once:
        marker = FOLDER / f"{once}.left"
        if marker.exists():
            return _text(start_response, "stayed\n")
        marker.touch()
    _note("leave")
    how = _word(environ, "how")
    if how == "exit":
        os._exit(7)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "segfault":
        ctypes.string_at(0)
    if how in ("deaf", "lost"):
        os.closerange(3, 256)
    if how == "lost":
        time.sleep(PATIENCE)
    if how == "fork" and os.fork() == 0:
        time.sleep(PATIENCE)
        os._exit(0)
    if how == "fork":
        os._exit(7)
    if how == "stream":
        start_response("200 OK", [TEXT])
        return _leaves()
    return _text(start_response, "still here\n")


def stuck(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """A loop in C that looks at no signal."""
    (FOLDER / f"{_word(environ, 'name')}.in").touch()
    return _text(start_response, str(sum(range(10**13))))


def start_thread(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Leave a thread behind, which no fork would take along."""
    name = _word(environ, "name")
    threading.Thread(target=threading.Event().wait, name=name, daemon=True).start()
    return _text(start_response, "started")


def strict(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """An app that keeps every rule, so that the validator sees the server's mistakes only."""
    body = environ["wsgi.input"].read(PIECE)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return iter([b"valid ", str(len(body)).encode()])


VALID: WSGIApplication = validator(strict)


def valid(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``wsgiref.validate`` between the server and an app."""
    return VALID(environ, start_response)


PAGES: dict[str, Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]] = {
    "/": hello,
    "/env": env,
    "/pid": pid,
    "/note": note,
    "/clock": clock,
    "/gate": gate,
    "/gated-stream": gated_stream,
    "/gated-write": gated_write,
    "/endless": endless,
    "/status": status,
    "/lengths": lengths,
    "/pieces": pieces,
    "/headers": headers,
    "/fail": fail,
    "/nothing": nothing,
    "/replace": replace,
    "/taken": taken,
    "/big": big,
    "/file": file,
    "/export": export,
    "/say": say,
    "/babble": babble,
    "/sized": sized,
    "/leave": leave,
    "/stuck": stuck,
    "/start-thread": start_thread,
    "/valid": valid,
}


class _Closing:
    """An iterable that leaves ``NAME.closed`` when it is closed."""

    def __init__(self, name: str, pieces: Iterator[bytes]) -> None:
        self._name = name
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Say that it was called."""
        (FOLDER / f"{self._name}.closed").touch()


def _text(start_response: StartResponse, text: str, status: str = "200 OK") -> Iterable[bytes]:
    body = text.encode()
    start_response(status, [TEXT, ("Content-Length", str(len(body)))])
    return [body]


def _word(environ: WSGIEnvironment, name: str, fallback: str | None = None) -> str:
    words: list[str] | None = parse_qs(environ["QUERY_STRING"]).get(name)
    if words:
        return words[0]
    if fallback is None:
        raise KeyError(name)
    return fallback


def _note(name: str) -> None:
    ran = os.open(FOLDER / "ran", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(ran, f"{name}\n".encode())
    os.close(ran)


def _wait(name: str) -> None:
    (FOLDER / f"{name}.in").touch()
    end = time.monotonic() + PATIENCE
    while not (FOLDER / f"{name}.go").exists():
        if time.monotonic() > end:
            raise TimeoutError(name)
        time.sleep(0.002)


def _two_pieces(name: str) -> Iterator[bytes]:
    yield b"first\n"
    _wait(name)
    yield b"second\n"


def _endless(seconds: float) -> Iterator[bytes]:
    while True:
        yield b"x" * 1024
        time.sleep(seconds)


def _fails(when: str) -> Iterator[bytes]:
    if when == "first":
        yield b"one piece\n"
    raise RuntimeError(f"failed {when}")


def _leaves() -> Iterator[bytes]:
    yield b"one piece\n"
    os._exit(7)
