"""Clients that vanish at random points: ``vanish.py FOLDER [--clients 10000] [--seed N]``.

In the middle of a head, of an upload, while they wait, in the middle of an answer, of a WebSocket's
handshake, of a message; with a FIN, with a RST, or with half a FIN; or who stay, and are so slow
that the server ends them. Half of them meet a server that passes uploads on as they come, half one
that keeps them in files until all is here. Afterwards the application has no task, no open file and
no connection to its database left; the server has as many open files as before, no connection, no
body in memory or in a file, no more memory for buffers, and has found no buffer that leaked; nobody
has written a stack trace; and the access log has a line for each request that was answered, and at
most one for any. Standard library only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from harness import Browser, Failure, expect, running, serving, until

CHECKOUT = Path(__file__).resolve().parent.parent
APP = CHECKOUT / "scripts/apps/vanish"
AT_ONCE = 200
WARM_UP = 300  # clients that come first: threads, buffers and files that stay are there then
LIMIT = 120.0  # seconds for all clients of a server
CHUNKS = 16 << 20  # bytes that the allocator may keep more than before
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

    def __init__(self, chance: random.Random, port: int, infinite: bool, number: int) -> None:
        self._chance = chance
        self._port = port
        self.number = number
        self._query = f"?client={number}"
        self.asked = self.answered = False  # a whole head has been sent; an answer to it has begun
        kinds = [self.head, self.upload, self.waiting, self.unaware, self.query, self.flood]
        kinds += [self.handshake, self.chat, self.half_a_message]
        if infinite:  # a server whose send() says nothing never gets rid of these
            kinds += [self.stream, self.news, self.slow_upload, self.slow_head, self.unread]
            kinds += [self.silent]
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
        await self._ask("POST", "/upload", f"Content-Length: {length}\r\n\r\n")
        await self._part(bytes(length))

    async def slow_upload(self) -> None:
        """The beginning of a body, until the server has had enough of it."""
        await self._ask("POST", "/upload", "Content-Length: 500000\r\n\r\nx")
        await self._read(100)

    async def slow_head(self) -> None:
        """The beginning of a head, or of a handshake, until the server has had enough of it."""
        await self._send(f"GET /echo {self._chance.choice([HEAD, HANDSHAKE[:60]])}".encode())
        await self._read(100)

    async def silent(self) -> None:
        """A WebSocket on which nothing is said, and no ping is answered."""
        await self._open("/echo")
        await self._read(100_000)

    async def unread(self) -> None:
        """An answer that nobody reads for longer than the server has patience."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await self._ask("GET", "/flood", "\r\n")
        await asyncio.sleep(1.5)

    async def waiting(self) -> None:
        """A request whose answer never comes."""
        await self._ask("GET", "/wait", "\r\n")

    async def unaware(self) -> None:
        """A request that is answered when nobody is there any more."""
        await self._ask("GET", "/unaware", "\r\n")

    async def query(self) -> None:
        """A whole exchange, perhaps; then part of another."""
        await self._ask("GET", "/query", "\r\n")
        if self._chance.random() < 0.5:
            await self._read(1)
            await self.head()

    async def flood(self) -> None:
        """Part of a large answer."""
        await self._ask("GET", "/flood", "\r\n")
        await self._read(self._chance.choice([1, 1_000, 300_000]))

    async def stream(self) -> None:
        """Some pieces of a stream without end."""
        await self._ask("GET", "/stream", "\r\n")
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
        await self._ask("GET", path, HANDSHAKE.removeprefix(HEAD))
        if self._chance.random() < 0.8:  # else it does not wait for the answer
            await self._read(100)

    async def _ask(self, method: str, path: str, rest: str) -> None:
        """A whole head, or more; the access log tells this client's from others."""
        self.asked = True
        await self._send(f"{method} {path}{self._query} {HEAD}{rest}".encode())

    async def _send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._sock, data)

    async def _part(self, data: bytes) -> None:
        await self._send(data[: self._chance.randrange(len(data))])

    async def _read(self, least: int) -> None:
        while least > 0:
            data = await self._loop.sock_recv(self._sock, 65_536)
            if not data:
                raise ConnectionResetError
            self.answered |= self.asked
            least -= len(data)

    async def _linger(self) -> None:
        await asyncio.sleep(self._chance.random() * 0.03)


async def storm(port: int, clients: range, seed: int, infinite: bool) -> list[Client]:
    """All of these, some at once."""
    chance, all_clients = random.Random(seed), list[Client]()
    left = iter(clients)

    async def take_turns() -> None:
        for number in left:
            client = Client(random.Random(chance.random()), port, infinite, number)
            all_clients.append(client)
            await client.visit()

    async with asyncio.timeout(LIMIT):
        await asyncio.gather(*(take_turns() for _ in range(AT_ONCE)))
    return all_clients


def census(port: int) -> dict[str, int]:
    """What the application holds."""
    found: dict[str, int] = json.loads(Browser(port).get("/census"))
    return found


