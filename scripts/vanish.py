"""Clients that vanish at random points: ``vanish.py FOLDER [--clients 10000] [--seed N]``.

In the middle of a head, of an upload, while they wait, in the middle of an answer, of a WebSocket's
handshake, of a message; with a FIN, with a RST, or with half a FIN; or who stay, and are so slow
that the server ends them. Afterwards the application has no task, no open file and no connection to
its database left, the server has no more open files than before, and nobody has written a stack
trace. Standard library only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import struct
import sys
import time
from collections import Counter
from pathlib import Path

from harness import Browser, Failure, expect, running, serving, until

CHECKOUT = Path(__file__).resolve().parent.parent
APP = CHECKOUT / "scripts/apps/vanish"
AT_ONCE = 200
WARM_UP = 300  # clients that come first: threads, buffers and files that stay are there then
LIMIT = 60.0  # seconds for all clients
SETTLED = 10.0  # seconds for what they leave to be cleaned up
RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close() sends RST

HEAD = "HTTP/1.1\r\nHost: vanish\r\n"
HANDSHAKE = (
    f"{HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def message(chance: random.Random) -> bytes:
    """A masked frame with text in it (RFC 6455 §5.2)."""
    text = b"x" * chance.choice([0, 5, 125, 200, 5_000])
    mask = chance.randbytes(4)
    # A key of four bytes over a text of one letter is four letters, again and again.
    masked = (bytes(b ^ ord("x") for b in mask) * (len(text) // 4 + 1))[: len(text)]
    length = (
        bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
    )
    return b"\x81" + length + mask + masked


class Client:
    """One that comes, does part of something, and goes."""

    def __init__(self, chance: random.Random, port: int, infinite: bool) -> None:
        self._chance = chance
        self._port = port
        kinds = [self.head, self.upload, self.waiting, self.unaware, self.query, self.flood]
        kinds += [self.handshake, self.chat, self.half_a_message]
        if infinite:  # a server whose send() says nothing never gets rid of these
            kinds += [self.stream, self.news, self.slow_upload, self.unread]
        self._act = chance.choice(kinds)
        self.kind = self._act.__name__
        self._loop = asyncio.get_running_loop()
        self._sock = socket.socket()
        self._sock.setblocking(False)

    async def visit(self) -> None:
        """Come and go."""
        with self._sock:
            try:
                await self._loop.sock_connect(self._sock, ("127.0.0.1", self._port))
                await self._act()
                await self._linger()
                match self._chance.randrange(3):
                    case 0:
                        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    case 1:
                        self._sock.shutdown(socket.SHUT_WR)
                        await self._linger()
            except ConnectionError:
                pass  # the server may end it first, as what it has read was not a request

    async def head(self) -> None:
        """Half a head."""
        await self._part(f"GET /query {HEAD}Cookie: {'c' * 3000}\r\n\r\n".encode())

    async def upload(self) -> None:
        """Part of a body."""
        length = self._chance.choice([100, 70_000, 500_000])
        await self._send(f"POST /upload {HEAD}Content-Length: {length}\r\n\r\n".encode())
        await self._part(bytes(length))

    async def slow_upload(self) -> None:
        """The beginning of a body, until the server has had enough of it."""
        await self._send(f"POST /upload {HEAD}Content-Length: 500000\r\n\r\nx".encode())
        await self._read(100)

    async def unread(self) -> None:
        """An answer that nobody reads for longer than the server has patience."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await self._send(f"GET /flood {HEAD}\r\n".encode())
        await asyncio.sleep(1.5)

    async def waiting(self) -> None:
        """A request whose answer never comes."""
        await self._send(f"GET /wait {HEAD}\r\n".encode())

    async def unaware(self) -> None:
        """A request that is answered when nobody is there any more."""
        await self._send(f"GET /unaware {HEAD}\r\n".encode())

    async def query(self) -> None:
        """A whole exchange, perhaps; then part of another."""
        await self._send(f"GET /query {HEAD}\r\n".encode())
        if self._chance.random() < 0.5:
            await self._read(1)
            await self.head()

    async def flood(self) -> None:
        """Part of a large answer."""
        await self._send(f"GET /flood {HEAD}\r\n".encode())
        await self._read(self._chance.choice([1, 1_000, 300_000]))

    async def stream(self) -> None:
        """Some pieces of a stream without end."""
        await self._send(f"GET /stream {HEAD}\r\n".encode())
        await self._read(self._chance.choice([1, 300]))

    async def handshake(self) -> None:
        """Half a handshake."""
        await self._part(f"GET /echo {HANDSHAKE}".encode())

    async def chat(self) -> None:
        """Some messages, and perhaps their echo."""
        await self._open("/echo")
        for _ in range(self._chance.randrange(5)):
            await self._send(message(self._chance))
            if self._chance.random() < 0.5:
                await self._read(1)
        if self._chance.random() < 0.2:
            await self._send(b"\x88\x82\0\0\0\0\x03\xe8")  # Close, 1000

    async def half_a_message(self) -> None:
        """Part of a frame."""
        await self._open("/echo")
        await self._part(message(self._chance))

    async def news(self) -> None:
        """Some messages of a server that goes on sending."""
        await self._open("/push")
        await self._read(self._chance.choice([1, 100]))

    async def _open(self, path: str) -> None:
        await self._send(f"GET {path} {HANDSHAKE}".encode())
        if self._chance.random() < 0.8:  # else it does not wait for the answer
            await self._read(100)

    async def _send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._sock, data)

    async def _part(self, data: bytes) -> None:
        await self._send(data[: self._chance.randrange(len(data))])

    async def _read(self, least: int) -> None:
        while least > 0:
            data = await self._loop.sock_recv(self._sock, 65_536)
            if not data:
                raise ConnectionResetError
            least -= len(data)

    async def _linger(self) -> None:
        await asyncio.sleep(self._chance.random() * 0.03)


