"""Memory that a worker shares with the server (PROTOCOL.md §17)."""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from asgi_calls import run
from fake_server import FakeServer, Frame, Peer, environ, frames_in, request
from fake_server import ask as asgi_request
from saola_worker import wire
from saola_worker.arena import BLOCK, BLOCKS, FIRST, MOST, SIZE, STEP, Arena
from saola_worker.link import Link
from saola_worker.looplink import LoopLink


class Server:
    """The other side's view of an arena."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)

    def taken(self) -> list[int]:
        return [block for block in range(BLOCKS) if self.memory[block]]

    def give_back(self, *blocks: int) -> None:
        for block in blocks:
            self.memory[block] = 0

    def bytes(self, at: int, size: int) -> bytes:
        return self.memory[at : at + size]


class FileSystem:
    """What it says of its room."""

    def __init__(self, free: int) -> None:
        self.f_bavail = free
        self.f_blocks = 100


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("os.statvfs", lambda file: FileSystem(50))
    return tmp_path / "arena"


def test_a_body_is_where_the_server_sees_it(path: Path) -> None:
    arena = Arena(str(path))
    server = Server(path)
    body = bytes(range(256)) * 160

    at = arena.put(body)

    assert server.bytes(at, len(body)) == body
    assert server.taken() == [0, 1, 2]
    assert len(server.memory) == SIZE
    assert path.stat().st_mode & 0o777 == 0o600


def test_blocks_that_are_given_back_are_used_again_wherever_they_are(path: Path) -> None:
    arena = Arena(str(path))
    server = Server(path)
    first = [arena.put(bytes(BLOCK)) for _ in range(BLOCKS)]
    assert first == [FIRST + block * BLOCK for block in range(BLOCKS)]
    assert arena.put(b"x") == 0

    server.give_back(5, 9, 10)

    assert arena.put(bytes(BLOCK + 1)) == FIRST + 9 * BLOCK
    assert arena.put(b"x") == FIRST + 5 * BLOCK
    assert arena.put(b"x") == 0


@pytest.mark.parametrize(("size", "blocks"), [(1, 1), (BLOCK, 1), (BLOCK + 1, 2), (MOST, 16)])
def test_a_body_takes_as_many_blocks_as_it_fills(path: Path, size: int, blocks: int) -> None:
    arena = Arena(str(path))

    assert arena.put(bytes(size)) == FIRST

    assert Server(path).taken() == list(range(blocks))


def test_what_is_too_large_or_nothing_is_not_for_it(path: Path) -> None:
    arena = Arena(str(path))

    assert arena.put(bytes(MOST + 1)) == 0
    assert arena.put(b"") == 0
    assert Server(path).taken() == []


def reserved(path: Path) -> int:
    return path.stat().st_blocks * 512


def fill(arena: Arena, blocks: int) -> list[int]:
    return [arena.put(b"x") for _ in range(blocks)]


def test_it_takes_memory_only_as_it_is_needed(path: Path) -> None:
    step = STEP * BLOCK
    arena = Arena(str(path))
    assert FIRST + step <= reserved(path) < 2 * step

    assert all(fill(arena, STEP))
    assert reserved(path) < 2 * step
    assert arena.put(bytes(BLOCK)) == FIRST + step

    assert 2 * step < reserved(path) < 3 * step
    assert all(fill(arena, BLOCKS - STEP - 1))
    assert path.stat().st_size == SIZE
    assert arena.put(b"x") == 0
    assert reserved(path) < SIZE + step


def test_a_body_that_no_gap_holds_makes_it_grow(path: Path) -> None:
    arena = Arena(str(path))
    fill(arena, STEP)
    Server(path).give_back(5, 7)

    assert arena.put(bytes(BLOCK + 1)) == FIRST + STEP * BLOCK
    assert arena.put(b"x") == FIRST + 5 * BLOCK


def test_it_leaves_half_of_the_file_system_to_others(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arena = Arena(str(path))
    assert all(fill(arena, STEP + 1))

    monkeypatch.setattr("os.statvfs", lambda file: FileSystem(49))

    assert fill(arena, STEP)[-2:] == [FIRST + (2 * STEP - 1) * BLOCK, 0]


def test_where_there_is_no_more_memory_it_stays_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def full(file: int, offset: int, size: int) -> None:
        tried.append((offset, size))
        raise OSError(28, "No space left on device")

    arena = Arena(str(path))
    monkeypatch.setattr("os.posix_fallocate", full)

    assert fill(arena, STEP + 2)[-3:] == [FIRST + (STEP - 1) * BLOCK, 0, 0]

    assert tried == [(FIRST + STEP * BLOCK, STEP * BLOCK)]
    Server(path).give_back(3)
    assert arena.put(b"x") == FIRST + 3 * BLOCK


def test_one_that_is_closed_leaves_no_descriptor_open(path: Path) -> None:
    before = os.listdir("/proc/self/fd")

    Arena(str(path)).close()

    assert os.listdir("/proc/self/fd") == before


def test_a_view_of_a_part_can_be_put_there(path: Path) -> None:
    arena = Arena(str(path))

    at = arena.put(memoryview(b"0123456789")[2:5])

    assert Server(path).bytes(at, 3) == b"234"


def test_without_memory_there_is_none_and_no_file_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, offset: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    here, there = socket.socketpair()
    with here, there:
        link = Link(here)
        link.arena_path = str(path)

        assert link.share(bytes(10_000)) == 0
        link.arena_ready(memoryview(b""))
        assert link.share(bytes(10_000)) == 0

        assert not link.unsent
    assert not path.exists()


# On a link


@pytest.fixture
def ends(path: Path) -> Iterator[tuple[Link, Peer]]:
    here, there = socket.socketpair()
    with here, there:
        link = Link(here)
        link.window = 300_000
        link.arena_path = str(path)
        yield link, Peer(there)


def place(frame: Frame) -> tuple[int, int]:
    at, size = struct.unpack("<II", frame.payload[-8:])
    return at, size


def test_the_first_large_answer_makes_the_arena_and_travels_by_itself(
    ends: tuple[Link, Peer], path: Path
) -> None:
    link, peer = ends

    assert not path.exists()
    assert link.large_answer(1, 1, b"200 OK", bytes(20_000))
    assert link.large_answer(2, 1, b"200 OK", bytes(20_000))
    link.flush()

    assert [peer.next().kind for _ in range(3)] == [wire.ARENA, wire.RESPONSE, wire.RESPONSE]
    assert path.stat().st_size == SIZE


def test_answers_and_pieces_are_shared_once_the_server_has_it(
    ends: tuple[Link, Peer], path: Path
) -> None:
    link, peer = ends
    link.large_answer(1, 1, b"200 OK", bytes(20_000))
    link.arena_ready(memoryview(b""))
    server = Server(path)

    assert link.large_answer(2, 3, b"200 OK\nA\nb", b"x" * 200_000)
    link.open(3, wire.frame(wire.HEAD, 3, b"200 OK", count=1))
    link.data(b"y" * 66_536)
    link.data(b"small")
    link.end()

    frames = [peer.next() for _ in range(8)]
    kinds = [(frame.kind, frame.flags, frame.stream) for frame in frames[2:]]
    assert kinds == [
        (wire.RESPONSE, wire.SHARED, 2),
        (wire.HEAD, 0, 3),
        (wire.DATA, wire.SHARED, 3),
        (wire.DATA, 0, 3),
        (wire.DATA, 0, 3),
        (wire.END, 0, 3),
    ]
    answer = frames[2]
    assert answer.lines == 3
    assert answer.payload[:-8] == struct.pack("<I", 10) + b"200 OK\nA\nb"
    assert server.bytes(*place(answer)) == b"x" * 200_000
    assert server.bytes(*place(frames[4])) == b"y" * 65_536
    assert frames[5].payload == b"y" * 1_000


def test_what_finds_no_room_is_sent(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    link.large_answer(1, 1, b"200 OK", bytes(20_000))
    link.arena_ready(memoryview(b""))
    full = 2 + BLOCKS * BLOCK // MOST
    for stream in range(2, full):
        assert link.large_answer(stream, 1, b"200 OK", bytes(MOST))

    assert link.large_answer(full, 1, b"200 OK", b"z" * 20_000)
    assert not link.large_answer(full + 1, 1, b"200 OK", bytes(MOST))
    link.flush()

    last = [peer.next() for _ in range(full + 1)][-1]
    assert (last.flags, last.stream, last.payload[-20_000:]) == (0, full, b"z" * 20_000)


def test_what_is_not_large_finds_no_way_there(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    link.large_answer(1, 1, b"200 OK", bytes(20_000))
    link.arena_ready(memoryview(b""))
    link.open(2, wire.frame(wire.HEAD, 2, b"200 OK", count=1))
    link.data(bytes(wire.LARGE - 1))
    link.data(bytes(wire.LARGE))

    flags = [peer.next().flags for _ in range(5)]
    assert flags == [0, 0, 0, 0, wire.SHARED]
    assert wire.LARGE == 4_096


def test_what_finds_no_room_is_copied_behind_others_unless_it_is_large(
    ends: tuple[Link, Peer],
) -> None:
    link, _ = ends
    link.arena_path = ""

    for size in (5_000, wire.APART - 1, wire.APART):
        assert link.large_answer(1, 1, b"200 OK", bytes(size))
    link.open(2, b"")
    link.data(b"x" * 5_000, more=True)
    link.data(b"x" * wire.APART, more=True)

    assert [len(part) > 1_000 for part in link.unsent] == [
        *(True, True, False, True),
        *(False, True, False, True),
    ]


def test_a_link_that_is_closed_lets_go_of_it(ends: tuple[Link, Peer]) -> None:
    link, _ = ends
    link.large_answer(1, 1, b"200 OK", bytes(20_000))
    link.arena_ready(memoryview(b""))

    link.close()

    assert link.share(bytes(20_000)) == 0


def test_an_event_loop_shares_in_the_same_way(path: Path) -> None:
    async def main() -> None:
        here, there = socket.socketpair()
        with here, there:
            link = Link(here)
            link.arena_path = str(path)
            out = LoopLink(link, asyncio.get_running_loop(), {})
            out.large_data(1, memoryview(bytes(9_000)))
            link.arena_ready(memoryview(b""))
            assert out.large_answer(2, 1, b"200", b"x" * 100_000)
            out.large_data(3, memoryview(b"y" * 9_000))
            out.flush()

            peer = Peer(there)
            frames = [peer.next() for _ in range(4)]
            kinds = [(frame.kind, frame.flags, frame.stream) for frame in frames]
            assert kinds == [
                (wire.ARENA, 0, 0),
                (wire.DATA, 0, 1),
                (wire.RESPONSE, wire.SHARED, 2),
                (wire.DATA, wire.SHARED, 3),
            ]
            assert Server(path).bytes(*place(frames[3])) == b"y" * 9_000

    run(main())


# Answers that are kept


def kept(path: Path) -> bytes:
    memory = Server(path).memory
    size = int.from_bytes(memory[512:520], sys.byteorder)
    return memory[520 : 520 + size]


def with_more(link: Link, peer: Peer) -> None:
    """Let another request be here."""
    peer.send(request(9, environ()))
    assert link.wait()


def test_an_answer_is_kept_until_it_is_sent(ends: tuple[Link, Peer], path: Path) -> None:
    link, peer = ends
    link.share(bytes(9_000))
    link.arena_ready(memoryview(b""))
    with_more(link, peer)
    first, second = wire.response(1, 1, b"200 OK", b"a"), wire.response(2, 1, b"200 OK", b"b")

    link.answer(first)
    link.keep()
    link.answer(second)
    link.keep()

    assert kept(path) == first + second
    assert link.kept == len(link.unsent) == 2
    link.flush()
    assert kept(path) == b""
    assert link.kept == 0
    assert [peer.next().stream for _ in range(3)] == [0, 1, 2]


def test_what_cannot_be_kept_is_sent_with_all_before(ends: tuple[Link, Peer], path: Path) -> None:
    link, peer = ends
    with_more(link, peer)
    link.answer(wire.response(1, 1, b"200 OK", b"no arena yet"))
    link.keep()
    link.arena_ready(memoryview(b""))
    assert not link.unsent

    link.answer(wire.response(2, 1, b"200 OK", b"kept"))
    link.keep()
    link.answer(wire.response(3, 1, b"200 OK", bytes(4_000)))
    link.keep()

    assert not link.unsent
    assert kept(path) == b""
    link.answer(wire.frame(wire.FAILED, 4, b"text"))
    link.answer(wire.response(4, 1, b"500", b""))
    link.keep()
    assert not link.unsent
    assert [peer.next().stream for _ in range(6)] == [1, 0, 2, 3, 4, 4]


def test_the_last_answer_is_not_kept_since_it_leaves_at_once(
    ends: tuple[Link, Peer], path: Path
) -> None:
    link, _ = ends
    link.answer(wire.response(1, 1, b"200 OK", b"a"))

    link.keep()

    assert link.unsent
    assert not path.exists()


DYING_APP = """
import os
from saola_worker import worker
worker._MILLISECOND = 10**12  # nothing is sent for its age
count = 0
def app(environ, start_response):
    global count
    count += 1
    if count == 6:
        os.kill(os.getpid(), 9)
    start_response("200 OK", [])
    return [b"%d" % count]
