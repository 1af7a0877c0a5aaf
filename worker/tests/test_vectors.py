"""The bytes of ``protocol/vectors``, which ``io.saola.wire`` is held to as well."""

from __future__ import annotations

import ast
import asyncio
import marshal
import socket
import struct
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from asgi_calls import sending
from fake_server import environ, request
from saola_worker import asyncserver, wire
from saola_worker.errors import WireError
from saola_worker.link import Link
from saola_worker.settings import Settings
from saola_worker.worker import Server

VECTORS = Path(__file__).parents[2] / "protocol" / "vectors"


def read(name: str) -> list[tuple[str, ...]]:
    lines = (VECTORS / name).read_text().splitlines()
    return [tuple(line.split(" | ")) for line in lines if line and not line.startswith("#")]


def fields(text: str) -> tuple[str, dict[str, bytes]]:
    kind, *rest = text.split(" ")
    pairs = (field.partition("=") for field in rest)
    return kind, {key: unquote_to_bytes(value) for key, _, value in pairs}


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def encoded(kind: str, field: dict[str, bytes]) -> bytes:
    """Build a frame from its text, with this package's own code where that writes it."""
    stream = int(field.get("stream", b"0"))
    flags = int(field.get("flags", b"0"))
    count = int(field.get("count", b"0"))
    if kind == "Hello":
        role, pid, slot, generation = (
            int(field[name]) for name in ("role", "pid", "slot", "generation")
        )
        version = tuple(map(int, field["python"].decode().split(".")))
        return wire.hello(role, pid, slot, generation, field["token"], version)
    if "at" in field:
        at, size = int(field["at"]), int(field["size"])
        if kind == "Data":
            return wire.shared_data(stream, at, size)
        return wire.shared_response(stream, count, field["head"], at, size)
    if kind == "Response":
        return wire.response(stream, count, field["head"], field["body"])
    if kind == "File":
        return wire.file(stream, int(field["offset"]), int(field["length"]), field["path"], flags)
    if kind == "Close":
        return wire.close(stream, int(field["code"]), field["reason"])
    if kind == "Extend":
        return wire.extend(stream, int(field["millis"]))
    if kind == "Credit":
        return wire.credit(stream, int(field["bytes"]))
    if kind in ("Request", "Welcome"):
        first, *rest = [field[name] for name in PARTS[kind] if name in field]
        payload = u32(len(first)) + first + b"".join(rest) if rest else first
    elif kind == "Fork":
        payload = u32(int(field["slot"]))
    elif kind == "Become":
        payload = u32(int(field["generation"]))
    elif "millis" in field:
        payload = u32(int(field["millis"]))
    else:
        payload = b"".join(field.get(name, b"") for name in ("text", "head", "data"))
    return wire.frame(number_of(kind), stream, payload, flags, count)


def number_of(kind: str) -> int:
    number: int = getattr(
        wire, {"EarlyHints": "EARLY_HINTS", "ArenaReady": "ARENA_READY"}.get(kind, kind.upper())
    )
    return number


PARTS = {"Request": ("blob", "body", "path"), "Welcome": ("sample", "settings")}


FROM_THE_SERVER = (
    *("Request", "Welcome", "Credit", "Stop", "Fork", "Become"),
    *("Body", "Cancel", "Ping", "ArenaReady", "Message", "Close"),
)


@pytest.mark.parametrize(("name", "text", "bytes_"), read("frames.txt"))
def test_a_frame_has_these_bytes(name: str, text: str, bytes_: str) -> None:
    assert encoded(*fields(text)).hex() == bytes_, name


