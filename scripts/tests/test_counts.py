"""The guard guards: a figure above its bound fails, and one far below it is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import tomllib

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

import counts  # noqa: E402
from bounds import Bounds, Figure  # noqa: E402
from systemcalls import Block, NotPermitted, fewest, parse, traced  # noqa: E402

FILE = """\
# Why.

[wsgi.allocated]
look = "exchange"
room = 1.10
any = { now = 600, bound = 660 }

[wsgi.loop-calls]
look = "front/http1"
room = 1.05
any = { now = 6.00, bound = 6.30 }

[wsgi.instructions]
look = "wsgi.py"
room = 1.05
"3.12" = { now = 500, bound = 525 }
"3.13" = { now = 400, bound = 420 }

[wsgi.link-reads]
look = "link.py"
any = { now = 0.50, bound = 0.90 }
"""


@pytest.fixture
def bounds(tmp_path: Path) -> Bounds:
    path = tmp_path / "bounds.toml"
    path.write_text(FILE)
    return Bounds(path)


def figure(
    key: str, value: float, row: str = "any", parts: Mapping[str, float] | None = None
) -> Figure:
    return Figure(key, row, "of something", value, parts or {})


def test_a_figure_at_its_bound_passes_without_a_word(bounds: Bounds) -> None:
    verdict = bounds.judge(figure("wsgi.loop-calls", 6.3))

    assert verdict.breach == verdict.note == ""
    assert "6.30" in verdict.line


def test_a_breach_names_the_figure_the_bound_and_where_to_look(bounds: Bounds) -> None:
    parts = {"sendto": 3.0, "recvfrom": 4.0}

    verdict = bounds.judge(figure("wsgi.loop-calls", 7.0, parts=parts))

    assert verdict.breach == (
        "wsgi.loop-calls: 7.00 of something, which is more than the bound of 6.30 in bounds.toml "
        "(it was 6.00). Where to look: front/http1. Counted: recvfrom 4.00, sendto 3.00"
    )


def test_a_version_has_a_bound_of_its_own(bounds: Bounds) -> None:
    assert bounds.judge(figure("wsgi.instructions", 421, "3.13")).breach
    assert not bounds.judge(figure("wsgi.instructions", 421, "3.12")).breach
    unknown = bounds.judge(figure("wsgi.instructions", 421, "3.14"))
    assert unknown.note == "wsgi.instructions 3.14 = 421 has no bound in bounds.toml"


def test_a_figure_far_below_says_that_the_bound_can_be_lowered(bounds: Bounds) -> None:
    assert "lower the bound of 660" in bounds.judge(figure("wsgi.allocated", 539)).note
    assert bounds.judge(figure("wsgi.allocated", 541)).note == ""
    assert bounds.judge(figure("wsgi.link-reads", 0.03)).note == ""  # chosen


def test_the_file_is_rewritten_row_by_row_and_chosen_bounds_stay(bounds: Bounds) -> None:
    counted = [figure("wsgi.allocated", 300.4), figure("wsgi.instructions", 200, "3.13")]

    text = bounds.rewritten([*counted, figure("wsgi.link-reads", 0.1)])

    changed = FILE.replace("now = 600, bound = 660", "now = 300, bound = 330")
    assert text == changed.replace("now = 400, bound = 420", "now = 200, bound = 210")


def test_every_figure_of_the_file_has_a_bound_above_what_it_is() -> None:
    for interface in tomllib.loads((SCRIPTS / "bounds.toml").read_text()).values():
        for table in interface.values():
            assert table["look"]
            rows = [row for row in table.values() if isinstance(row, dict)]
            assert rows
            assert all(row["now"] < row["bound"] for row in rows)


@pytest.mark.parametrize(
    ("values", "code"), [({"wsgi.loop-calls": 6.0}, 0), ({"wsgi.loop-calls": 6.4}, 1)]
)
def test_each_breach_counts(
    bounds: Bounds, values: dict[str, float], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert counts.judge([figure(key, value) for key, value in values.items()], bounds) == code
    assert ("breach: " in capsys.readouterr().out) == bool(code)


def test_calls_are_read_from_what_strace_writes() -> None:
    text = (
        "71 1700000000.000000005 sendto(0x5, 0x7f, 0x4, 0, 0, 0) = 0x4\n"
        "72 1700000000.000000006 read(0x5,  <unfinished ...>\n"
        "71 1700000000.000000007 epoll_wait(0x6, 0x7f, 0x1, 0xffffffff) = 0x1\n"
        "72 1700000000.000000008 <... read resumed>) = 0x4\n"
        "71 1700000000.000000009 +++ exited with 0 +++\n"
    )

    assert parse(text, 1) == [
        (1_700_000_000_000_000_005, 71, "sendto"),
        (1_700_000_000_000_000_006, 72, "read"),
        (1_700_000_000_000_000_007, 71, "epoll_wait"),
    ]
    assert parse("1700000000.000000005 read(0x5) = 1\n", 9)[0][1] == 9


def test_the_block_with_the_fewest_calls_counts() -> None:
    busy = [(time, 7, "read") for time in range(4)] + [(2, 7, "futex"), (2, 8, "read")]
    quiet = [(time, 7, "read") for time in range(10, 12)]

    rates = fewest([*busy, *quiet], [Block(0, 10, 2), Block(10, 20, 2)], [7])

    assert rates == {"read": 1.0}


def test_a_trace_sees_what_a_process_calls(tmp_path: Path) -> None:
    program = "import sys, os\nfor line in sys.stdin: os.getppid(); print(flush=True)"
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with traced([child.pid], tmp_path / "trace") as trace:

            def ask() -> None:
                assert child.stdin is not None
                assert child.stdout is not None
                for _ in range(50):
                    child.stdin.write("\n")
                    child.stdin.flush()
                    child.stdout.readline()

            trace.block(50, ask)
        assert trace.per_request([child.pid])["getppid"] == 1.0
    except NotPermitted:
        print("nothing may be traced here")
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def test_an_app_that_wastes_breaks_the_bounds_of_a_real_server(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "counts.py"), "--quick", str(tmp_path / "run")],
        env={**os.environ, "COUNTS_WASTE": "1"},
        capture_output=True,
        encoding="utf-8",
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "breach: wsgi.instructions " in done.stdout
    assert "breach: asgi.instructions " in done.stdout
    if "nothing may be traced" not in done.stdout:
        assert re.search(r"breach: wsgi.worker-calls 3.\d+: 1[12]", done.stdout)
        assert "getppid 10.00" in done.stdout
