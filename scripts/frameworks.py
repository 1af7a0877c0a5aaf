"""Real frameworks and the examples, end to end: ``frameworks.py FOLDER [NAME…]``.

Starts a server for each, asks it over real sockets, leaves in the middle of answers, and looks at
what the server said and what is left of it. FOLDER takes what is written meanwhile.

The interpreter that it runs with has what ``requirements-frameworks.txt`` pins; the one given with
``--datasette1`` has Datasette 1. With ``--against uvicorn`` the same checks ask Uvicorn: what fails
there as well is the application's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import asgi_examples
from asgi_site import (
    SOON,
    TRACEBACK,
    Site,
    blocks_a_thread,
    echoes,
    fails,
    first_before_last,
    goes,
    streaming,
)
from harness import Browser, Failure, Server, expect, running, serving, until

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = CHECKOUT / "scripts/apps/frameworks"
EXAMPLES = CHECKOUT / "examples"


@dataclass(frozen=True)
class Framework:
    """An application of its own, with the pages that all of them have."""

    target: str
    error: str  # a pattern: what the log says of an exception, before its traceback
    below: str = ""  # where its pages are
    form: bool = True  # it reads uploads from forms
    listens: bool = True  # it hears of a client that goes while it streams, even if send() is mute
    waits: bool = False  # a handler that sends nothing learns that its client has gone
    sync: bool = True  # plain functions run in threads
    socket: bool = True
    further: Callable[[Site], None] = lambda site: None
    datasette1: bool = False
    flags: tuple[str, ...] = ()


def framework(site: Site, it: Framework) -> None:
    """Everything that they have in common."""
    if not it.below:
        expect(site.get("/").startswith("hello from "), "/ answers")
    first_before_last(site, "/stream")
    first_before_last(site, "/events")
    site.upload("/upload", it.form)
    if it.listens or site.saola:  # whose send() fails once the client has gone (HTTP 2.4)
        goes(site, "/endless", streaming, reset=True)
        goes(site, "/endless", streaming, reset=False)
    if it.waits:
        goes(site, "/wait", lambda _, name: site.noted(f"{name} waits"), reset=True)
        goes(site, "/wait", lambda _, name: site.noted(f"{name} waits"), reset=False)
    if it.sync:
        blocks_a_thread(site)
    if it.socket:
        echoes(site)
    it.further(site)


def starlette(site: Site) -> None:
    """The lifespan has run, and an unknown WebSocket is refused."""
    expect("lifespan: started" in site.server.said(), "the lifespan has started")
    status = site.refusal("/nowhere").status_code
    expect(status == 403, "a WebSocket that the app does not accept is answered 403")


def fastapi(site: Site) -> None:
    """JSON, good and bad."""
    with site.response("/sum", "POST", b'{"a": 40, "b": 2}') as response:
        expect(response.read() == b"42", "/sum reads JSON")
    with site.response("/sum", "POST", b'{"a": 40}') as response:
        expect(response.status == 422, "/sum refuses half of it")


def channels(site: Site) -> None:
    """Django's signals, its database, and a broadcast over the channel layer."""
    expect(site.get("/query") == "42", "/query asks the database in a thread")
    names = [site.name() for _ in range(3)]
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(site.socket(f"/ws?name={name}")) for name in names]
        sockets[1].send("to all")
        heard = [ws.recv(timeout=SOON) for ws in sockets]
    expect(heard == ["to all"] * 3, "Channels' layer tells everybody")
    if site.saola:  # a send() that is mute and never waits holds the event loop for ever
        goes(site, "/flood", streaming, reset=True)
    even = until(SOON, lambda: site.get("/signals") == "1")
    expect(even, "request_finished has fired for every request, also where the client went")


def datasette(site: Site) -> None:
    """Datasette's own pages."""
    browser = Browser(site.port)
    expect("checks" in browser.get("/"), "/ lists the database")
    version = json.loads(browser.get("/-/versions.json"))["datasette"]["version"]
    rows = json.loads(browser.get("/checks/numbers.json?_shape=objects"))["rows"]
    expect(len(rows) == 100, f"a table is 100 rows of JSON (Datasette {version})")
    lines = browser.get("/checks/numbers.csv?_stream=on").splitlines()
    expect(len(lines) == 5_001, "and 5000 lines of streamed CSV")
    query = "sql=select+6*7+as+n&_shape=objects"
    answer = json.loads(browser.get(f"/checks.json?{query}"))
    expect(answer["rows"] == [{"n": 42}], "SQL is answered")


DATASETTE = Framework(
    "datasette_app:app",
    r"Traceback \(most recent call last\)",
    below="/-/checks",
    form=False,
    listens=False,
    sync=False,
    socket=False,
    further=datasette,
)
SAOLA_SAYS = r'app failed .*request="GET /error\b.*Traceback'
FRAMEWORKS = {
    "starlette": Framework("starlette_app:app", SAOLA_SAYS, waits=True, further=starlette),
    "fastapi": Framework("fastapi_app:app", SAOLA_SAYS, further=fastapi),
    "channels": Framework(
        "channels_app:app", "Internal Server Error: /error", waits=True, further=channels
    ),
    "quart": Framework("quart_app:app", r"Exception on request GET /error", waits=True),
    # Litestar logs through a thread that starts with the app, and no thread outlives a fork.
    "litestar": Framework("litestar_app:app", r"path='/error'", flags=("--load", "prefork")),
    "datasette-0.65": DATASETTE,
    "datasette-1.0": Framework(**{**vars(DATASETTE), "datasette1": True}),
}