"""


def test_a_killed_worker_leaves_what_it_has_answered(server: FakeServer, path: Path) -> None:
    server.write_app(DYING_APP)
    server.settings["arena"] = str(path)
    peer, pid = server.worker()
    posts = [request(stream, environ(REQUEST_METHOD="POST"), b"x") for stream in range(1, 8)]
    peer.send(*posts[:2])
    assert [peer.next().kind for _ in range(3)] == [wire.RESPONSE, wire.ARENA, wire.RESPONSE]
    os.kill(pid, signal.SIGSTOP)

    peer.send(wire.frame(wire.ARENA_READY), *posts[2:])
    os.kill(pid, signal.SIGCONT)
    with pytest.raises(EOFError):
        peer.next()

    frames, rest = frames_in(kept(path))
    assert not rest
    assert [(frame.stream, frame.payload[-1:]) for frame in frames] == [
        (3, b"3"),
        (4, b"4"),
        (5, b"5"),
    ]
    assert server.pages[3][0] == 6


# In a worker

APP = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [environ["QUERY_STRING"].encode() * 4_100]
"""

ASGI_APP = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": scope["query_string"] * 4_100})
"""


def ask(stream: int, text: str, kind: str) -> bytes:
    if kind == "asgi":
        return asgi_request(stream, query_string=text.encode())
    return request(stream, environ(QUERY_STRING=text))


@pytest.mark.parametrize(("kind", "threads"), [("wsgi", 1), ("wsgi", 4), ("asgi", 1)])
def test_a_worker_uses_it_when_the_server_has_it(
    server: FakeServer, path: Path, kind: str, threads: int
) -> None:
    server.write_app(APP if kind == "wsgi" else ASGI_APP)
    server.settings["threads"] = threads
    server.settings["arena"] = str(path)
    peer, _ = server.worker()
    peer.send(ask(1, "a", kind))
    assert [peer.next().kind, peer.next().kind] == [wire.ARENA, wire.RESPONSE]
    memory = Server(path)
    peer.send(wire.frame(wire.ARENA_READY))

    texts = {stream: chr(96 + stream) * stream for stream in range(2, 9)}
    peer.send(*(ask(stream, text, kind) for stream, text in texts.items()))

    answers = [peer.next() for _ in texts]
    assert {(frame.kind, frame.flags) for frame in answers} == {(wire.RESPONSE, wire.SHARED)}
    found = {frame.stream: memory.bytes(*place(frame)) for frame in answers}
    assert found == {stream: text.encode() * 4_100 for stream, text in texts.items()}