async def storm(port: int, clients: int, seed: int, infinite: bool) -> Counter[str]:
    """So many of them, some at once; how many of each kind there were."""
    chance, kinds = random.Random(seed), Counter[str]()
    left = iter(range(clients))

    async def take_turns() -> None:
        for _ in left:
            client = Client(random.Random(chance.random()), port, infinite)
            kinds[client.kind] += 1
            await client.visit()

    async with asyncio.timeout(LIMIT):
        await asyncio.gather(*(take_turns() for _ in range(AT_ONCE)))
    return kinds


def census(port: int) -> dict[str, int]:
    """What the application holds."""
    found: dict[str, int] = json.loads(Browser(port).get("/census"))
    return found


def open_files(pid: int) -> int:
    """How many descriptors a process has."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def check(asked: argparse.Namespace, temporary: Path, data: Path) -> None:
    """One server, one storm."""
    saola = asked.against == "saola"
    grace = ["--min-rate-grace", "300ms"] if saola else []  # the slow ones are many
    command = serving(asked.against, sys.executable, APP, "vanish_app:app", *grace)
    with running(command, CHECKOUT, temporary, {"CHECKS_DATA": str(data)}) as server:
        port = server.port()
        asyncio.run(storm(port, WARM_UP, asked.seed + 1, infinite=saola))
        settle(port)
        before, files = census(port), open_files(server.process.pid)

        begin = time.monotonic()
        kinds = asyncio.run(storm(port, asked.clients, asked.seed, infinite=saola))
        taken = time.monotonic() - begin
        counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        print(f"  in {taken:.1f} s: {counted}", flush=True)

        after = settle(port)
        came = after["served"] - before["served"]
        expect(came > asked.clients // 2, f"{came} of them reached the application")
        expect(after["pid"] == before["pid"], "the worker is the same")
        expect(after["tasks"] <= before["tasks"], f"it has no task left ({after['tasks']})")
        expect(after["connections"] == 0, "it has no connection to its database left")
        expect(after["fds"] <= before["fds"], f"it has no file left ({after['fds']})")
        back = until(SETTLED, lambda: open_files(server.process.pid) <= files)
        now = open_files(server.process.pid)
        expect(back, f"the server has as many files open as before ({files}, now {now})")
        expect("Traceback" not in server.said(), "nobody has written a stack trace")
        expect("Exception" not in server.said(), "nor spoken of an exception")
        if saola:
            server.end(signal.SIGTERM)


def settle(port: int) -> dict[str, int]:
    """The census when nothing more changes for the better, or time is up."""
    until(SETTLED, lambda: census(port)["connections"] == 0)
    # Threads close their files a moment after the last task has ended.
    until(1.0, lambda: census(port)["tasks"] == 1)
    return census(port)


def main() -> None:
    """Read the arguments, and tidy up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for what is written meanwhile; made")
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--against", choices=["saola", "uvicorn"], default="saola")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    temporary, data = asked.folder.absolute() / "tmp", asked.folder.absolute() / "data"
    temporary.mkdir(parents=True)
    data.mkdir()
    print(f"{asked.clients} clients that vanish, --seed {asked.seed}", flush=True)
    try:
        check(asked, temporary, data)
    except Failure as exc:
        sys.exit(f"not so: {exc}")
    except TimeoutError:
        sys.exit(f"not so: all clients have come and gone within {LIMIT:.0f} s")


if __name__ == "__main__":
    main()
