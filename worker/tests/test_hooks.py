"""The ``saola`` module: what an app registers, and when it runs, in real molds and workers."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import pytest

import saola
from fake_server import SOURCE, FakeServer, ask, environ, get, request
from saola_worker import wire
from test_asgi_lifecycle import stop
from test_asgi_serving import get as get_asgi

LOG = """
import asyncio, os, saola, threading
log = []

def note(what):
    loop = asyncio._get_running_loop() is not None
    main = threading.current_thread() is threading.main_thread()
    log.append(f"{what} {saola.slot()} {saola.generation()}"
               + " loop" * loop + " thread" * (not main))

saola.before_fork(lambda: note("first"))
saola.before_fork(lambda: note("before"))
saola.after_fork(lambda: note("after"))
saola.on_ready(lambda: note("ready"))
note("import")

@saola.on_exit
def end():
    note("exit")
    print(log, flush=True)
"""
WSGI = """
def app(environ, start_response):
    start_response("200 OK", [])
    return ["; ".join(log).encode()]
"""
ASGI = """
@saola.after_fork
async def after():
    note("async after")

@saola.on_ready
async def ready():
    note("async ready")
    there.set()

@saola.on_exit
async def exit():
    note("async exit")

there = asyncio.Event()

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        note("startup")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        note("shutdown")
        await send({"type": "lifespan.shutdown.complete"})
        return
    await there.wait()
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": "; ".join(log).encode()})
"""


def test_each_hook_runs_at_its_time_in_a_wsgi_worker(server: FakeServer) -> None:
    server.write_app(LOG + WSGI)
    server.begin()
    mold = server.ready_mold()
    for slot in (3, 4):
        peer, _ = server.fork(mold, slot)
        peer.expect(wire.READY)

        assert get(peer, "/").decode().split("; ") == [
            *("import None 7", "before None 7", "first None 7"),
            *(f"after {slot} 7", f"ready {slot} 7"),
        ]

    peer.send(wire.frame(wire.STOP))
    peer.expect(wire.BYE)
    assert b"'exit 4 7']" in server.read_output("slot-4", b"]\n")


def test_each_hook_runs_at_its_time_in_an_asgi_worker(server: FakeServer) -> None:
    server.write_app(LOG + ASGI)
    peer, _ = server.worker()

    assert get_asgi(peer, "/").decode().split("; ") == [
        *("import None 7", "before None 7", "first None 7", "after 3 7"),
        *("async after 3 7 loop", "startup 3 7 loop"),
        *("ready 3 7 thread", "async ready 3 7 loop"),
    ]
    peer.send(stop(5_000))
    peer.expect(wire.BYE)
    out = server.read_output("slot-3", b"]\n").decode()
    assert out.endswith("'shutdown 3 7 loop', 'async exit 3 7 loop', 'exit 3 7 thread']\n")


@pytest.mark.parametrize("load", ["prefork", "lazy"])
def test_without_a_fork_after_the_import_only_the_workers_hooks_run(
    server: FakeServer, load: str
) -> None:
    server.write_app(LOG + WSGI)
    server.settings["load"] = load
    peer, _ = server.worker()

    expected = ["import 3 7", "after 3 7", "ready 3 7"]
    assert get(peer, "/").decode().split("; ") == expected


def test_lazy_runs_them_with_the_first_request_of_an_asgi_app(server: FakeServer) -> None:
    server.write_app(LOG + ASGI)
    server.settings.update(load="lazy", interface="asgi")
    peer, _ = server.worker()

    assert get_asgi(peer, "/").decode().split("; ") == [
        *("import 3 7 loop", "after 3 7 loop", "async after 3 7 loop", "startup 3 7 loop"),
        *("ready 3 7 thread", "async ready 3 7 loop"),
    ]


def test_before_fork_that_raises_is_shown_like_an_import_that_does(server: FakeServer) -> None:
    server.write_app(LOG + WSGI + "@saola.before_fork\ndef shut():\n    1 / 0\n")
    server.begin()
    peer, _ = server.mold()

    kind, _, text = peer.expect(wire.UNFIT).payload.decode().partition("\n")

    assert kind == "import"
    assert "in shut" in text
    assert text.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize(
    ("interface", "hook"),
    [(WSGI, "def open()"), (ASGI, "def open()"), (ASGI, "async def open()")],
    ids=["wsgi", "asgi", "asgi, coroutine"],
)
def test_after_fork_that_raises_keeps_the_worker_from_starting(
    server: FakeServer, interface: str, hook: str
) -> None:
    server.write_app(f"{LOG}{interface}\n@saola.after_fork\n{hook}: raise OSError('no pool')\n")
    server.begin()

    _, pid = server.fork(server.ready_mold(), 3)

    server.expect("exited", pid, "worker", 7, 3, 3)
    out = server.read_output("slot-3", b"has failed\n").decode()
    assert out.endswith("OSError: no pool\nsaola.after_fork: app.open has failed\n")


def test_a_coroutine_function_is_refused_where_there_is_no_loop(server: FakeServer) -> None:
    server.write_app(f"{LOG}{WSGI}\n@saola.after_fork\nasync def open(): pass\n")
    server.begin()

    _, pid = server.fork(server.ready_mold(), 3)

    server.expect("exited", pid, "worker", 7, 3, 3)
    assert server.read_output("slot-3", b"\n").decode() == (
        "saola.after_fork: app.open is a coroutine function, and a WSGI worker has no event "
        "loop: make it a plain one\n"
    )


def test_what_fails_at_ready_and_exit_is_logged_and_stops_nothing(server: FakeServer) -> None:
    hooks = "@saola.{0}\ndef {0}(): raise OSError('{0}')\n"
    server.write_app(LOG + WSGI + hooks.format("on_ready") + hooks.format("on_exit"))
    peer, pid = server.worker()

    assert b"after 3 7" in get(peer, "/")
    peer.send(wire.frame(wire.STOP))

    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)
    out = server.read_output("slot-3", b"]\n").decode()
    assert "OSError: on_ready\nsaola.on_ready: app.on_ready has failed\n" in out
    assert "OSError: on_exit\nsaola.on_exit: app.on_exit has failed\n" in out


def test_on_exit_that_hangs_holds_an_asgi_worker_as_long_as_it_has_time(server: FakeServer) -> None:
    server.write_app(LOG + ASGI + "saola.on_exit(lambda: threading.Event().wait())")
    peer, pid = server.worker()
    get_asgi(peer, "/")

    peer.send(stop(300))

    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)
    server.read_output("slot-3", b"saola worker: on_exit takes longer than there is time for it\n")


def test_a_coroutine_at_ready_may_run_as_long_as_the_worker(server: FakeServer) -> None:
    server.write_app(LOG + ASGI + "@saola.on_ready\nasync def forever():\n await asyncio.sleep(60)")
    peer, pid = server.worker()

    assert b"async ready" in get_asgi(peer, "/")
    peer.send(ask(2, "/"), stop(5_000))

    assert peer.answer()[2]
    peer.expect(wire.BYE)
    server.expect("exited", pid, "worker", 7, 3, 0)


AT_EXIT = """
import atexit, logging, os, saola
from logging.handlers import MemoryHandler
open("shared", "w").close()
atexit.register(os.unlink, "shared")
logging.getLogger().addHandler(MemoryHandler(99, target=logging.StreamHandler()))

