#!/usr/bin/env python3
"""Autobahn's WebSocket test suite against Saola: ``scripts/autobahn.py [GROUP…]``.

::

    scripts/autobahn.py              every group; writes docs/websocket-conformance.md
    scripts/autobahn.py 6 7.9 9.1.1  some groups or cases; prints the table only
    scripts/autobahn.py --url ws://127.0.0.1:9001/ 6   another server that echoes

Its fuzzing client plays a few hundred clients, good and bad, and judges what comes back. It needs
Python 2.7 with pip, as ``python2.7`` on the PATH or from pyenv; its packages are kept in
``.saola/check/autobahn``. Standard library only. Ends with 1 when a case failed, or is
non-strict without a reason that is known.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from harness import Failure, running, serving

CHECKOUT = Path(__file__).resolve().parent.parent
EXAMPLE = CHECKOUT / "examples/raw_asgi"
PAGE = CHECKOUT / "docs/websocket-conformance.md"
REQUIREMENTS = Path(__file__).with_name("requirements-autobahn.txt")
VIRTUALENV = "virtualenv==20.15.1"  # the last one that runs on Python 2.7
UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h

GROUPS = {
    "1": "Framing",
    "2": "Pings and pongs",
    "3": "Reserved bits",
    "4": "Opcodes",
    "5": "Fragmentation",
    "6": "UTF-8",
    "7": "Closing",
    "9": "Limits and performance",
    "10": "Automatic fragmentation",
    "12": "Compression, different payloads",
    "13": "Compression, different parameters",
}
# The last two are long: taken in parts, one hears more of them.
ALL = [
    *list(GROUPS)[:-2],
    *(f"12.{part}" for part in range(1, 6)),
    *(f"13.{p}" for p in range(1, 8)),
]
# Cases that may be non-strict, all for one reason.
EARLY = ["3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5", "5.15"]
GOOD, BAD = ("OK", "INFORMATIONAL"), ("NON-STRICT", "UNIMPLEMENTED", "FAILED")


@dataclass(frozen=True)
class Case:
    """What came of one case."""

    number: str
    verdict: str
    reason: str

    @property
    def group(self) -> str:
        """The group that it belongs to."""
        return self.number.partition(".")[0]

    @property
    def order(self) -> list[int]:
        """Its number, to sort by."""
        return [int(part) for part in self.number.split(".")]

    @property
    def is_bad(self) -> bool:
        """Whether it must not be so."""
        excused = self.verdict == "NON-STRICT" and self.number in EARLY
        return self.verdict in ("FAILED", "NON-STRICT") and not excused


def read_report(folder: Path) -> list[Case]:
    """The cases in a folder of reports."""
    # Written only when all cases of the run have ended.
    by_server = json.loads((folder / "index.json").read_text())
    cases = []
    for number, judged in by_server.get("server", {}).items():
        details = json.loads((folder / judged["reportfile"]).read_text())
        verdict, closing = judged["behavior"], judged["behaviorClose"]
        if verdict == "UNIMPLEMENTED" or closing in GOOD:
            reason = details["result"]
            if verdict == "NON-STRICT":
                reason += f" Best is {details['expected']['OK']}, not {details['received']}."
        else:
            # How the connection ended is judged by itself: UNCLEAN, WRONG CODE, FAILED BY CLIENT.
            verdict, reason = "FAILED", f"{closing}: {details['resultClose']}"
        if verdict not in GOOD + BAD:
            verdict, reason = "FAILED", f"{verdict}: {reason}"
        cases.append(Case(number, verdict, shorten(reason, 200)))
    return cases


def table(cases: Iterable[Case]) -> str:
    """How many cases of each group ended how, and every one that is not OK, with the reason."""
    cases = sorted(cases, key=lambda case: case.order)
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        counts.setdefault(case.group, Counter())[case.verdict] += 1
    total = sum(counts.values(), Counter[str]())
    lines = ["| Group | Cases | OK | Informational | Non-strict | Unimplemented | Failed |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|"]
    rows = [(f"{group} {GROUPS.get(group, '')}", counted) for group, counted in counts.items()]
    for name, counted in [*rows, ("all", total)]:
        figures = [counted.total(), *(counted[verdict] for verdict in GOOD + BAD)]
        lines.append(f"| {name} | {' | '.join(map(str, figures))} |")
    others = [case for case in cases if case.verdict != "OK"]
    if others:
        lines += ["", "Those that are not OK, with Autobahn's words:", ""]
        lines += ["| Case | | Why |", "|---|---|---|"]
        lines += [
            f"| {case.number} | {case.verdict.lower()} | {case.reason.replace('|', '/')} |"
            for case in others
        ]
    return "\n".join(lines) + "\n"


def page(shown: str) -> str:
    """The document."""
    return f"""# WebSocket conformance

<!-- Made by scripts/autobahn.py. -->

What Autobahn's test suite (`autobahntestsuite` 25.10.1, its fuzzing client) finds of a Saola that
serves `/ws/echo` of [examples/raw_asgi](../examples/raw_asgi/raw_asgi.py). "Informational" is
Autobahn's word for behaviour that RFC 6455 leaves open. To run it again: `scripts/autobahn.py`,
which needs a Python 2.7.

{shown}
## Why some are non-strict

