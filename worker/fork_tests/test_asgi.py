"""ASGI apps with real libraries in a mold: what is imported is shared, and nothing else.

Two workers are asked at a time, so that what both had inherited would be in each other's way.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from fake_server import FakeServer, Peer, ask
from saola_worker import wire

PID = "\nimport os\nIMPORTED_IN = os.getpid()\n"


def get(peer: Peer, path: str, stream: int = 1, **scope: bytes) -> tuple[str, str]:
    peer.send(ask(stream, path, None, False, **scope))
    status, _, body = peer.answer()
    return status, body.decode()


def workers(server: FakeServer, app: str, *warmup: str) -> tuple[int, list[Peer]]:
    """Have two workers of a mold that is fit; return its pid too."""
    server.write_app(app + PID)
    server.settings["warmup"] = [("GET", url, [], [200]) for url in warmup]
    server.begin()
    mold, pid = server.mold()
    ready = mold.next()
    assert ready.kind == wire.READY, ready.payload.decode()
    assert_nothing_to_inherit(pid)
    peers = []
    for slot in range(2):
        peer, _ = server.fork(mold, slot)
        ready = peer.next()
        assert ready.kind == wire.READY, ready
        peers.append(peer)
    return pid, peers


def assert_nothing_to_inherit(mold: int) -> None:
    """Check that a mold has one thread, and of sockets and event loops its link alone."""
    assert len(os.listdir(f"/proc/{mold}/task")) == 1
    fds = [os.readlink(f"/proc/{mold}/fd/{fd}") for fd in os.listdir(f"/proc/{mold}/fd")]
    assert len([fd for fd in fds if fd.startswith("socket:")]) == 1, fds
    assert not [fd for fd in fds if "eventpoll" in fd or ".db" in fd or "sqlite" in fd], fds


def unfit(server: FakeServer, app: str, *warmup: str) -> list[str]:
    server.write_app(app)
    server.settings["warmup"] = [("GET", url, [], [200]) for url in warmup]
    server.begin()
    mold, _ = server.mold()
    kind, *lines = mold.expect(wire.UNFIT).payload.decode().split("\n")
    assert kind == "fork", (kind, lines)
    return lines


# FastAPI and SQLAlchemy's async engine

FASTAPI = """
import os
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///app.db")
app = FastAPI()

@app.get("/sum")
async def total():
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        found = (await connection.execute(text("SELECT 40 + 2"))).scalar()
    return [found, IMPORTED_IN, os.getpid()]

@app.get("/sync")
def plain():
    return os.getpid()
"""


@pytest.mark.parametrize("url", ["/openapi.json", "/sync", "/sum"])
def test_fastapi_with_an_async_engine_is_shared(server: FakeServer, url: str) -> None:
    mold, peers = workers(server, FASTAPI, url)

    for peer in peers:
        for stream in (1, 2):
            status, body = get(peer, "/sum", stream)
            assert status == "200"
            assert body.startswith(f"[42,{mold},")
        assert get(peer, "/sync", 3)[0] == "200"


# Django, async, with psycopg

DJANGO = """
import asyncio, os, sys
from django.conf import settings
settings.configure(
    SECRET_KEY="x", ROOT_URLCONF="app", ALLOWED_HOSTS=["*"],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "app", "HOST": HOST,
        "OPTIONS": {"pool": POOL}, "CONN_MAX_AGE": 0}},
)
import django
django.setup()
from django.core.asgi import get_asgi_application
from django.db import connection
from django.http import HttpResponse
from django.urls import path
from asgiref.sync import sync_to_async

def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 40 + 2, pg_backend_pid()")
        return cursor.fetchone()

async def view(request):
    first, second = [await sync_to_async(ask)() for _ in range(2)]
    assert first == second
    return HttpResponse(f"{first[0]} {first[1]} {IMPORTED_IN} {os.getpid()}")

urlpatterns = [path("query", view)]
application = app = get_asgi_application()
"""


def django(postgres: str, pool: str) -> str:
    host = postgres.split()[0].removeprefix("host=")
    return f"HOST, POOL = {host!r}, {pool}\n{DJANGO}"


def test_django_with_psycopg_has_a_connection_for_each_worker(
    server: FakeServer, postgres: str
) -> None:
    mold, peers = workers(server, django(postgres, "False"), "/query")

    backends = set()
    for peer in peers:
        status, body = get(peer, "/query")
        assert status == "200", body
        total, backend, imported_in, pid = map(int, body.split())
        assert (total, imported_in) == (42, mold)
        assert pid != mold
        backends.add(backend)
    assert len(backends) == 2


def test_django_with_psycopgs_pool_too(server: FakeServer, postgres: str) -> None:
    pool = "{'min_size': 1, 'max_size': 2}"
    _, peers = workers(server, django(postgres, pool), "/query")

    for peer in peers:
        status, body = get(peer, "/query")
        assert (status, body[:3]) == ("200", "42 ")


# Datasette

DATASETTE = """
from datasette.app import Datasette
app = Datasette(["checks.db"]).app()
"""


def write_database(server: FakeServer) -> None:
    connection = sqlite3.connect(Path(server.app, "checks.db"))
    connection.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, square INTEGER)")
    connection.executemany("INSERT INTO numbers VALUES (?, ?)", ((n, n * n) for n in range(9)))
    connection.commit()
    connection.close()


def test_datasette_is_shared_as_it_was_imported(server: FakeServer) -> None:
    write_database(server)
    _, peers = workers(server, DATASETTE)

    for peer in peers:
        status, body = get(peer, "/checks/numbers.json", query_string=b"_shape=arrays")
        assert status == "200", body
        assert "[2, 4]" in body


def test_datasette_that_was_asked_is_named(server: FakeServer) -> None:
    write_database(server)

    thread, database = unfit(server, DATASETTE, "/checks/numbers.json")

    assert "datasette.database.Database._execute_writes" in thread
    assert database.startswith(f"the database {server.app}/checks.db is open")
