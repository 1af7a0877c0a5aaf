"""What a mold finds in itself that must not be forked, and what it puts in order by itself.

With the standard library only; ``fork_tests`` has the libraries and databases.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from fake_server import SOURCE, FakeServer, get
from saola_worker import fitness, wire

APP = """
import os

def app(environ, start_response):
    start_response("200 OK", [])
    return [str(use()).encode()]

def use():
    return os.getpid()
"""
CLOSE = "close it in a saola.before_fork function and open it in an after_fork one"


def judged(server: FakeServer, app: str) -> list[str]:
    """Return what a mold with this app finds; it must find something."""
    server.write_app(APP + app)
    server.begin()
    peer, _ = server.mold()
    kind, *lines = peer.expect(wire.UNFIT).payload.decode().split("\n")
    assert kind == "fork"
    return lines


def used(server: FakeServer, app: str, workers: int = 2) -> list[bytes]:
    """Return what the workers of a mold with this app answer; it must be fit."""
    server.write_app(APP + app)
    server.begin()
    mold, _ = server.mold()
    ready = mold.next()
    assert ready.kind == wire.READY, ready.payload.decode()
    answers = []
    for slot in range(workers):
        peer, _ = server.fork(mold, slot)
        peer.expect(wire.READY)
        answers.append(get(peer, "/"))
    return answers


def line_of(app: str, text: str) -> int:
    return (APP + app).split(text)[0].count("\n") + 1


def test_a_thread_is_named_with_where_it_was_started(server: FakeServer) -> None:
    app = """
import threading, time
def poll(): time.sleep(60)
threading.Thread(target=poll, name="poller", daemon=True).start()  # here
"""
    assert judged(server, app) == [
        f"a thread runs: 'poller' (app.poll), started at {server.app}/app.py:"
        f"{line_of(app, '# here')}: it would stand still in every worker; start it in a "
        "saola.after_fork function"
    ]


def test_a_thread_that_python_does_not_know_is_found(server: FakeServer) -> None:
    (line,) = judged(server, "import _thread, time\n_thread.start_new_thread(time.sleep, (60,))")

    assert line.startswith("a thread runs: saola:mold-7: not started by threading, perhaps by a ")


def test_a_timer_is_a_thread_too(server: FakeServer) -> None:
    (line,) = judged(server, "import threading\nthreading.Timer(60, print).start()")

    assert line.startswith("a thread runs: 'Thread-1' (threading.Timer.run), started at ")


def test_a_queue_listener_is_told_what_to_do(server: FakeServer) -> None:
    app = """
import logging.handlers, queue
logging.handlers.QueueListener(queue.Queue(), logging.StreamHandler()).start()
"""
    (line,) = judged(server, app)

    assert "logging.handlers.QueueListener._monitor" in line
    assert f"{server.app}/app.py:{line_of(app, '.start()')}: " in line
    assert line.endswith(
        "stop() the QueueListener in a saola.before_fork function and start() it in an after_fork "
        "one"
    )


def test_a_thread_that_has_ended_counts_no_more(server: FakeServer) -> None:
    a, b = used(server, "import threading\nt = threading.Thread(target=int)\nt.start(); t.join()")
    assert a != b


EXECUTOR = """
from concurrent.futures import ThreadPoolExecutor
import threading
pool = ThreadPoolExecutor(2)
pool.submit(int).result()
def use(): return pool.submit(os.getpid).result(5) == os.getpid()
"""


def test_an_executor_starts_anew_in_each_worker(server: FakeServer) -> None:
    assert used(server, EXECUTOR) == [b"True", b"True"]


def test_an_executor_with_a_job_that_does_not_end_is_named(server: FakeServer) -> None:
    (line,) = judged(server, EXECUTOR + "pool.submit(threading.Event().wait)")

    assert line.startswith("a thread runs: 'ThreadPoolExecutor-0_0' (concurrent.futures.thread")
    assert line.endswith("its job has not ended within a second: submit it in a saola.after_fork "
                         "function")  # fmt: skip


def test_an_executor_that_was_shut_down_stays_so(server: FakeServer) -> None:
    app = EXECUTOR + "pool.shutdown(wait=False)\ndef use():\n return pool._shutdown"
    assert used(server, app, 1) == [b"True"]


def test_a_thread_of_an_executor_whose_job_has_not_ended_goes_on() -> None:
    """A worker that is unfit to become a mold serves on, and its executors with it."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from saola_worker import settling

    settling._PATIENCE, patience = 0.05, settling._PATIENCE
    try:
        end = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            waiting = pool.submit(end.wait)
            pool.submit(int).result()

            settling.revive([pool])

            assert pool.submit(lambda: 7).result(5) == 7
            end.set()
            assert waiting.result(5) is True
    finally:
        settling._PATIENCE = patience