@saola.after_fork
def own():
    open("own", "w").close()
    atexit.register(os.unlink, "own")

def app(environ, start_response):
    logging.warning("kept back")
    start_response("200 OK", [])
    return [" ".join(sorted(os.listdir("."))).encode()]
"""


def test_atexit_of_the_mold_is_left_alone_and_that_of_the_worker_runs(server: FakeServer) -> None:
    server.write_app(AT_EXIT)
    peer, pid = server.worker()
    assert b"own shared" in get(peer, "/")

    peer.send(wire.frame(wire.STOP))

    server.expect("exited", pid, "worker", 7, 3, 0)
    assert (server.app / "shared").exists()
    assert not (server.app / "own").exists()
    server.read_output("slot-3", b"kept back\n")


def test_a_worker_that_imported_by_itself_cleans_up_after_itself(server: FakeServer) -> None:
    server.write_app(AT_EXIT)
    server.settings["load"] = "prefork"
    peer, pid = server.worker()

    peer.send(wire.frame(wire.STOP))

    server.expect("exited", pid, "worker", 7, 3, 0)
    assert not (server.app / "shared").exists()


def test_an_app_finds_the_module_but_not_the_folder_that_it_lies_in(server: FakeServer) -> None:
    server.write_app(
        "import os, sys, saola\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [repr((saola.__file__, sys.path)).encode()]\n"
    )
    peer, _ = server.worker()

    peer.send(request(1, environ()))

    file, path = eval(peer.answer()[2])
    assert file == str(SOURCE / "saola" / "__init__.py")
    assert str(SOURCE) not in path


# Elsewhere


def test_elsewhere_nothing_is_run_and_nothing_is_known() -> None:
    code = (
        "import sys, saola\n"
        "f = saola.on_exit(saola.on_ready(saola.after_fork(saola.before_fork(lambda: 1 / 0))))\n"
        "assert (saola.slot(), saola.generation()) == (None, None)\n"
        "print([name for name in sys.modules if 'saola' in name or name in ('typing', 'asyncio')])"
    )
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    out = subprocess.run([sys.executable, "-S", "-c", code], env=env, check=True, stdout=-1).stdout

    assert out == b"['saola']\n"


class _Callable:
    async def __call__(self) -> None: ...

    async def method(self) -> None: ...


@pytest.mark.parametrize(
    "hook", [_Callable(), _Callable().method, partial(_Callable.method, _Callable()), 7, None]
)
def test_what_cannot_run_before_the_fork_is_refused_at_once(hook: object) -> None:
    with pytest.raises(TypeError, match=r"^saola.before_fork: .* is (a coroutine|not a) function"):
        saola.before_fork(hook)  # type: ignore[type-var]