In {", ".join(EARLY)} a good message is followed at once by a bad frame, and Autobahn likes it best
if the echo of the one comes before the end that the other brings. The server finds the fault while
the message is on its way to the app, and fails the connection there and then (RFC 6455 §7.1.7):
to hold that back until an app in another process may have answered would be to guess how long it
takes. So it is a race whether the echo comes first, and either outcome is right.
"""


class Suite:
    """Autobahn's fuzzing client."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._bin = CHECKOUT / ".saola/check/autobahn/bin"

    def install(self) -> None:
        """Make its environment, unless it was made from the same requirements already."""
        made_from = self._bin.with_name(".made-from")
        wanted = f"{find_python2()}\n{VIRTUALENV}\n{REQUIREMENTS.read_text()}"
        if made_from.exists() and made_from.read_text() == wanted:
            return
        print("installing Autobahn's test suite …", flush=True)
        folder = self._bin.parent
        shutil.rmtree(folder, ignore_errors=True)
        with tempfile.TemporaryDirectory() as tools:
            pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check"]
            quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
            python = find_python2()
            subprocess.run([python, *pip, "--target", tools, VIRTUALENV], check=True, env=quiet)
            command = [python, "-m", "virtualenv", "-q", str(folder)]
            subprocess.run(command, check=True, env={**quiet, "PYTHONPATH": tools})
        command = [str(self._bin / "python"), *pip, "-r", str(REQUIREMENTS)]
        subprocess.run(command, check=True, env=quiet)
        made_from.write_text(wanted)

    def run(self, url: str, group: str, folder: Path) -> list[Case]:
        """Run a group of cases; say how far it is; end it when it takes too long."""
        specification = folder / "fuzzingclient.json"
        # Autobahn makes a regular expression of it: . becomes \. and * becomes .*
        pattern = f"{group}($|.*)"
        asked = {"servers": [{"agent": "server", "url": url}], "cases": [pattern]}
        further = {"outdir": str(folder), "exclude-cases": [], "exclude-agent-cases": {}}
        specification.write_text(json.dumps({**asked, **further}))
        process = subprocess.Popen(
            [self._bin / "wstest", "-m", "fuzzingclient", "-s", specification],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begin = time.monotonic()
        late = threading.Timer(self._end - begin, process.kill)
        late.start()
        last, started, expected = "", 0, 0
        assert process.stdout is not None
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if found := re.match(r"Running test case ID ([\d.]+)", line):
                    last, started = found[1], started + 1
                    if started % 50 == 0:
                        print(f"  {started} of {expected} cases", flush=True)
                elif found := re.match(r"Ok, will run (\d+) test cases", line):
                    expected = int(found[1])
                    if not expected:
                        raise Failure(f"there is a case {group}")
            process.wait()
        finally:
            late.cancel()
            process.kill()
            process.wait()
        now = time.monotonic()
        if now > self._end:
            raise Failure(f"it ends in time; it was at case {last}")
        if not (folder / "index.json").exists():
            raise Failure(f"Autobahn runs {group}:\n{''.join(said)}")
        cases = read_report(folder)
        if len(cases) < expected:
            raise Failure(f"the server lives on; it answered {len(cases)} of {expected} cases")
        counted = Counter(case.verdict for case in cases)
        verdicts = ", ".join(f"{counted[v]} {v.lower()}" for v in GOOD + BAD if counted[v])
        print(f"{group:6} {len(cases):4} cases in {now - begin:3.0f} s: {verdicts}", flush=True)
        return cases


def find_python2() -> str:
    """A Python 2.7."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [shutil.which("python2.7"), *sorted(map(str, pyenv.glob("2.7.*/bin/python2.7")))]
    for found in filter(None, candidates):
        # A shim may stand for a version that is switched off: only a Python that runs counts.
        run = subprocess.run([found, "-c", "import pip"], stderr=subprocess.DEVNULL, check=False)
        if run.returncode == 0:
            return found
    print("autobahn: needs Python 2.7 with pip: pyenv install 2.7.18", file=sys.stderr)
    sys.exit(UNAVAILABLE)


@contextlib.contextmanager
def served(url: str | None, folder: Path) -> Iterator[str]:
    """The address to test: the one that was given, or that of a Saola for the time being."""
    if url:
        yield url
        return
    # 9.1.6 sends 16 MiB in one message.
    flags = ["--ws-max-size", "17M"]
    command = serving("saola", sys.executable, EXAMPLE, "raw_asgi:app", *flags)
    temporary = folder / "tmp"
    temporary.mkdir()
    with running(command, CHECKOUT, temporary) as server:
        yield f"ws://127.0.0.1:{server.port()}/ws/echo"


def known(groups: list[str]) -> list[str]:
    """Those that were asked for, or all."""
    for group in groups:
        if not re.fullmatch(r"\d+(\.\d+){0,2}", group) or group.partition(".")[0] not in GROUPS:
            sys.exit(f"autobahn: there is no group {group}; there are {' '.join(GROUPS)}")
    return groups or ALL


def main() -> None:
    """Run the groups one after another."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="such as 6 or 7.9 or 9.1.1")
    parser.add_argument("--url", help="a server that runs already and echoes")
    parser.add_argument("--limit", type=float, default=2700, help="seconds for all of it (2700)")
    asked = parser.parse_args()
    wanted = known(asked.groups)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    suite = Suite(asked.limit)
    suite.install()
    cases: list[Case] = []
    try:
        with tempfile.TemporaryDirectory() as name, served(asked.url, Path(name)) as url:
            for group in wanted:
                folder = Path(name, group)
                folder.mkdir()
                cases += suite.run(url, group, folder)
    except Failure as exc:
        sys.exit(f"not so: {exc}")
    shown = table(cases)
    if asked.groups or asked.url:
        print(shown, end="")
    else:
        PAGE.write_text(page(shown))
        print(f"written to {PAGE.relative_to(CHECKOUT)}")
    bad = [case.number for case in cases if case.is_bad]
    if bad:
        sys.exit(f"failed, or non-strict without a reason: {' '.join(bad)}")


if __name__ == "__main__":
    main()