def test_an_event_loop_that_was_left_behind_is_closed(server: FakeServer) -> None:
    app = """
import asyncio
async def forever():
    try: await asyncio.sleep(60)
    finally: ended.append(1)
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
ended, task = [], loop.create_task(forever())
loop.run_until_complete(asyncio.sleep(0))
loop.run_until_complete(loop.run_in_executor(None, int))
async def main(): return os.getpid()
def use(): return ended, loop.is_closed(), asyncio.run(main()) == os.getpid()
"""
    assert used(server, app) == [b"([1], True, True)"] * 2


def test_an_event_loop_that_runs_in_a_thread_is_named(server: FakeServer) -> None:
    lines = judged(
        server,
        "import asyncio, threading\n"
        "threading.Thread(target=asyncio.new_event_loop().run_forever, daemon=True).start()\n",
    )

    assert "asyncio.base_events" in lines[0]
    assert [line.split(" (fd")[0] for line in lines[1:]] == [
        "an epoll instance is open",
        "a socket pair is open",
    ]


def test_an_sqlite_connection_is_named_with_its_database_and_who_holds_it(
    server: FakeServer,
) -> None:
    app = """
import sqlite3
gone = sqlite3.connect("data.db")
gone.execute("PRAGMA journal_mode=WAL")
gone.execute("CREATE TABLE t (a)")
db = sqlite3.connect("data.db")
db.execute("SELECT * FROM t").fetchall()
gone.close()  # keeps its descriptor as long as the other is open
"""
    (line,) = judged(server, app)

    assert line.startswith(f"the database {server.app}/data.db is open (fds ")
    assert ", app.db; " in line
    assert line.endswith(f"): {CLOSE}")


def test_an_sqlite_connection_that_was_let_go_of_is_no_matter(server: FakeServer) -> None:
    used(
        server,
        "import sqlite3\n"
        "class Node: pass\n"
        "node = Node(); node.me = node; node.db = sqlite3.connect('data.sqlite3')\n"
        "node.db.execute('CREATE TABLE t (a)'); del node\n",
    )


def test_a_database_is_known_without_a_telling_name(server: FakeServer) -> None:
    with sqlite3.connect(server.app / "books") as db:
        db.execute("CREATE TABLE t (a)")
    db.close()

    (line,) = judged(server, "file = open('books', 'rb')")

    assert line.startswith(f"the database {server.app}/books is open (fd ")