class Run:
    """Starts servers the way that was asked for."""

    def __init__(self, folder: Path, against: str, datasette1: str) -> None:
        self._temporary = folder / "tmp"
        self._data = folder / "data"
        self._temporary.mkdir(parents=True)
        self._data.mkdir()
        self._against = against
        self._saola = against == "saola"
        self._datasette1 = datasette1

    def framework(self, it: Framework) -> None:
        """One framework."""
        python = self._datasette1 if it.datasette1 else sys.executable
        env = {"CHECKS_DATA": str(self._data)} | ({"DATASETTE_1": "1"} if it.datasette1 else {})
        with self._serving(python, APPS, it.target, env, *it.flags) as server:
            site = Site(server, it.below, self._saola)
            framework(site, it)
            fails(site, it.error if self._saola else "")
            self._end(server)

    def raw_asgi(self) -> None:
        """The application without a framework."""
        with self._serving(sys.executable, EXAMPLES / "raw_asgi", "raw_asgi:app") as server:
            site = Site(server, saola=self._saola)
            asgi_examples.raw_asgi(site)
            with asgi_examples.staying(site) as heard:
                self._end(server)
                if self._saola:
                    expect(heard() == 1001, "a WebSocket hears 1001, an event stream its end")

    def fastapi_app(self) -> None:
        """The FastAPI example, as its first line says."""
        with self._serving(sys.executable, EXAMPLES / "fastapi_app", "app:app") as server:
            asgi_examples.fastapi_app(Site(server))
            self._end(server)

    def datasette_in_django(self, python: str, *flags: str) -> None:
        """Django and Datasette over one database, in two workers."""
        folder = EXAMPLES / "datasette_in_django"
        env = {"LIBRARY_DATA": tempfile.mkdtemp(dir=self._data)}
        migrate = [python, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=folder, env={**os.environ, **env}, check=True)
        flags = ("-w", "2", *flags)
        with self._serving(python, folder, "library.asgi:application", env, *flags) as server:
            asgi_examples.datasette_in_django(Site(server))
            self._end(server)

    def prewarmed(self, it: Framework, *flags: str) -> None:
        """Two workers of a mold that was asked and may be forked, or nothing at all."""
        env = {"CHECKS_DATA": str(self._data)}
        flags = ("-w", "2", "--load-strict", *flags)
        with self._serving(sys.executable, APPS, it.target, env, *flags) as server:
            site = Site(server, it.below, self._saola)
            for _ in range(4):
                site.upload("/upload", it.form)
            self._end(server)

    def all(self) -> dict[str, Callable[[], None]]:
        """Everything there is to run, by name."""
        return {
            "raw_asgi": self.raw_asgi,
            "fastapi_app": self.fastapi_app,
            **{name: partial(self.framework, it) for name, it in FRAMEWORKS.items()},
            **{f"{name}-prewarmed": check for name, check in self._all_prewarmed().items()},
            "datasette_in_django": partial(self.datasette_in_django, sys.executable),
            # Datasette 1 makes a temporary file where it is imported and removes it at that
            # process's exit; a mold and its workers do nothing of the kind at theirs.
            "datasette1_in_django": partial(
                self.datasette_in_django, self._datasette1, "-e", f"TMPDIR={self._data}"
            ),
        }

    def _all_prewarmed(self) -> dict[str, Callable[[], None]]:
        if not self._saola:
            return {}
        asked = ("--warmup", "/openapi.json", "--warmup", "/notes")
        return {
            "fastapi": partial(self.prewarmed, FRAMEWORKS["fastapi"], *asked),
            "channels": partial(self.prewarmed, FRAMEWORKS["channels"], "--warmup", "/query"),
            # Its first request starts a thread that writes: only what is imported is shared.
            "datasette-0.65": partial(self.prewarmed, DATASETTE),
        }

    @contextlib.contextmanager
    def _serving(
        self,
        python: str,
        chdir: Path,
        target: str,
        env: Mapping[str, str] = MappingProxyType({}),
        *flags: str,
    ) -> Iterator[Server]:
        command = serving(self._against, python, chdir, target, *flags)
        with running(command, CHECKOUT, self._temporary, env) as server:
            yield server

    def _end(self, server: Server) -> None:
        if not self._saola:
            return  # which ends it as well
        traces = server.said().count(TRACEBACK)
        server.end(signal.SIGTERM)
        expect(server.said().count(TRACEBACK) == traces, "the end brings no stack trace")


def main() -> None:
    """Run those that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for what is written meanwhile; made")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, by name")
    parser.add_argument("--against", choices=["saola", "uvicorn"], default="saola")
    parser.add_argument("--datasette1", metavar="PYTHON", help="one that has Datasette 1")
    asked = parser.parse_args()
    # Ended by ./check: leave by the way that ends the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run(asked.folder.absolute(), asked.against, asked.datasette1)
    try:
        for name, check in run.all().items():
            if name in asked.names or not asked.names:
                check()
    except Failure as exc:
        sys.exit(f"not so: {exc}")


if __name__ == "__main__":
    main()
