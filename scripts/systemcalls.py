"""System calls of some threads, counted by strace while they run. Standard library only."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import Failure, until

ATTACHED = 10.0  # seconds
# Thread (if there are several), second, nanosecond, call. No signal, and not the second half of a
# call that another one's line stands in the middle of.
CALL = re.compile(r"(?:(\d+) +)?(\d+)\.(\d{9}) (\w+)\(")


class NotPermitted(Exception):
    """Nothing may be traced here."""


@dataclass(frozen=True)
class Block:
    """A stretch of time in which so many requests were served."""

    begin: int  # nanoseconds of the wall clock
    end: int
    requests: int


class Trace:
    """What strace has written, and when was what."""

    def __init__(self, threads: Sequence[int], output: Path) -> None:
        self._threads = threads
        self._output = output
        self._blocks: list[Block] = []

    def block(self, requests: int, work: Callable[[], None]) -> None:
        """Serve so many requests, to be counted together."""
        begin = time.time_ns()
        work()
        self._blocks.append(Block(begin, time.time_ns(), requests))

    def per_request(self, threads: Sequence[int]) -> dict[str, float]:
        """Calls per request by name, in the block that had the fewest of them.

        What happens now and then (the clock's second, a place where the JVM waits for its compiler)
        can only add to them.
        """
        calls = parse(self._output.read_text(), self._threads[0])
        return fewest(calls, self._blocks, threads)


def parse(text: str, only: int) -> list[tuple[int, int, str]]:
    """Time, thread and name of each call that begins in strace's output."""
    calls = []
    for line in text.splitlines():
        if found := CALL.match(line):
            thread, second, fraction, name = found.groups(str(only))
            calls.append((int(second + fraction), int(thread), name))
    return calls


def fewest(
    calls: Sequence[tuple[int, int, str]], blocks: Sequence[Block], threads: Sequence[int]
) -> dict[str, float]:
    """Each call's count per request in the block in which all of them were fewest."""
    rates = []
    for block in blocks:
        names = Counter(
            name
            for when, thread, name in calls
            if block.begin <= when < block.end and thread in threads
        )
        rates.append({name: count / block.requests for name, count in names.items()})
    return min(rates, key=lambda rate: sum(rate.values()))


@contextlib.contextmanager
def traced(threads: Sequence[int], output: Path) -> Iterator[Trace]:
    """Trace these threads. What was counted can be read behind the block."""
    # raw=all and no strings: what is only counted need not be decoded.
    command = ["strace", "-qq", "-e", "raw=all", "-e", "signal=none", "-o", str(output)]
    command += ["--absolute-timestamps=format:unix,precision:ns"]
    for thread in threads:
        command += ["-p", str(thread)]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    try:
        attached = until(ATTACHED, lambda: strace.poll() is not None or all(map(tracer, threads)))
        if strace.poll() is not None:
            assert strace.stderr is not None
            said = strace.stderr.read().strip()
            if "ptrace" in said and "not permitted" in said:
                raise NotPermitted(said.splitlines()[0])
            raise Failure(f"strace traces the server: {said}")
        if not attached:
            raise Failure(f"strace traces the server within {ATTACHED:.0f} s")
        yield Trace(threads, output)
    finally:
        if strace.poll() is None:
            strace.send_signal(signal.SIGINT)  # it lets them go, and writes what it has
            strace.wait(ATTACHED)
        if strace.stderr is not None:
            strace.stderr.close()


def tracer(thread: int) -> int:
    """The process that traces a thread; 0 if none does."""
    status = Path(f"/proc/{thread}/status").read_text()
    return int(re.findall(r"TracerPid:\s+(\d+)", status)[0])
