"""Keeper, molds and workers as real processes, with a server that is not one."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fake_server import (
    PATIENCE,
    FakeServer,
    Peer,
    alive,
    credit,
    environ,
    head,
    request,
    wait_until_gone,
)
from saola_worker import wire

HELLO = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello world\\n"]
"""

PATHS = """
import os, subprocess, sys, time

def app(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [])
    return globals()[path[1:]](environ)
"""


def get(peer: Peer, path: str, stream: int = 1) -> bytes:
    peer.send(request(stream, environ(PATH_INFO=path)))
    status, _, body = peer.answer()
    assert status == "200 OK"
    return body


def test_a_request_is_answered(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()

    peer.send(request(1, environ()))

    assert peer.answer() == ("200 OK", {"Content-Type": "text/plain"}, b"hello world\n")


def test_a_mold_says_what_it_has_loaded(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.begin()
    peer, _ = server.mold()

    assert peer.expect(wire.READY).payload == b"wsgi\napp:app"


def test_a_worker_is_the_keepers_child_and_leads_its_group(server: FakeServer) -> None:
    server.write_app(HELLO)
    _, pid = server.worker()

    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

    assert [int(field) for field in fields[1:4]] == [server.keeper.pid, pid, pid]


def test_titles_tell_who_is_who(server: FakeServer) -> None:
    server.write_app(HELLO)
    _, pid = server.worker()

    def shown(pid: int) -> tuple[str, str]:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()
        return Path(f"/proc/{pid}/comm").read_text().strip(), line

    assert shown(server.keeper.pid) == ("saola:keeper", "saola: keeper")
    assert shown(pid) == ("saola:wkr-3", "saola: worker 3 g7")


def test_the_app_sees_nothing_of_keeper_and_mold(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def look(environ):
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
        except FileNotFoundError:  # of the listing itself
            pass
    kinds = sorted(link.split(":")[0].rsplit("/", 1)[-1] for link in links)
    return [repr((kinds, sys.path[0] == os.getcwd(), sys.stdin.read())).encode()]
"""
    )
    peer, _ = server.worker()

    assert get(peer, "/look") == b"(['null', 'page-3', 'slot-3', 'slot-3', 'socket'], True, '')"


def test_what_the_app_prints_comes_through_its_fifo(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
print("imported")
def say(environ):
    print("out")
    print("err", file=sys.stderr)
    print("stream", file=environ["wsgi.errors"], end="")
    with open("/dev/stdout", "w") as out:
        out.write("dev")
    return []
"""
    )
    peer, _ = server.worker()

    get(peer, "/say")

    assert server.read_output("slot-3", b"dev") == b"out\nerr\nstreamdev"
    assert server.read_output("mold", b"\n") == b"imported\n"


def test_a_killed_worker_is_reported_and_a_new_one_takes_its_slot(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.begin()
    mold = server.ready_mold()
    _, pid = server.fork(mold, 3)

    os.kill(pid, signal.SIGKILL)

    server.expect("exited", pid, "worker", 7, 3, -9)
    peer, _ = server.fork(mold, 3)
    peer.expect(wire.READY)
    assert get(peer, "/") == b"hello world\n"


def test_what_a_killed_worker_has_started_goes_with_it(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def start(environ): return [b'%d' % subprocess.Popen(['sleep', '60']).pid]"
    )
    peer, pid = server.worker()
    child = int(get(peer, "/start"))

    server.tell(f"kill {pid} 9")

    server.expect("exited", pid, "worker", 7, 3, -9)
    wait_until_gone(child, seconds=PATIENCE)
    server.expect("exited", child, "other", 0, 0, -9)


def test_the_keeper_kills_nobody_elses_process(server: FakeServer) -> None:
    server.begin()
    stranger = subprocess.Popen(["sleep", "60"])

    server.tell(f"kill {stranger.pid} 9")
    server.fifo("mold")

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_the_end_of_the_server_leaves_no_process_and_no_folder(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def daemon(environ):
    code = "import signal, time; signal.signal(15, 1); print('', flush=True); time.sleep(60)"
    child = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE)
    child.stdout.readline()
    return [b"%d" % child.pid]

def stuck(environ):
    sum(range(10 ** 12))

def deaf(environ):
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)
"""
    )
    spool = server.root / "spool"
    (spool / "a" / "b").mkdir(parents=True)
    (spool / "a" / "link").symlink_to(server.app)
    server.begin(clean=str(spool))
    mold = server.ready_mold()
    pids = []
    for slot, path in enumerate(("/daemon", "/stuck", "/deaf")):
        peer, pid = server.fork(mold, slot)
        peer.expect(wire.READY)
        pids.append(pid)
        if path == "/daemon":
            pids.append(int(get(peer, path)))
        else:
            peer.send(request(1, environ(PATH_INFO=path)))
            wait_for_start(server, slot)
    assert server.keeper.stdin is not None

    server.keeper.stdin.close()

    wait_until_gone(server.keeper.pid, *pids, seconds=2.0)
    assert not server.run.exists()
    assert not spool.exists()
    assert server.app.exists()


def wait_for_start(server: FakeServer, slot: int, stream: int = 1) -> None:
    end = time.monotonic() + PATIENCE
    while server.pages[slot][0] < stream:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_stop_leaves_the_folders_to_the_server(server: FakeServer) -> None:
    server.write_app(HELLO)
    _, pid = server.worker()

    server.tell("stop")

    assert server.keeper.wait(PATIENCE) == 0
    assert not alive(pid)
    assert server.run.exists()


def test_workers_die_with_the_keeper(server: FakeServer) -> None:
    server.write_app(PATHS + "def stuck(environ): sum(range(10 ** 12))")
    peer, pid = server.worker()
    peer.send(request(1, environ(PATH_INFO="/stuck")))
    wait_for_start(server, 3)

    server.keeper.kill()

    wait_until_gone(pid, seconds=1.0)
    server.keeper.wait(PATIENCE)
    server.keeper.returncode = 0  # as intended


def test_the_terminals_interrupt_reaches_nobody(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, pid = server.worker()

    assert os.getsid(server.keeper.pid) == server.keeper.pid
    assert os.getsid(pid) == pid
    os.kill(server.keeper.pid, signal.SIGINT)
    os.kill(server.keeper.pid, signal.SIGTERM)

    assert get(peer, "/") == b"hello world\n"


def test_an_import_that_fails_shows_the_apps_traceback_alone(server: FakeServer) -> None:
    server.write_app("def inner():\n    import not_there\n\ninner()\n")
    server.begin()
    peer, pid = server.mold()

    kind, _, text = peer.expect(wire.UNFIT).payload.decode().partition("\n")

    assert kind == "import"
    frames = [line.split(",")[0].strip() for line in text.split("\n") if "File " in line]
    assert frames == [f'File "{server.app}/app.py"'] * 2
    assert text.endswith("ModuleNotFoundError: No module named 'not_there'\n")
    server.expect("exited", pid, "mold", 7, 0, 3)
    assert server.read_output("mold", b"not_there'\n").decode() == text


def test_a_target_that_is_not_there_gets_a_suggestion(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.settings["target"] = "ap:app"
    server.begin()
    peer, pid = server.mold()

    unfit = peer.expect(wire.UNFIT).payload.decode()

    assert unfit == f"target\nno module named 'ap' in {server.app}; did you mean 'app'?"
    server.expect("exited", pid, "mold", 7, 0, 3)


@pytest.mark.parametrize("load", ["prefork", "lazy"])
def test_a_worker_imports_what_its_mold_has_not(server: FakeServer, load: str) -> None:
    server.write_app("import os\nme = os.getpid()\n" + PATHS + "def who(e): return [b'%d' % me]")
    server.settings["load"] = load
    peer, pid = server.worker()

    assert get(peer, "/who") == b"%d" % pid


def test_a_worker_that_cannot_import_exits_3(server: FakeServer) -> None:
    server.write_app("1 / 0")
    server.settings["load"] = "prefork"
    server.begin()

    _, pid = server.fork(server.ready_mold(), 3)

    server.expect("exited", pid, "worker", 7, 3, 3)
    assert b"ZeroDivisionError" in server.read_output("slot-3", b"Error: division by zero\n")


def test_settings_reach_the_app(server: FakeServer) -> None:
    more = server.root / "more"
    more.mkdir()
    (more / "other.py").write_text("name = 'other'")
    server.write_app(
        PATHS + "import other\ndef env(e): return [os.environ['A'].encode(), b' '"
        " + other.name.encode(), b' ' + e['SERVER_SOFTWARE'].encode()]"
    )
    server.settings.update(env={"A": "1"}, pythonpath=f"/nowhere:{more}")
    peer, _ = server.worker()

    assert get(peer, "/env") == b"1 other saola/test"


def test_a_batch_is_answered_in_one_piece(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()
    before = peer.receives

    peer.send(*(request(stream, environ()) for stream in range(1, 33)))

    assert [peer.next().stream for _ in range(32)] == list(range(1, 33))
    assert peer.receives - before <= 4


def test_the_status_page_says_what_has_started(server: FakeServer) -> None:
    server.write_app(PATHS + "def stuck(environ): time.sleep(60)")
    peer, pid = server.worker()
    before = time.monotonic_ns()

    peer.send(request(4, environ(PATH_INFO="/stuck")), request(5, environ()))
    wait_for_start(server, 3, 4)

    assert server.pages[3][0] == 4
    assert before < server.pages[3][8] < time.monotonic_ns()
    server.tell(f"kill {pid} 9")
    server.expect("exited", pid)


def test_an_idle_worker_says_so(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()

    get(peer, "/")

    end = time.monotonic() + PATIENCE
    while server.pages[3][8]:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_withdrawn_request_is_skipped(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, _ = server.worker()
    server.pages[3][1] = 2

    peer.send(*(request(stream, environ()) for stream in (1, 2, 3)))

    kinds = [(frame.kind, frame.stream) for frame in (peer.next(), peer.next(), peer.next())]
    assert kinds == [(wire.SKIPPED, 1), (wire.SKIPPED, 2), (wire.RESPONSE, 3)]


def test_a_signal_sends_the_answers_that_a_long_request_holds_back(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def fast(environ): return [b"fast"]
def slow(environ):
    end = time.monotonic() + 60
    while not os.path.exists("go") and time.monotonic() < end:
        time.sleep(0.01)
    return [b"slow"]
"""
    )
    peer, pid = server.worker()
    peer.send(request(1, environ(PATH_INFO="/fast")), request(2, environ(PATH_INFO="/slow")))
    wait_for_start(server, 3, 2)

    server.tell(f"kill {pid} RTMIN+4")

    assert peer.answer()[2] == b"fast"
    (server.app / "go").touch()
    assert peer.answer()[2] == b"slow"


def test_a_signal_at_any_other_moment_does_nothing(server: FakeServer) -> None:
    server.write_app(HELLO)
    peer, pid = server.worker()

    for stream in range(1, 200):
        server.tell(f"kill {pid} RTMIN+4")
        assert get(peer, "/", stream) == b"hello world\n"


def test_pieces_are_sent_at_once(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def pieces(environ):
    yield b"one"
    while not os.path.exists("go"):
        time.sleep(0.01)
    yield b"two"
"""
    )
    peer, _ = server.worker()

    peer.send(request(1, environ(PATH_INFO="/pieces")))

    peer.expect(wire.HEAD)
    assert peer.expect(wire.DATA).payload == b"one"
    (server.app / "go").touch()
    assert peer.expect(wire.DATA).payload == b"two"
    assert peer.expect(wire.END).flags == 0


def test_a_worker_waits_for_credit_and_keeps_reading(server: FakeServer) -> None:
    server.write_app(PATHS + "def big(e): return [b'x' * 300_000]\ndef small(e): return [b'small']")
    server.settings["window"] = 100_000
    peer, _ = server.worker()
    peer.send(request(1, environ(PATH_INFO="/big")))
    frame = peer.expect(wire.HEAD)
    assert head(frame, frame.payload) == ("200 OK", {"Content-Length": "300000"})
    assert [len(peer.expect(wire.DATA).payload) for _ in range(2)] == [65_536, 34_464]

    # More than both sockets' buffers hold: only a worker that reads makes room for the credit.
    more = [
        request(stream, environ(PATH_INFO="/small", HTTP_X="y" * 5_000)) for stream in range(2, 200)
    ]
    peer.send(*more)
    peer.send(credit(1, 300_000))

    size = 0
    while (frame := peer.next()).kind == wire.DATA:
        size += len(frame.payload)
    assert (frame.kind, frame.flags, size) == (wire.END, 0, 200_000)
    assert [peer.answer()[2] for _ in more] == [b"small"] * len(more)


def test_a_response_whose_client_has_gone_is_aborted_after_close(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def endless(environ):
    try:
        while True:
            yield b"x" * 1000
    finally:
        print("closed")
"""
    )
    server.settings["window"] = 10_000
    peer, _ = server.worker()
    peer.send(request(1, environ(PATH_INFO="/endless")))
    peer.expect(wire.HEAD)
    for _ in range(10):
        peer.expect(wire.DATA)

    server.pages[3][10] = 1

    assert peer.expect(wire.END).flags == wire.ABORTED
    server.read_output("slot-3", b"closed\n")


def test_an_apps_exception_is_a_500_and_the_worker_lives(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def fail(environ): raise SystemExit('enough')\ndef ok(e): return [b'ok']"
    )
    peer, _ = server.worker()

    peer.send(request(1, environ(PATH_INFO="/fail")), request(2, environ(PATH_INFO="/ok")))

    text = peer.expect(wire.FAILED).payload.decode()
    assert text.endswith("SystemExit: enough\n")
    assert "saola_worker" not in text
    assert peer.answer()[0] == "500 Internal Server Error"
    assert peer.answer()[2] == b"ok"


def test_bodies_in_memory_and_in_a_file(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def read(environ):
    body = environ["wsgi.input"]
    first = body.read(3)
    rest = body.read()
    body.seek(0)
    return [first, b" ", rest, b" ", body.readline(), b" ", body.read(10)]
"""
    )
    spool = server.root / "spool file"
    spool.write_bytes(b"abcdef\nx")
    peer, _ = server.worker()

    peer.send(request(1, environ(PATH_INFO="/read"), b"abcdef\nx"))
    peer.send(request(2, environ(PATH_INFO="/read"), path=str(spool)))
    peer.send(request(3, environ(PATH_INFO="/read"), path="/nowhere"))
    peer.send(request(4, environ(PATH_INFO="/read")))

    assert peer.answer()[2] == b"abc def\nx abcdef\n x"
    assert peer.answer()[2] == b"abc def\nx abcdef\n x"
    assert b"FileNotFoundError" in peer.expect(wire.FAILED).payload
    assert peer.answer()[0] == "500 Internal Server Error"
    assert peer.answer()[2] == b"   "


def test_a_request_of_a_megabyte_arrives_in_pieces(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def size(e): return [b'%d' % len(e['wsgi.input'].read()), e['A'].encode()[:1]]"
    )
    peer, _ = server.worker()

    for stream in (1, 2, 3):
        blob = environ(PATH_INFO="/size", A="a" * 1_000)
        peer.send(request(stream, blob, b"x" * (wire.MAX_PAYLOAD - 4_096)))

        assert peer.answer()[2] == b"%da" % (wire.MAX_PAYLOAD - 4_096)


@pytest.mark.parametrize("bad", [wire.frame(0x33, 1), struct.pack("<III", 1 << 21, 0x31, 1)])
def test_a_broken_frame_ends_a_worker_with_70(server: FakeServer, bad: bytes) -> None:
    server.write_app(HELLO)
    peer, pid = server.worker()

    peer.send(bad)

    server.expect("exited", pid, "worker", 7, 3, 70)
    assert b"broken link" in server.read_output("slot-3", b"\n")


def test_stop_finishes_what_was_given(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.begin()
    mold = server.ready_mold()
    peer, _ = server.fork(mold, 3)
    peer.expect(wire.READY)

    peer.send(request(1, environ()), wire.frame(wire.STOP))
    mold.send(wire.frame(wire.STOP))

    assert peer.answer()[2] == b"hello world\n"
    peer.expect(wire.BYE)
    mold.expect(wire.BYE)
    ends = sorted(server.line()[2:] for _ in range(2))
    assert ends == [["mold", "7", "0", "0"], ["worker", "7", "3", "0"]]


def test_the_end_of_the_link_ends_mold_and_worker(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.begin()
    mold = server.ready_mold()
    peer, _ = server.fork(mold, 3)
    peer.expect(wire.READY)

    peer.sock.close()
    mold.sock.close()

    assert {tuple(server.line()[2:]) for _ in range(2)} == {
        ("mold", "7", "0", "0"),
        ("worker", "7", "3", "0"),
    }


def test_a_process_that_the_app_forks_does_not_hold_the_link(server: FakeServer) -> None:
    server.write_app(
        PATHS
        + """
def fork(environ):
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    return [b"%d" % pid]
"""
    )
    peer, pid = server.worker()
    get(peer, "/fork")

    os.kill(pid, signal.SIGKILL)

    assert peer.ended()
    server.expect("exited", pid, "worker", 7, 3, -9)


def test_a_mold_that_dies_leaves_its_workers(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.begin()
    mold, mold_pid = server.mold()
    mold.expect(wire.READY)
    peer, _ = server.fork(mold, 3)
    peer.expect(wire.READY)

    server.tell(f"kill {mold_pid} 9")

    server.expect("exited", mold_pid, "mold", 7, 0, -9)
    assert get(peer, "/") == b"hello world\n"


def test_forking_from_a_mold_warns_of_nothing(server: FakeServer) -> None:
    server.write_app(HELLO + "import warnings; warnings.simplefilter('error')")
    server.begin()
    mold = server.ready_mold()

    for slot in range(5):
        peer, _ = server.fork(mold, slot)
        peer.expect(wire.READY)

    assert server.output["mold"] == b""


def test_the_keeper_says_what_it_did_not_understand(server: FakeServer) -> None:
    server.tell("mold 1")
    assert server.line() == ["error", "mold", "1:", "start", "comes", "first"]
    server.begin()
    for line in ("dance now", "kill", "kill x 9", "kill 1 WINCH", "fifo ../x", "mold seven"):
        server.tell(line)

        assert " ".join(server.line()).startswith(f"error {line}: ")


def test_the_interpreter_is_the_one_of_the_virtual_environment(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def where(e): return [f'{sys.prefix} {sys.executable} {sys.argv}'.encode()]"
    )
    peer, _ = server.worker()

    assert get(peer, "/where").decode() == f"{sys.prefix} {sys.executable} ['saola']"
