"""Keeper, molds and workers as real processes: birth, death, and what is said of them."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from fake_server import (
    HELLO,
    PATHS,
    PATIENCE,
    FakeServer,
    alive,
    environ,
    get,
    request,
    wait_for_start,
    wait_until_gone,
)
from saola_worker import wire


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


def test_the_kernel_takes_a_mold_or_a_worker_before_the_server(server: FakeServer) -> None:
    server.write_app(HELLO)
    _, pid = server.worker()

    def score(pid: int) -> int:
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text())

    own = score(os.getpid())
    assert score(server.keeper.pid) == own
    assert score(pid) == min(1000, own + 300)


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
    peer.sock.close()
    server.expect("exited", pid, "mold", 7, 0, 3)
    assert server.read_output("mold", b"not_there'\n").decode() == text


def test_a_target_that_is_not_there_gets_a_suggestion(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.settings["target"] = "ap:app"
    server.begin()
    peer, pid = server.mold()

    unfit = peer.expect(wire.UNFIT).payload.decode()

    assert unfit == f"target\nno module named 'ap' in {server.app}; did you mean 'app'?"
    assert alive(pid)  # until the server has read why
    peer.sock.close()
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


def test_a_fork_that_fails_is_reported(server: FakeServer) -> None:
    server.write_app(
        HELLO
        + """
import os
fork = os.fork
def failing():
    if os.path.exists("go"):
        return fork()
    raise OSError("no more processes")
os.fork = failing
"""
    )
    server.begin()
    mold = server.ready_mold()

    mold.send(wire.frame(wire.FORK, payload=struct.pack("<I", 3)))

    assert server.line() == ["unforked", "7", "3"]
    assert b"no more processes" in server.read_output("mold", b"\n")
    (server.app / "go").touch()
    peer, _ = server.fork(mold, 3)
    peer.expect(wire.READY)


def test_the_keeper_says_what_it_did_not_understand(server: FakeServer) -> None:
    server.tell("mold 1")
    assert server.line() == ["error", "mold", "1:", "start", "comes", "first"]
    server.begin()
    for line in ("dance now", "kill", "kill x 9", "kill 1 WINCH", "fifo ../x", "mold seven"):
        server.tell(line)

        assert " ".join(server.line()).startswith(f"error {line}: ")
