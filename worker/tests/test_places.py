"""The places of a worker with threads, without processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fake_server import Peer, default_settings
from saola_worker import wire
from saola_worker.link import Link
from saola_worker.settings import Settings
from saola_worker.threaded import Place, ThreadedServer
from test_threaded import answers, ask

SETTINGS = Settings({**default_settings("/"), "threads": 4})


class Rig:
    """A server at one end of a link, and the test at the other."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.peer = Peer(ours)
        self.link = Link(theirs)
        self.link.page = [0] * 64
        self.gate = threading.Event()
        self.server = ThreadedServer(self.link, self._app, SETTINGS)

    def _app(self, environ: object, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        self.gate.wait(10)
        return [threading.current_thread().name.encode()]

    def serve(self, *frames: bytes) -> None:
        """Serve these frames, and stop."""
        self.peer.send(*frames, wire.frame(wire.STOP))
        self.server.run()

    def close(self) -> None:
        self.gate.set()
        self.peer.sock.close()
        self.link.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


def places() -> list[str]:
    return [thread.name for thread in threading.enumerate() if isinstance(thread, Place)]


def test_no_thread_is_left_after_close_and_new_ones_start_later(rig: Rig) -> None:
    rig.gate.set()

    for first in (1, 4):
        rig.serve(*(ask(stream, "/") for stream in range(first, first + 3)))
        assert not places()

    assert len(answers(rig.peer, 3)) == 3
    rig.peer.expect(wire.BYE)
    assert len(answers(rig.peer, 3)) == 3


def test_the_threads_that_there_are_serve_if_no_more_can_start(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start = Place.start

    def start_two(place: Place) -> None:
        if len(places()) == 2:
            raise RuntimeError("can't start new thread")
        start(place)

    monkeypatch.setattr(Place, "start", start_two)
    threading.Timer(0.05, rig.gate.set).start()

    rig.serve(*(ask(stream, "/") for stream in range(1, 8)))

    assert set(answers(rig.peer, 7).values()) == {b"saola-place-0", b"saola-place-1"}
    said = "saola worker: can't start new thread: it goes on with 2\n"
    assert capsys.readouterr().err == said
