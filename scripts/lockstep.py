"""A client whose requests come in the same order and in the same batches in each run.

One connection and one request at a time is the most that a request can cost, as nothing is shared.
Many at once: the server is stopped (SIGSTOP) while they are sent, so that it finds all of them
when it looks next, however busy the machine is. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from harness import Failure, stat_fields

AT_ONCE = 32
HEAD = (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: counts/1\r\nAccept: */*\r\n"
    "Accept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n\r\n"
)
PATIENCE = 30  # seconds for one answer, on a machine that is busy with something else


class Clients:
    """Connections to one server, which stay open."""

    def __init__(self, server: int, port: int) -> None:
        self._server = server
        self._request = HEAD.format(port=port).encode()
        self._sockets = [self._connect(port) for _ in range(AT_ONCE)]
        first = self._sockets[0]
        first.sendall(self._request)
        head = b""
        while b"hello world\n" not in head:
            head += self._some(first, 65_536, 0)
        self._size = len(head)

    @staticmethod
    def _connect(port: int) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Not settimeout(), with which MSG_WAITALL would not wait.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE, 0))
        return sock

    def close(self) -> None:
        """Close all."""
        for sock in self._sockets:
            sock.close()

    def alone(self, requests: int) -> None:
        """So many requests, each after the answer to the one before."""
        sock = self._sockets[0]
        for _ in range(requests):
            sock.sendall(self._request)
            self._read(sock)

    def together(self, rounds: int, stopped: bool = True) -> None:
        """So many rounds of a request on each connection; the next when all are answered."""
        for _ in range(rounds):
            with self._stopped() if stopped else contextlib.nullcontext():
                for sock in self._sockets:
                    sock.sendall(self._request)
            for sock in self._sockets:
                self._read(sock)

    def _read(self, sock: socket.socket) -> None:
        # All answers are of one size: Date and X-Request-ID have a fixed one.
        answer = self._some(sock, self._size, socket.MSG_WAITALL)
        if not (answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\nhello world\n")):
            raise Failure(f"all answers are alike; this is not: {answer[:300]!r}")

    @staticmethod
    def _some(sock: socket.socket, size: int, flags: int) -> bytes:
        try:
            answer = sock.recv(size, flags)
        except BlockingIOError:
            raise Failure(f"each request is answered within {PATIENCE} s") from None
        if not answer:
            raise Failure("the server keeps its connections")
        return answer

    @contextlib.contextmanager
    def _stopped(self) -> Iterator[None]:
        os.kill(self._server, signal.SIGSTOP)
        try:
            end = time.monotonic() + PATIENCE
            while not all(state(thread) == "T" for thread in threads(self._server)):
                if time.monotonic() > end:
                    raise Failure("the server can be stopped")
            yield
        finally:
            os.kill(self._server, signal.SIGCONT)


def threads(pid: int) -> list[int]:
    """The threads of a process."""
    return [int(name) for name in os.listdir(f"/proc/{pid}/task")]


def state(thread: int) -> str:
    """What a thread does: R, S, T …; T also if it has ended, since then it does nothing."""
    fields = stat_fields(thread)
    return fields[0] if fields else "T"


def named(pid: int, prefix: str) -> list[int]:
    """The threads of a process whose names begin so."""
    comms = {thread: Path(f"/proc/{pid}/task/{thread}/comm") for thread in threads(pid)}
    return [thread for thread, comm in comms.items() if comm.read_text().startswith(prefix)]
