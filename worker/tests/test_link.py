"""A link over a pair of sockets, in one process."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from fake_server import Peer, credit, environ, request
from saola_worker import wire
from saola_worker.errors import WireError
from saola_worker.link import CANCELLED, Link


@pytest.fixture
def ends() -> Iterator[tuple[Link, Peer]]:
    here, there = socket.socketpair()
    with here, there:
        link = Link(here)
        link.window = 10
        yield link, Peer(there)


def test_one_read_gives_many_frames_and_then_the_end(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    peer.send(*(request(stream, environ()) for stream in range(1, 40)))
    peer.sock.shutdown(socket.SHUT_WR)

    assert link.wait()
    streams = []
    while (taken := link.take()) is not None:
        streams.append(taken[1])

    assert streams == list(range(1, 40))
    assert not link.wait()
    assert link.gone


def test_frames_larger_than_the_buffer_pass(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    frames = [
        wire.frame(wire.REQUEST, stream, bytes([stream]) * size)
        for stream, size in enumerate((1, wire.MAX_PAYLOAD, 300_000, 0, 262_132, 5), 1)
    ]
    sender = threading.Thread(target=peer.send, args=frames)
    sender.start()

    for stream, frame in enumerate(frames, 1):
        while (taken := link.take()) is None:
            assert link.wait()
        assert (taken[1], bytes(taken[2])) == (stream, frame[12:])

    sender.join()


def test_answers_are_collected_until_there_is_nothing_to_read(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    for stream in range(1, 33):
        link.answer(wire.response(stream, 1, b"200 OK", b""))
    peer.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        peer.sock.recv(1)

    link.flush()

    assert [peer.next().stream for _ in range(32)] == list(range(1, 33))
    assert peer.receives == 1


def test_answers_leave_when_there_are_64_kib_of_them(ends: tuple[Link, Peer]) -> None:
    link, peer = ends

    link.answer(bytes(65_535))
    assert link.unsent
    link.answer(b"x")

    assert not link.unsent
    assert len(peer.sock.recv(65_536, socket.MSG_WAITALL)) == 65_536


def test_large_answers_arrive_whole_through_a_socket_that_takes_little(
    ends: tuple[Link, Peer],
) -> None:
    link, peer = ends
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sent = [bytes([number]) * size for number, size in enumerate((9_000, 64_000, 20, 65_530), 65)]
    frames = b"".join(wire.response(7, 1, b"200 OK", body) for body in sent)
    received = bytearray()

    def read() -> None:
        while len(received) < len(frames):
            received.extend(peer.sock.recv(7_000))

    reader = threading.Thread(target=read)
    reader.start()
    for body in sent:
        assert link.large_answer(7, 1, b"200 OK", body)
    link.flush()
    reader.join()

    assert received == frames
    assert not link.unsent


def test_a_large_answer_to_nobody_is_dropped(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    peer.sock.close()

    link.large_answer(7, 1, b"200 OK", bytes(60_000))
    link.flush()

    assert link.gone
    assert not link.unsent


def test_more_of_a_body_leaves_with_its_end(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    link.window = 200_000
    link.open(7, b"head ")

    assert link.data(bytes(100_000), more=True)
    assert link.unsent
    link.end()

    whole = peer.sock.recv(200_000, socket.MSG_WAITALL | socket.MSG_DONTWAIT)
    assert len(whole) == 5 + 12 + 65_536 + 12 + 34_464 + 12


def test_an_answer_in_a_hurry_waits_only_for_another_request(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    peer.send(request(1, environ()), request(2, environ()))
    link.wait()
    link.take()
    link.answer(b"1")

    link.last_stream = 1
    link.hurry(1)
    assert link.unsent == [b"1"]
    link.take()
    link.last_stream = 3
    link.hurry(2)
    assert link.unsent == [b"1"]
    link.hurry(3)

    assert peer.sock.recv(10) == b"1"


def test_a_write_never_blocks_without_reading(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    there: list[bytes] = []

    def both_write_first() -> None:
        peer.send(*(request(stream, environ(X="x" * 9_000)) for stream in range(1, 200)))
        while sum(map(len, there)) < 5_000_000:
            there.append(peer.sock.recv(1 << 20))

    server = threading.Thread(target=both_write_first)
    server.start()
    link.answer(bytes(5_000_000))

    for stream in range(1, 200):
        while (taken := link.take()) is None:
            assert link.wait()
        assert taken[1] == stream
    server.join()


def test_data_stops_at_the_window_and_goes_on_with_credit(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    peer.send(request(8, environ()), credit(7, 3), credit(6, 100), wire.frame(wire.STOP))
    peer.send(credit(7, 100))

    link.open(7, wire.frame(wire.HEAD, 7, b"200 OK", count=1))
    assert link.data(b"0123456789abcdefghij")
    link.end()

    peer.expect(wire.HEAD)
    pieces = []
    while (frame := peer.next()).kind == wire.DATA:
        pieces.append(frame.payload)
    assert pieces[0] == b"0123456789"
    assert b"".join(pieces) == b"0123456789abcdefghij"
    kept = [link.take(), link.take(), link.take()]
    assert [taken and taken[:2] for taken in kept] == [(wire.REQUEST, 8), (wire.STOP, 0), None]


def test_a_file_is_held_until_there_is_credit_for_it(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    peer.send(request(8, environ()), credit(6, 1), credit(7, 1))

    link.open(7, wire.frame(wire.HEAD, 7, b"200 OK", count=1))
    assert link.file(1, 2, b"/x")
    link.end()

    peer.expect(wire.HEAD)
    held = peer.expect(wire.FILE)
    assert (held.flags, held.payload) == (wire.HELD, struct.pack("<QQ", 1, 2) + b"/x")
    peer.expect(wire.END)
    kept = link.take()
    assert kept is not None
    assert kept[:2] == (wire.REQUEST, 8)


def test_a_file_is_not_held_for_a_client_or_a_server_that_has_gone(
    ends: tuple[Link, Peer],
) -> None:
    link, peer = ends
    link.open(7, b"")
    link.page[CANCELLED] = 7
    assert not link.file(0, 1, b"/x")

    link.open(8, b"")
    peer.sock.close()
    assert not link.file(0, 1, b"/x")


def test_each_response_has_a_window_of_its_own(ends: tuple[Link, Peer]) -> None:
    link, _ = ends
    for stream in (1, 2, 3):
        link.open(stream, b"")
        assert link.data(b"0123456789")
        link.end()


def test_a_cancelled_stream_gets_no_more_data_even_while_it_waits(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    link.open(7, b"")
    timer = threading.Timer(0.05, lambda: link.page.__setitem__(CANCELLED, 7))
    timer.start()

    assert not link.data(b"0123456789a")

    assert peer.expect(wire.DATA).payload == b"0123456789"
    timer.join()


def test_without_a_server_data_says_so(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    peer.sock.close()
    link.open(7, b"x")

    assert not link.data(b"0123")
    assert link.gone
    assert not link.wait()


def test_a_signal_sends_only_while_the_app_runs(ends: tuple[Link, Peer]) -> None:
    link, peer = ends
    link.answer(b"answer")

    link.send_unsent()
    assert link.unsent
    link.armed = 1
    link.send_unsent()

    assert peer.sock.recv(100) == b"answer"


def test_credit_of_a_wrong_size_breaks_the_link(ends: tuple[Link, Peer]) -> None:
    link, _ = ends
    with pytest.raises(WireError):
        link.add_credit(1, memoryview(struct.pack("<H", 1)))
