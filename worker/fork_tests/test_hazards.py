"""Each hazard with the real library: what a plain fork makes of it, and what Saola does.

The numbers are those of ``docs/fork-safety.md``.
"""

from __future__ import annotations

import http.server
import os
import sqlite3
import threading

import pytest

from fake_server import FakeServer, get, request
from plain import plain, plain_output, prefork, unfit, with_saola
from saola_worker import wire

NEXT = "close it in a saola.before_fork function and open it in an after_fork one"

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


# 4, 8: SQLite

SQLITE = """
import sqlite3
db = sqlite3.connect("data.sqlite3", timeout=0)
db.execute("INSERT INTO t VALUES (1)")  # and so a transaction is open
def use():
    db.execute("INSERT INTO t VALUES (2)")
    db.commit()
    return "ok"
"""


@pytest.fixture
def table(server: FakeServer) -> None:
    db = sqlite3.connect(server.app / "data.sqlite3")
    db.execute("CREATE TABLE t (a)")
    db.close()


@pytest.mark.usefixtures("table")
def test_4_an_open_sqlite_connection_believes_in_locks_that_a_child_has_not(
    server: FakeServer,
) -> None:
    assert plain(server, SQLITE) == ["OperationalError: database is locked"] * 2

    lines = unfit(server, SQLITE)

    assert [line.split(" (fd")[0] for line in lines] == [
        f"the database {server.app}/data.sqlite3 is open"
    ]
    assert ", app.db" in lines[0]
    assert lines[0].endswith(f"): {NEXT}")


@pytest.mark.usefixtures("table")
def test_4_an_sqlite_connection_with_hooks_serves(server: FakeServer) -> None:
    hooks = """
import saola
@saola.before_fork
def close():
    db.commit(); db.close()
@saola.after_fork
def open():
    global db
    db = sqlite3.connect("data.sqlite3", timeout=5)
"""
    assert with_saola(server, SQLITE + hooks) == ["ok", "ok"]


@pytest.mark.usefixtures("table")
def test_4_what_the_server_falls_back_to_has_no_such_connection(server: FakeServer) -> None:
    app = "import sqlite3\ndb = sqlite3.connect('data.sqlite3')\n" + SQLITE.split("\n", 4)[4]
    assert prefork(server, app) == ["ok", "ok"]


def test_8_a_database_in_memory_is_a_copy_in_each_worker_and_said_so(server: FakeServer) -> None:
    app = (
        DJANGO.format('"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"')
        + """
with connection.cursor() as cursor: cursor.execute("CREATE TABLE t (a)")
def use():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
        return cursor.execute("SELECT count(*) FROM t").fetchone()
"""
    )
    assert with_saola(server, app) == ["(1,)", "(1,)"]
    server.read_output("mold", b"the database 'default' is in memory: from the fork on each")


# 5, 6, 7: PostgreSQL

PSYCOPG = """
import psycopg
conn = psycopg.connect({0!r}, autocommit=True)
def use():
    me = str(os.getpid())
    right = sum(conn.execute("SELECT %s", [me]).fetchone() == (me,) for _ in range(200))
    return "ok" if right == 200 else f"{{200 - right}} answers of somebody else"
"""
PID = """
def use(): return pid()
pid()
"""
DJANGO = """
import django
from django.conf import settings
settings.configure(DATABASES={{"default": {{{}}}}}, USE_TZ=True)
django.setup()
from django.db import connection
"""
DJANGO_PID = (
    """
def pid():
    with connection.cursor() as cursor:
        return cursor.execute("SELECT pg_backend_pid()").fetchone()[0]
"""
    + PID
)


def test_5_an_open_connection_to_postgresql_is_a_muddle_in_plain_children(
    server: FakeServer, postgres: str
) -> None:
    app = PSYCOPG.format(postgres)
    assert plain(server, app, patience=2.0) != ["ok", "ok"]

    (line,) = unfit(server, app)

    path = postgres.split()[0].removeprefix("host=") + "/.s.PGSQL.5432"
    assert line.startswith(f"a connection to PostgreSQL at {path} is open (fd ")
    assert line.endswith(f", app.conn): {NEXT}")


def test_5_an_open_connection_to_postgresql_with_hooks_serves(
    server: FakeServer, postgres: str
) -> None:
    hooks = f"""
import saola
saola.before_fork(conn.close)
@saola.after_fork
def connect():
    global conn
    conn = psycopg.connect({postgres!r}, autocommit=True)
"""
    assert with_saola(server, PSYCOPG.format(postgres) + hooks) == ["ok", "ok"]


