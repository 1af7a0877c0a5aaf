"""What one request costs, in counts: ``counts.py FOLDER [--rewrite]``.

A time depends on the machine and on what else it does; these figures do not: system calls of the
event loop and of the worker, bytes that the event loop's thread allocates, bytecode instructions
of the worker, reads of the link. A hello of a WSGI and of an ASGI app on a real server with one
worker, 5 000 requests each after those that warm it. ``bounds.toml`` has what each figure may be;
one that is more ends with exit code 1. Standard library only; strace has to be installed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bounds import ANY, Bounds, Figure
from harness import Browser, Failure, Server, descendants, running
from lockstep import AT_ONCE, Clients, named
from systemcalls import NotPermitted, traced

CHECKOUT = Path(__file__).resolve().parent.parent
APP = CHECKOUT / "scripts/apps/counts"
BOUNDS = CHECKOUT / "scripts/bounds.toml"
LOOP = "multiThreadIo"  # how the names of Netty's threads begin


@dataclass(frozen=True)
class Load:
    """How many requests each part of a run makes."""

    warm: int  # rounds of AT_ONCE
    counted: int  # requests whose instructions are counted
    blocks: int  # of requests one by one, of which the one with the least counts
    alone: int  # requests in such a block
    batches: int  # blocks of requests that come together
    rounds: int  # of AT_ONCE, in such a block


# The JVM compiles what it does often; the bounds are for compiled code, which allocates less.
FULL = Load(warm=320, counted=320, blocks=11, alone=100, batches=40, rounds=2)
QUICK = Load(warm=20, counted=32, blocks=3, alone=30, batches=5, rounds=2)


class Allocations:
    """Asks the server's JVM how much its threads have allocated."""

    def __init__(self, server: int) -> None:
        java = Path(os.environ["SAOLA_JAVA_HOME"], "bin/java")
        self._tool = subprocess.Popen(
            [str(java), str(CHECKOUT / "scripts/Allocated.java"), str(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def of_the_loop(self) -> int:
        """Bytes so far."""
        assert self._tool.stdin is not None
        assert self._tool.stdout is not None
        self._tool.stdin.write("\n")
        self._tool.stdin.flush()
        found = 0
        for line in self._tool.stdout:
            size, _, name = line.strip().partition(" ")
            if not size:
                break
            if name.startswith(LOOP):
                found += int(size)
        if not found:
            raise Failure(f"the JVM says how much its threads {LOOP}… have allocated")
        return found

    def close(self) -> None:
        """End the tool."""
        assert self._tool.stdin is not None
        assert self._tool.stdout is not None
        self._tool.stdin.close()
        self._tool.wait()
        self._tool.stdout.close()


class Run:
    """One server with one app."""

    def __init__(
        self, kind: str, version: str, server: Server, load: Load, temporary: Path
    ) -> None:
        self._kind = kind
        self._version = version
        self._load = load
        self._temporary = temporary
        self._server = server.process.pid
        self._port = server.port()
        self._worker = worker_of(self._server)
        self._clients = Clients(self._server, self._port)

    def figures(self) -> Iterator[Figure]:
        """All that is counted."""
        with contextlib.closing(self._clients) as clients:
            clients.together(self._load.warm, stopped=False)
            yield self._allocated()
            yield from self._instructions()
            yield from self._system_calls_alone()
            yield from self._system_calls_together()

    def _allocated(self) -> Figure:
        load = self._load
        found = []
        with contextlib.closing(Allocations(self._server)) as allocations:
            before = allocations.of_the_loop()
            for _ in range(load.blocks):
                self._clients.alone(load.alone)
                after = allocations.of_the_loop()
                found.append((after - before) / load.alone)
                before = after
        value = min(found)  # what comes from timers can only add to it
        return Figure(f"{self._kind}.allocated", ANY, "bytes allocated by the event loop", value)

    def _instructions(self) -> Iterator[Figure]:
        """Instructions of the worker; exact."""
        what, requests = "bytecode instructions of the worker", self._load.counted
        parts = self._counted(lambda: self._clients.alone(requests), requests)
        yield self._of_the_worker("instructions", what, parts)
        if self._kind == "asgi":  # how many WSGI requests travel together depends on their times
            rounds = requests // AT_ONCE
            parts = self._counted(lambda: self._clients.together(rounds), rounds * AT_ONCE)
            yield self._of_the_worker("instructions-together", f"{what}, {AT_ONCE} at once", parts)

    def _of_the_worker(self, name: str, what: str, parts: Mapping[str, float]) -> Figure:
        return Figure(f"{self._kind}.{name}", self._version, what, sum(parts.values()), parts)

    def _counted(self, work: Callable[[], None], requests: int) -> Mapping[str, float]:
        browser = Browser(self._port)
        browser.get("/counted/start")
        work()
        found: dict[str, int] = json.loads(browser.get("/counted/stop"))
        return {place: count / requests for place, count in found.items()}

    def _system_calls_alone(self) -> Iterator[Figure]:
        load, (loop, *others) = self._load, named(self._server, LOOP)
        if others:
            raise Failure(f"the server has one event loop, not {1 + len(others)}")
        with traced([loop, self._worker], self._temporary / "alone") as trace:
            for _ in range(load.blocks):
                trace.block(load.alone, lambda: self._clients.alone(load.alone))
        parts = trace.per_request([loop])
        what = "system calls of the event loop"
        yield Figure(f"{self._kind}.loop-calls", ANY, what, sum(parts.values()), parts)
        parts = trace.per_request([self._worker])
        yield self._of_the_worker("worker-calls", "system calls of the worker", parts)

    def _system_calls_together(self) -> Iterator[Figure]:
        """How well the link batches: the worker has no other socket."""
        rounds, requests = self._load.rounds, self._load.rounds * AT_ONCE
        # Not the event loop: a process that is traced is not stopped as another is.
        with traced([self._worker], self._temporary / "together") as trace:
            for _ in range(self._load.batches):
                trace.block(requests, lambda: self._clients.together(rounds))
        parts = trace.per_request([self._worker])
        for name, what, calls in (
            ("link-reads", "reads of the link", ("recvfrom", "recvmsg", "read")),
            ("link-writes", "writes to the link", ("sendto", "sendmsg", "write")),
        ):
            found = {call: parts.get(call, 0.0) for call in calls}
            yield self._of_the_worker(name, f"{what} by the worker, {AT_ONCE} at once", found)


def worker_of(server: int) -> int:
    """The one worker's process."""
    for pid in descendants(server):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"saola: worker "):
                return pid
    raise Failure("the server has a worker")


def serve(kind: str, python: str, load: Load, temporary: Path) -> Iterator[Figure]:
    """Start a server, and count what its requests cost."""
    command = ["./saola", "serve", "-b", "127.0.0.1:0", "-w", "1", "--loop", "asyncio"]
    command += ["--access-logfile", str(temporary / "access.log")]
    command += ["--python", python, "--chdir", str(APP), f"counted_app:{kind}"]
    # An image has no modules for JMX, and the same classes.
    with running(command, CHECKOUT, temporary, {"SAOLA_JAVA_IMAGE": "off"}) as server:
        yield from Run(kind, version_of(python), server, load, temporary).figures()


def version_of(python: str) -> str:
    """3.13, say."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([python, "-c", program], encoding="utf-8").strip()


def count(python: str, load: Load, temporary: Path) -> Iterator[Figure]:
    """Both interfaces, one after the other."""
    for kind in ("wsgi", "asgi"):
        try:
            yield from serve(kind, python, load, temporary)
        except NotPermitted as exc:
            print(f"note: system calls were not counted, nothing may be traced here: {exc}")


def judge(figures: list[Figure], bounds: Bounds) -> int:
    """Say what there is to say; how many bounds are broken."""
    verdicts = [bounds.judge(figure) for figure in figures]
    for verdict in verdicts:
        print(verdict.line)
    for verdict in verdicts:
        if verdict.note:
            print(f"note: {verdict.note}")
    breaches = [verdict.breach for verdict in verdicts if verdict.breach]
    for breach in breaches:
        print(f"breach: {breach}")
    return len(breaches)


def main() -> None:
    """Read the arguments, count, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for what is written meanwhile; made")
    parser.add_argument("--python", default=sys.executable, help="for the worker")
    parser.add_argument(
        "--quick", action="store_true", help="to see that it runs; too few to judge by"
    )
    parser.add_argument("--rewrite", action="store_true", help="write what was counted to the file")
    parser.add_argument("--bounds", type=Path, default=BOUNDS, help="another file of bounds")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if shutil.which("strace") is None:
        sys.exit("counts.py: strace is not installed: apt install strace")
    if "SAOLA_JAVA_HOME" not in os.environ:
        sys.exit("counts.py: SAOLA_JAVA_HOME has to name the JDK")
    asked.folder.mkdir(parents=True)
    try:
        load = QUICK if asked.quick else FULL
        figures = list(count(asked.python, load, asked.folder.absolute()))
    except Failure as exc:
        sys.exit(f"not so: {exc}")
    bounds = Bounds(asked.bounds)
    if asked.rewrite:
        asked.bounds.write_text(bounds.rewritten(figures))
    sys.exit(1 if judge(figures, Bounds(asked.bounds)) else 0)


if __name__ == "__main__":
    main()
