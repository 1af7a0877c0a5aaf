"""Each hazard of an open database with the real library: a plain fork, and what Saola does.

The numbers are those of ``docs/fork-safety.md``.
"""

from __future__ import annotations

import sqlite3

import pytest

from fake_server import FakeServer
from plain import NEXT, plain, prefork, unfit, with_saola
from test_hazards import ASGIREF

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