POOL = """
from psycopg_pool import ConnectionPool
pool = ConnectionPool({0!r}, min_size=1, max_size=2, open=True)
pool.wait()
def pid():
    with pool.connection() as conn:
        return conn.execute("SELECT pg_backend_pid()").fetchone()[0]
"""


def test_6_a_pool_gives_the_same_connection_to_two_plain_children(
    server: FakeServer, postgres: str
) -> None:
    one = POOL.format(postgres) + "def use(): return list(pool._pool)[0].info.backend_pid\n"
    a, b = plain(server, one)
    assert a == b != "hangs"

    threads, connection = unfit(server, POOL.format(postgres) + PID)

    assert threads.startswith("4 threads run: 'pool-1-")
    assert f"started at {server.app}/app.py:" in threads
    assert threads.endswith("open=False and open() it in a saola.after_fork function")
    assert connection.startswith("a connection to PostgreSQL at ")


def test_6_a_pool_that_is_opened_in_a_hook_has_connections_of_its_own(
    server: FakeServer, postgres: str
) -> None:
    app = POOL.format(postgres).replace("True", "False").replace("pool.wait()", "")
    hooks = "import saola\nsaola.after_fork(lambda: pool.open(wait=True))\ndef use(): return pid()"
    a, b = with_saola(server, app + hooks)
    assert a != b


def _django(postgres: str, more: str) -> str:
    host = postgres.split()[0].removeprefix("host=")
    return DJANGO.format(
        f'"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "app", '
        f'"HOST": "{host}", {more}'
    )


@pytest.mark.parametrize("more", ['"CONN_MAX_AGE": None', '"OPTIONS": {"pool": True}'])
def test_7_djangos_connections_are_the_same_in_plain_children_and_not_here(
    server: FakeServer, postgres: str, more: str
) -> None:
    app = _django(postgres, more) + DJANGO_PID
    if "pool" not in more:  # a pool's thread is gone in a child, and its lock may be held
        use = "def use(): return connection.connection.info.backend_pid\n"
        a, b = plain(server, app + use)
        assert a == b != "hangs"

    a, b = with_saola(server, app)

    assert a != b


def test_7_what_django_has_opened_in_a_thread_is_closed_with_it(
    server: FakeServer, postgres: str
) -> None:
    app = (
        _django(postgres, '"CONN_MAX_AGE": None')
        + DJANGO_PID
        + ASGIREF
        + """
def use(): return asyncio.run(sync_to_async(pid)())
use()
"""
    )
    a, b = with_saola(server, app)
    assert a != b


SQLALCHEMY = """
from sqlalchemy import create_engine, text
engine = create_engine("postgresql+psycopg://app@/postgres?host={0}")
def pid():
    with engine.connect() as connection:
        return connection.execute(text("SELECT pg_backend_pid()")).scalar()
"""


def test_6_sqlalchemys_connections_are_the_same_in_plain_children_and_not_here(
    server: FakeServer, postgres: str
) -> None:
    app = SQLALCHEMY.format(postgres.split()[0].removeprefix("host=")) + PID
    peek = (
        "\ndef use():\n    held = engine.pool._pool.queue[0]\n"
        "    return held.dbapi_connection.info.backend_pid\n"
    )
    a, b = plain(server, app + peek)
    assert a == b != "hangs"

    a, b = with_saola(server, app)

    assert a != b


ASYNC_ENGINE = """
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine({0!r})
async def main():
    async with engine.connect() as connection:
        return (await connection.execute(text({1!r}))).scalar()
def use():
    return asyncio.run(main())
{2}
"""
CLOSED = "use()"
OPEN = "loop = asyncio.new_event_loop(); loop.run_until_complete(main())"


@pytest.mark.parametrize("warm", [CLOSED, OPEN], ids=["closed loop", "open loop"])
def test_10_an_async_engine_is_emptied_whatever_has_become_of_its_loop(
    server: FakeServer, postgres: str, warm: str
) -> None:
    url = f"postgresql+psycopg://app@/postgres?host={postgres.split()[0].removeprefix('host=')}"
    a, b = with_saola(server, ASYNC_ENGINE.format(url, "SELECT pg_backend_pid()", warm))
    assert a != b


@pytest.mark.parametrize("warm", [CLOSED, OPEN], ids=["closed loop", "open loop"])
def test_10_aiosqlites_threads_and_files_are_gone(server: FakeServer, warm: str) -> None:
    url = f"sqlite+aiosqlite:///{server.app}/data.sqlite3"
    assert with_saola(server, ASYNC_ENGINE.format(url, "SELECT 7", warm)) == ["7", "7"]


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