@pytest.mark.parametrize(
    ("name", "text", "bytes_"),
    [row for row in read("frames.txt") if fields(row[1])[0] in FROM_THE_SERVER],
)
def test_a_frame_of_the_server_is_read_back(name: str, text: str, bytes_: str) -> None:
    kind, field = fields(text)

    word, stream, payload = one_byte_at_a_time(bytes.fromhex(bytes_))

    wire.check(len(payload), word, stream)
    assert word & 0xFF == number_of(kind), name
    assert word >> 8 == int(field.get("flags", b"0"))
    assert stream == int(field.get("stream", b"0"))
    if kind == "Credit":
        assert wire.read_u32(payload) == int(field["bytes"])
    elif kind == "Stop":
        assert wire.read_stop(payload) == int(field.get("millis", b"10000")) / 1_000
    elif kind == "Fork":
        assert wire.read_u32(payload) == int(field["slot"])
    elif kind == "Become":
        assert wire.read_u32(payload) == int(field["generation"])
    elif kind in ("Cancel", "Ping", "ArenaReady"):
        wire.read_empty(payload)
    elif kind in ("Body", "Message"):
        assert wire.read_piece(payload) == field["data"]
    elif kind == "Close":
        assert wire.read_close(payload) == (int(field["code"]), field["reason"].decode())
    elif kind == "Welcome":
        assert wire.read_welcome(payload) == tuple(
            marshal.loads(field[name]) for name in PARTS[kind]
        )
    elif word == wire.REQUEST:
        assert bytes(payload) == field["blob"]
    else:
        parts = [field[name] for name in PARTS[kind] if name in field]
        assert list(map(bytes, wire.split_request(payload))) == parts


def one_byte_at_a_time(data: bytes) -> tuple[int, int, memoryview]:
    here, there = socket.socketpair()
    with here, there:
        link = Link(here)
        for byte in data:
            assert link.take() is None
            there.sendall(bytes([byte]))
            assert link.wait()
        taken = link.take()
        assert taken is not None
        assert link.take() is None
        return taken[0], taken[1], memoryview(bytes(taken[2]))


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
@pytest.mark.parametrize(
    ("name", "whose", "bytes_"), [row for row in read("bad-frames.txt") if row[1] != "server"]
)
def test_a_frame_that_no_server_sends_is_refused(
    name: str, whose: str, bytes_: str, interface: str
) -> None:
    here, there = socket.socketpair()
    with here, there:
        data = bytes.fromhex(bytes_)
        there.sendall(data)
        there.shutdown(socket.SHUT_WR)

        with pytest.raises(WireError):
            read_as_a_worker(Link(here), data[4], interface)


def read_as_a_worker(link: Link, kind: int, interface: str) -> None:
    """Do with a frame what handshake, mold and worker do between them."""
    if kind not in (wire.WELCOME, wire.FORK):
        if interface == "asgi":
            run_a_loop(link)
            return
        Server(link, lambda environ, start_response: [], settings()).run()
        return
    assert link.wait()
    taken = link.take()
    assert taken is not None
    word, stream, payload = taken
    wire.check(len(payload), word, stream)
    if kind == wire.WELCOME:
        wire.read_welcome(payload)
    else:
        wire.read_u32(payload)


def run_a_loop(link: Link) -> None:
    loop = asyncio.new_event_loop()
    try:
        asyncserver.Server(link, sending(), settings(), loop).run(b"")
    finally:
        loop.remove_reader(link.fileno())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def settings() -> Settings:
    return Settings(
        {
            "target": "a",
            "chdir": "/",
            "pythonpath": "",
            "env": {},
            "load": "prewarm",
            "interface": "auto",
            "factory": False,
            "loop": "asyncio",
            "lifespan": "off",
            "asgi_threads": 1,
            "timeout_grace": 1_000,
            "warmup": [],
            "warmup_policy": "fail",
            "warmup_timeout": 0,
            "refork": False,
            "scope": {},
            "threads": 1,
            "multiprocess": True,
            "window": 1,
            "page": "",
            "arena": "",
            "watch": "",
            "static": False,
            "environ": {},
        }
    )


@pytest.mark.parametrize(("name", "literal", "bytes_"), read("marshal.txt"))
def test_marshal_reads_what_the_server_writes(name: str, literal: str, bytes_: str) -> None:
    expected = ast.literal_eval(literal)

    value = marshal.loads(bytes.fromhex(bytes_))

    assert value == expected, name
    assert type(value) is type(expected)


def test_the_frames_of_the_fake_server_are_right() -> None:
    blob = environ()

    word, stream, payload = one_byte_at_a_time(request(7, blob, b"body"))

    packed, body = wire.split_request(payload)
    assert (word, stream, bytes(body)) == (wire.REQUEST_BODY, 7, b"body")
    assert marshal.loads(packed) == [blob]


def test_a_piece_of_one_byte_too_many_is_refused() -> None:
    assert len(wire.read_piece(memoryview(bytes(wire.MAX_DATA)))) == wire.MAX_DATA
    with pytest.raises(WireError):
        wire.read_piece(memoryview(bytes(wire.MAX_DATA + 1)))