def test_sockets_are_named_with_their_peer(server: FakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = f"""
import socket
own = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(("127.0.0.1", {port}))
one, other = socket.socketpair()
log = socket.socket(type=socket.SOCK_DGRAM)
log.connect(("127.0.0.1", 514))
"""
        listens, connected, pair = judged(server, app)

    assert listens.startswith("a socket listens on 127.0.0.1:")
    assert ", app.own): all workers would accept from it" in listens
    assert connected.startswith(f"a connection to 127.0.0.1:{port} is open (fd ")
    assert connected.endswith(f", app.client): {CLOSE}")
    assert ", app.one; " in pair


def test_the_well_known_are_called_by_their_names() -> None:
    from saola_worker.culprits import address, service

    assert service(("10.0.0.1", 6379)) + address(("10.0.0.1", 6379)) == "Redis at 10.0.0.1:6379"
    assert service("/run/postgresql/.s.PGSQL.5432") == "PostgreSQL at "
    assert service(("::1", 81, 0, 0)) + address(("::1", 81, 0, 0)) == "[::1]:81"
    assert service(b"\0x") + address(b"\0x") == "@x"


def test_a_logging_handlers_socket_is_closed_and_opened_again(server: FakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = f"""
import logging.handlers
handler = logging.handlers.SocketHandler("127.0.0.1", {listener.getsockname()[1]})
logging.getLogger().addHandler(handler)
logging.warning("from the mold")
def use():
    logging.warning("from a worker")
    return handler.sock is not None
"""
        assert used(server, app) == [b"True", b"True"]


def test_child_processes_are_named(server: FakeServer) -> None:
    app = """
import subprocess, sys
child = subprocess.Popen(["sleep", "60"])
gone = subprocess.Popen(["true"]); os.waitid(os.P_PID, gone.pid, os.WEXITED | os.WNOWAIT)
"""
    (line,) = judged(server, app)

    assert line.endswith(
        ", 'sleep 60'; no worker could wait for it: start it in a saola.after_fork function, or "
        "beside the server"
    )


def test_a_timer_of_the_kernel_is_named(server: FakeServer) -> None:
    (line,) = judged(server, "import signal\nsignal.setitimer(signal.ITIMER_REAL, 60)")

    assert line.startswith("an interval timer runs (signal.ITIMER_REAL), which no worker would")


def test_what_is_in_the_way_of_looking_is_a_line_too(server: FakeServer) -> None:
    app = """
import logging
class Broken(logging.StreamHandler):
    def flush(self): raise OSError("no such\\ndisk")
handler = Broken()
"""
    assert judged(server, app) == ["flushing logs has failed: OSError: no such disk"]


def test_the_app_may_put_in_order_what_only_it_knows(server: FakeServer) -> None:
    app = """
import saola, sqlite3, threading, queue
jobs, db = queue.SimpleQueue(), sqlite3.connect("data.sqlite3")
db.execute("CREATE TABLE t (a)")

@saola.after_fork
def start():
    global db, thread
    db = sqlite3.connect("data.sqlite3", check_same_thread=False)
    thread = threading.Thread(target=lambda: jobs.get()(), daemon=True)
    thread.start()
start()

@saola.before_fork
def stop():
    jobs.put(int)
    thread.join()
    db.close()

def use(): return thread.is_alive(), db.execute("SELECT count(*) FROM t").fetchone()
"""
    app = app.replace("\nstart()\n", "\ndb.close()\nstart()\n")
    assert used(server, app) == [b"(True, (0,))"] * 2


def test_text_that_waits_to_be_written_is_written_once(server: FakeServer) -> None:
    app = """
file = open("report", "w")
file.write("imported\\n")
def use():
    file.flush()
    return open("report").read()
"""
    assert used(server, app) == [b"imported\n"] * 2


def test_a_file_that_is_read_by_position_is_mentioned(server: FakeServer) -> None:
    used(server, "data, log = open('app.py'), open('log', 'a')")

    said = server.read_output("mold", b"\n").decode()
    assert said.startswith(f"saola: {server.app}/app.py stays open (fd ")
    assert said.endswith(" should open it in a saola.after_fork function\n")
    assert said.count("\n") == 1


def test_what_the_server_says_with_signals_reaches_a_worker(server: FakeServer) -> None:
    app = """
import signal
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR2])
read, write = os.pipe(); os.set_blocking(write, False)
signal.set_wakeup_fd(write, warn_on_full_buffer=False)
def use():
    return (signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1),
            *map(signal.getsignal, (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)))
"""
    default = "<Handlers.SIG_DFL: 0>"
    assert used(server, app, 1) == [f"(set(), -1, {default}, {default}, {default})".encode()]


def test_memory_is_frozen_in_the_mold_and_collected_in_the_worker(server: FakeServer) -> None:
    app = "import gc\ndef use(): return gc.isenabled(), gc.get_freeze_count() > 1_000\n"
    assert used(server, app, 1) == [b"(True, True)"]


def test_openssls_generator_moves_before_the_fork(server: FakeServer) -> None:
    app = """
import ssl
calls, real = [], ssl.RAND_bytes
ssl.RAND_bytes = lambda size: (calls.append(size), real(size))[1]
def use(): return calls, real(16)
"""
    a, b = used(server, app)
    assert a.startswith(b"([1], ")
    assert a != b


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("rdk:main", "librdkafka: make producers and consumers in a saola.after_fork function"),
        ("polars-0", "polars does not survive a fork: first use it in a worker"),
    ],
)
def test_a_native_thread_is_known_by_the_name_that_it_has_given_itself(
    server: FakeServer, name: str, advice: str
) -> None:
    app = f"""
import _thread, time
named = _thread.allocate_lock(); named.acquire()
def run():
    with open(f"/proc/self/task/{{_thread.get_native_id()}}/comm", "w") as comm:
        comm.write({name!r})
    named.release(); time.sleep(60)
_thread.start_new_thread(run, ()); named.acquire()
"""
    (line,) = judged(server, app)

    assert line.startswith(f"a thread runs: {name}: {advice}")


