"""Each hazard with the real library: what a plain fork makes of it, and what Saola does.

The numbers are those of ``docs/fork-safety.md``. Databases are in ``test_databases``.
"""

from __future__ import annotations

import http.server
import os
import threading

import pytest

from fake_server import FakeServer, get, request
from plain import NEXT, plain, plain_output, unfit, with_saola
from saola_worker import wire

# 1, 2, 15: threads


def test_2_a_used_executor_hangs_in_a_plain_child_and_works_here(server: FakeServer) -> None:
    app = """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
pool.submit(int).result()
def use(): return pool.submit(os.getpid).result() == os.getpid()
"""
    assert plain(server, app, patience=1.0) == ["hangs", "hangs"]
    assert with_saola(server, app) == ["True", "True"]


ASGIREF = """
import asyncio
from asgiref.sync import sync_to_async
def use(): return asyncio.run(sync_to_async(os.getpid)()) == os.getpid()
assert use()
"""


def test_3_sync_to_async_hangs_in_a_plain_child_and_works_here(server: FakeServer) -> None:
    assert plain(server, ASGIREF, patience=1.0) == ["hangs", "hangs"]
    assert with_saola(server, ASGIREF) == ["True", "True"]


def test_15_a_queue_listener_loses_every_record_in_a_plain_child(server: FakeServer) -> None:
    app = QUEUE + "listener.start()\n"
    assert plain(server, app) == ["[]", "[]"]

    (line,) = unfit(server, app)

    assert "(logging.handlers.QueueListener._monitor), started at " in line
    assert line.endswith(
        "stop() the QueueListener in a saola.before_fork function and start() it in an after_fork "
        "one"
    )


def test_15_a_queue_listener_with_hooks_loses_none(server: FakeServer) -> None:
    hooks = "import saola\nsaola.before_fork(listener.stop)\nsaola.after_fork(listener.start)\n"
    assert with_saola(server, QUEUE + "listener.start()\n" + hooks) == ["['used']", "['used']"]


QUEUE = """
import logging, queue, time
from logging.handlers import QueueHandler, QueueListener
written = []
class Handler(logging.Handler):
    def emit(self, record): written.append(record.getMessage())
records = queue.Queue()
listener = QueueListener(records, Handler())
logging.getLogger().addHandler(QueueHandler(records))
def use():
    logging.warning("used")
    end = time.monotonic() + 0.3
    while not written and time.monotonic() < end: time.sleep(0.01)
    return written
"""


def test_1_a_scheduler_is_named_and_told_where_it_belongs(server: FakeServer) -> None:
    app = """
from apscheduler.schedulers.background import BackgroundScheduler
scheduler = BackgroundScheduler(timezone="UTC")
scheduler.start()
"""
    (line,) = unfit(server, app)

    assert line.startswith("a thread runs: 'APScheduler' (apscheduler.schedulers.")
    assert f"started at {server.app}/app.py:" in line
    assert line.endswith("in one worker only: if saola.slot() == 0")


# 9: Redis

REDIS = """
import redis
client = redis.Redis(unix_socket_path={0!r}, single_connection_client=True)
def use(): return client.client_id()
use()
"""


def test_9_a_connection_to_redis_is_the_same_in_plain_children_and_not_here(
    server: FakeServer, redis: str
) -> None:
    app = REDIS.format(redis)
    a, b = plain(server, app, patience=2.0)
    # They speak on one connection at once: the same number, or one has got the other's answer.
    assert a == b or not (a.isdigit() and b.isdigit())

    a, b = with_saola(server, app)

    assert a != b


def test_9_async_redis_is_left_with_its_loop(server: FakeServer, redis: str) -> None:
    app = f"""
import asyncio
from redis.asyncio import Redis
client = Redis(unix_socket_path={redis!r})
def use(): return asyncio.run(client.client_id())
use()
"""
    a, b = with_saola(server, app)
    assert a != b


def test_9_djangos_redis_cache_connects_anew(server: FakeServer, redis: str) -> None:
    app = f"""
import django
from django.conf import settings
settings.configure(CACHES={{"default": {{
    "BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix://{redis}"}}}})
django.setup()
from django.core.cache import cache
cache.set("key", "value")
def use(): return cache.get("key"), cache._cache.get_client().client_id()
"""
    a, b = with_saola(server, app)
    assert a.startswith("('value', ")
    assert a != b


# 13: random numbers


@pytest.mark.parametrize("draw", ["numpy.random.rand()", "random.random()"])
def test_13_numbers_are_random_in_each_worker(server: FakeServer, draw: str) -> None:
    app = f"import numpy, random\nrandom.seed(1)\n{draw}\ndef use(): return {draw}\n"
    a, b = plain(server, app)
    assert (a == b) == draw.startswith("numpy")  # random has a hook of its own

    a, b = with_saola(server, app)

    assert a != b


def test_20_threads_of_openblas_are_ended_by_a_fork_and_no_obstacle(server: FakeServer) -> None:
    app = """
import numpy
square = numpy.ones((300, 300))
threads = len(os.listdir("/proc/self/task"))
def use(): return float((square @ square)[0, 0])
use()
"""
    assert with_saola(server, app) == ["300.0", "300.0"]


# 15, 19: what would be done once for each process


