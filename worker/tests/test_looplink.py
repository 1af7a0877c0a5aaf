"""What an event loop sends on a link over a pair of sockets, in one process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from asgi_calls import run
from saola_worker import wire
from saola_worker.link import Link
from saola_worker.looplink import LoopLink

Body = Callable[[LoopLink, socket.socket], Coroutine[Any, Any, None]]


def on_a_link(body: Body) -> None:
    async def main() -> None:
        here, there = socket.socketpair()
        with here, there:
            there.setblocking(False)
            await body(LoopLink(Link(here), asyncio.get_running_loop(), {}), there)

    run(main())


async def read(there: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        received += await asyncio.get_running_loop().sock_recv(there, 1 << 20)
    return received


def test_what_is_said_in_one_turn_is_sent_at_its_end() -> None:
    async def body(link: LoopLink, there: socket.socket) -> None:
        link.answer(b"one ")
        link.answer(b"two")
        with pytest.raises(BlockingIOError):
            there.recv(10)
        await asyncio.sleep(0)
        assert there.recv(10) == b"one two"

    on_a_link(body)


def test_pieces_leave_when_there_are_64_kib_of_them() -> None:
    async def body(link: LoopLink, there: socket.socket) -> None:
        link.piece(bytes(65_535))
        with pytest.raises(BlockingIOError):
            there.recv(10)
        link.piece(b"x")
        assert len(await read(there, 65_536)) == 65_536

    on_a_link(body)


def test_what_the_socket_does_not_take_is_sent_in_order_when_it_does() -> None:
    async def body(link: LoopLink, there: socket.socket) -> None:
        frames = [bytes([number]) * 100_000 for number in range(50)]
        for frame in frames:
            link.piece(frame)
        link.answer(b"end")
        assert link.full
        done = asyncio.ensure_future(link.sent())

        assert await read(there, 5_000_003) == b"".join(frames) + b"end"
        await done

    on_a_link(body)


def test_large_pieces_and_small_ones_arrive_in_order() -> None:
    async def body(link: LoopLink, there: socket.socket) -> None:
        frames = []
        for number in range(30):
            link.answer(b"small")
            piece = bytes([number]) * 50_000
            link.large_data(7, memoryview(piece))
            assert link.large_answer(8, 1, b"200", piece)
            frames += [b"small", wire.frame(wire.DATA, 7, piece)]
            frames.append(wire.response(8, 1, b"200", piece))
        done = asyncio.ensure_future(link.sent())

        assert await read(there, sum(map(len, frames))) == b"".join(frames)
        await done

    on_a_link(body)


def test_who_waits_for_room_is_woken_at_the_low_mark() -> None:
    async def body(link: LoopLink, there: socket.socket) -> None:
        link.piece(bytes(1_000_000))
        assert link.full
        waiting = asyncio.ensure_future(link.drain())
        await asyncio.sleep(0)
        assert not waiting.done()

        await read(there, 1_000_000)
        await waiting

        assert not link.full

    on_a_link(body)


def test_nobody_waits_for_a_server_that_has_gone() -> None:
    async def body(link: LoopLink, there: socket.socket) -> None:
        link.piece(bytes(1_000_000))
        there.close()

        await link.drain()
        link.answer(b"more")
        await link.sent()

    on_a_link(body)