def open_files(pid: int) -> int:
    """How many descriptors a process has."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory(pid: int, run: Path) -> dict[str, int]:
    """What the server says that it holds for its clients."""
    command = ["./saola", "status", "--server", str(pid), "--json"]
    told = subprocess.run(
        command, cwd=CHECKOUT, check=True, capture_output=True, env={**os.environ, **runtime(run)}
    )
    status = json.loads(told.stdout)
    return {"connections": status["connections"], **status["memory"]}


def runtime(run: Path) -> dict[str, str]:
    """Where the server has its folder, and where it is looked for."""
    return {"XDG_RUNTIME_DIR": str(run)}


def check_log(log: Path, clients: list[Client], came: int) -> None:
    """Each request that was answered has its line, and none has two."""
    answered = {client.number for client in clients if client.answered}
    asked = {client.number for client in clients if client.asked}

    def lines() -> Counter[int]:
        numbers = (int(number) for number in re.findall(r"client=(\d+)", log.read_text()))
        return Counter(number for number in numbers if number >= WARM_UP)

    until(SETTLED, lambda: answered <= lines().keys())
    logged = lines()
    expect(answered <= logged.keys(), f"each of {len(answered)} answers has a line in the log")
    expect(logged.keys() <= asked, "there is none of a request that had no head")
    expect(max(logged.values()) == 1, "and no request has two")
    expect(len(logged) >= came, "the application was called for no other")


def check(asked: argparse.Namespace, temporary: Path, data: Path, mode: str, count: int) -> None:
    """One server, one storm."""
    saola = asked.against == "saola"
    log, run = data / f"access-{mode}.log", data / "run"
    flags = ["--buffer-requests", mode, "--access-logfile", str(log)]
    flags += ["--access-logformat", "$request_uri"]
    # The slow ones are many.
    flags += ["--min-rate-grace", "300ms", "--header-timeout", "500ms"]
    flags += ["--ws-ping-interval", "500ms", "--ws-ping-timeout", "500ms"]
    command = serving(
        asked.against, sys.executable, APP, "vanish_app:app", *(flags if saola else [])
    )
    # What a buffer's leak is found by: the last word counts.
    options = {"SAOLA_JAVA_OPTS": "-Dio.netty.leakDetection.level=paranoid"}
    variables = {"CHECKS_DATA": str(data), **runtime(run), **options}
    with running(command, CHECKOUT, temporary, variables) as server:
        port, pid = server.port(), server.process.pid
        asyncio.run(storm(port, range(WARM_UP), asked.seed + 1, infinite=saola))
        settle(port)
        held = memory(pid, run) if saola else {}
        before, files = census(port), open_files(pid)

        begin = time.monotonic()
        clients = range(WARM_UP, WARM_UP + count)
        visitors = asyncio.run(storm(port, clients, asked.seed, infinite=saola))
        taken = time.monotonic() - begin
        kinds = Counter(client.kind for client in visitors)
        counted = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        print(f"  in {taken:.1f} s: {counted}", flush=True)

        after = settle(port)
        came = after["served"] - before["served"]
        expect(came > count // 3, f"{came} of them reached the application")
        expect(after["pid"] == before["pid"], "the worker is the same")
        expect(after["tasks"] <= before["tasks"], f"it has no task left ({after['tasks']})")
        expect(after["connections"] == 0, "it has no connection to its database left")
        expect(after["fds"] <= before["fds"], f"it has no file left ({after['fds']})")
        back = until(SETTLED, lambda: open_files(pid) <= files)
        now = open_files(pid)
        expect(back, f"the server has as many files open as before ({files}, now {now})")
        if saola:
            check_memory(pid, run, held)
            check_log(log, visitors, came)
            expect("LEAK" not in server.said(), "and no buffer has leaked")
        expect("Traceback" not in server.said(), "nobody has written a stack trace")
        expect("Exception" not in server.said(), "nor spoken of an exception")
        if saola:
            server.end(signal.SIGTERM)
            expect("LEAK" not in server.said(), "to the end")


def check_memory(pid: int, run: Path, before: dict[str, int]) -> None:
    """Everything that it held for them is free."""
    free = {"connections": 0, "bodies": 0, "files": 0}
    until(SETTLED, lambda: free.items() <= memory(pid, run).items())
    now = memory(pid, run)
    expect(free.items() <= now.items(), f"it holds nothing of anybody ({now})")
    was = before["direct"]
    # Each of them once more would be hundreds of megabytes; a chunk for reuse is no leak.
    enough = now["direct"] <= was + CHUNKS
    expect(enough, f"nor more memory for buffers ({was >> 20} MiB, now {now['direct'] >> 20})")


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
    (data / "run").mkdir(parents=True, mode=0o700)
    print(f"{asked.clients} clients that vanish, --seed {asked.seed}", flush=True)
    try:
        modes = ["auto", "on"] if asked.against == "saola" else ["none"]
        for mode in modes:
            check(asked, temporary, data, mode, asked.clients // len(modes))
    except Failure as exc:
        sys.exit(f"not so: {exc}")
    except TimeoutError:
        sys.exit(f"not so: all clients have come and gone within {LIMIT:.0f} s")


if __name__ == "__main__":
    main()