def test_15_a_line_that_waits_in_a_buffer_is_written_by_each_plain_child(
    server: FakeServer,
) -> None:
    app = "import sys\nsys.stdout.write('imported once')\ndef use(): return 'ok'"
    assert plain_output(server, app).count("imported once") == 3

    assert with_saola(server, app) == ["ok", "ok"]

    for slot in range(2):
        server.peers[1 + slot].send(wire.frame(wire.STOP))
        server.peers[1 + slot].expect(wire.BYE)
        assert server.line()[0] == "exited"
        # Closed by the worker's end: nothing more can come.
        assert os.read(server.fifos[f"slot-{slot}"], 1_000) == b""
    assert server.read_output("mold", b"once") == b"imported once"


ATEXIT = """
import atexit, tempfile
shared = tempfile.NamedTemporaryFile(delete=False)
shared.close()
atexit.register(os.unlink, shared.name)
def use(): return os.path.exists(shared.name)
"""


def test_19_a_file_is_deleted_by_the_first_plain_child_that_ends(server: FakeServer) -> None:
    # The second child looks when the first has ended.
    wait = """
r, w = os.pipe()
def use(first=[1]):
    if os.getppid() != parent: return
    try: os.close(w); os.read(r, 1)
    except OSError: pass
    return os.path.exists(shared.name)
parent = os.getpid()
"""
    server.write_app("")
    path = server.app / "kept"
    app = ATEXIT.replace("tempfile.NamedTemporaryFile(delete=False)", f"open({str(path)!r}, 'w')")
    plain(server, app + wait.replace("os.read(r, 1)", "0"), to_the_end=True)
    assert not path.exists()

    assert with_saola(server, app) == ["True", "True"]

    peer = server.peers[1]
    peer.send(wire.frame(wire.STOP))
    peer.expect(wire.BYE)
    assert server.line()[0] == "exited"
    assert get(server.peers[2], "/", 2) == b"True"


# 17: processes


def test_17_a_process_of_multiprocessing_is_nobodys_in_a_plain_child(server: FakeServer) -> None:
    app = """
import multiprocessing, time
process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,), daemon=True)
process.start()
def use(): return process.is_alive()
"""
    # Plain children cannot ask for it; the test's own process ends it with itself.
    ends = "parent = process.pid\nimport signal\ndef end(): os.kill(parent, signal.SIGKILL)\n"
    told = "AssertionError: can only test a child process"
    answers = plain(
        server, app + ends + "use_ = use\ndef use():\n try: return use_()\n finally: end()"
    )
    assert answers == [told, told]

    (line,) = unfit(server, app)

    assert "the multiprocessing process 'ForkProcess-1'; no worker could wait for it" in line


def test_17_a_manager_and_its_tracker_are_named(server: FakeServer) -> None:
    lines = unfit(
        server,
        "import multiprocessing\n"
        "manager = multiprocessing.get_context('fork').Manager()\nshared = manager.dict()\n",
    )

    assert any("the multiprocessing process 'SyncManager-1'" in line for line in lines)


# 16: other sockets

URLLIB3 = """
import urllib3
http = urllib3.PoolManager()
def use(): return http.request("GET", "http://127.0.0.1:{0}/").data.decode()
use()
"""


class _Names(http.server.BaseHTTPRequestHandler):
    """Answers with the client's address, over connections that stay."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = str(self.client_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


def test_16_kept_http_connections_are_closed_and_opened_anew(server: FakeServer) -> None:
    peer = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Names)
    peer.daemon_threads = True
    thread = threading.Thread(target=peer.serve_forever, args=(0.05,))
    thread.start()
    try:
        a, b = with_saola(server, URLLIB3.format(peer.server_port))
    finally:
        peer.shutdown()
        thread.join()
        peer.server_close()
    assert a != b


def test_16_a_connection_of_a_client_without_a_remedy_is_named(
    server: FakeServer, redis: str
) -> None:
    app = f"""
import socket
client = socket.socket(socket.AF_UNIX)
client.connect({redis!r})
"""
    (line,) = unfit(server, app)

    assert line.startswith(f"a connection to Redis at {redis} is open (fd ")
    assert line.endswith(f", app.client): {NEXT}")


# 18: what a warm-up leaves in the thread


def test_18_the_language_and_time_zone_of_a_warm_up_do_not_stay(server: FakeServer) -> None:
    app = """
import django
from django.conf import settings
settings.configure(LANGUAGE_CODE="de", USE_I18N=True, USE_TZ=True, TIME_ZONE="UTC", DEBUG=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "data.sqlite3"}})
django.setup()
from django.db import connection
from django.utils import timezone, translation
translation.activate("fr"); timezone.activate("Asia/Tokyo")
with connection.cursor() as cursor: cursor.execute("SELECT 1")
def use():
    return (translation.get_language(), str(translation.gettext("Monday")),
            timezone.get_current_timezone_name(), len(connection.queries))
"""
    assert plain(server, app)[0] == "('fr', 'lundi', 'Asia/Tokyo', 1)"
    assert with_saola(server, app) == ["('de', 'Montag', 'UTC', 0)"] * 2


def test_18_a_django_that_is_not_configured_is_left_alone(server: FakeServer) -> None:
    app = """
import django.core.cache, django.db, django.urls, django.utils.timezone, django.utils.translation
def use(): return django.conf.settings.configured
"""
    assert with_saola(server, app) == ["False", "False"]


def test_the_answers_come_from_two_processes(server: FakeServer) -> None:
    a, b = with_saola(server, "def use(): return os.getpid()")
    assert a != b
    server.peers[1].send(request(2, {"PATH_INFO": "/"}))
    assert server.peers[1].answer()[2].decode() == a