@pytest.mark.parametrize(
    ("module", "text", "told"),
    [
        ("torch", "class cuda: is_initialized = staticmethod(lambda: True)", "PyTorch has begun"),
        ("jax._src.xla_bridge", "_backends = {'cpu': 1}", "JAX has begun to compute"),
        ("jpype", "def isJVMStarted(): return True", "JPype has started a Java VM"),
    ],
)
def test_a_native_library_that_shows_nowhere_else_is_asked(
    server: FakeServer, module: str, text: str, told: str
) -> None:
    """Stand-ins with the one name of theirs that is asked: the real ones weigh gigabytes."""
    *packages, name = module.split(".")
    for depth in range(len(packages)):
        server.write_app("", "/".join((*packages[: depth + 1], "__init__.py")))
    server.write_app(text, "/".join((*packages, f"{name}.py")))

    (line,) = judged(server, f"import {module}")

    assert line.startswith(told)
    assert "does not survive a fork" in line


def test_a_method_that_the_app_has_put_over_ours_stays(server: FakeServer) -> None:
    app = """
import threading
original = threading.Thread.start
def start(self): original(self)
threading.Thread.start = start
def use():
    thread = threading.Thread(target=int); thread.start(); thread.join()
    return threading.Thread.start is start
"""
    assert used(server, app, 1) == [b"True"]


# In this process: what costs, and what is left as it was

QUIET = """
import sys, time, threading
sys.path.insert(0, sys.argv[1])
from saola_worker import fitness
start = threading.Thread.start
before = fitness.look()
import json, logging, sqlite3, ssl, email.message
objects = [{str(i): []} for i in range(200_000)]
best = 1.0
for _ in range(5):
    begin = time.process_time()
    found = fitness.settle(before)
    best = min(best, time.process_time() - begin)
assert found == [], found
assert threading.Thread.start is start
print(best)
"""


def test_an_app_that_leaves_nothing_behind_is_judged_in_no_time() -> None:
    run = subprocess.run(
        [sys.executable, "-c", QUIET, str(SOURCE)], check=True, stdout=-1, cwd=os.sep
    )

    assert float(run.stdout) < 0.02


def test_descriptors_that_were_there_before_are_no_matter() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        before = fitness.look(watch=False)
        begin = time.monotonic()

        assert fitness.settle(before) == []

    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("load", ["prefork", "lazy"])
def test_what_is_imported_after_the_fork_is_nobodys_business(server: FakeServer, load: str) -> None:
    app = "import threading\nthreading.Timer(60, print).start()"
    server.settings["load"] = load
    assert len(set(used(server, app))) == 2
