"""What the processes of a server with ``--reload`` say of the app's files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_server import HELLO, PATHS, FakeServer, eventually, get
from saola_worker import wire


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    server = FakeServer()
    folder = server.run / "watch"
    folder.mkdir()
    server.settings["watch"] = str(folder)
    yield server
    server.close()


def said(server: FakeServer, generation: int = 7) -> list[str]:
    """Give back the lines so far, with paths that start from the app's folder."""
    text = (server.run / "watch" / str(generation)).read_text()
    assert not text or text.endswith("\n")
    return text.replace(f"{server.app}/", "").splitlines()


@pytest.mark.parametrize("load", ["prewarm", "prefork"])
def test_imported_files_are_said_once_and_nothing_of_python_is(
    watching: FakeServer, load: str
) -> None:
    watching.settings["load"] = load
    watching.write_app("import json, wsgiref.headers, part.inner\n" + HELLO)
    watching.write_app("", "part/__init__.py")
    watching.write_app("", "part/inner.py")
    watching.worker()

    assert said(watching) == ["file app.py", "file part/__init__.py", "file part/inner.py"]


def test_what_a_request_imports_is_said(watching: FakeServer) -> None:
    late = "def late(environ):\n    import later\n    return [b'done']\n"
    watching.write_app(PATHS + late)
    watching.write_app("", "later.py")
    peer, _ = watching.worker()
    assert said(watching) == ["file app.py"]

    assert get(peer, "/late") == b"done"

    assert said(watching) == ["file app.py", "file later.py"]


def test_what_a_thread_imports_is_said(watching: FakeServer) -> None:
    watching.settings["load"] = "prefork"
    watching.write_app(
        "import threading\nthreading.Thread(target=__import__, args=('later',)).start()\n" + HELLO
    )
    watching.write_app("", "later.py")
    watching.worker()

    eventually(lambda: "file later.py" in said(watching))


@pytest.mark.parametrize("broken", ["def (:\n", "import no_such_thing\n", "1/0\n"])
def test_files_that_cannot_be_imported_are_said_too(watching: FakeServer, broken: str) -> None:
    watching.write_app("import broken\n" + HELLO)
    watching.write_app(broken, "broken.py")
    watching.begin()
    peer, _ = watching.mold()

    peer.expect(wire.UNFIT)

    assert said(watching) == ["file app.py", "file broken.py"]


def test_templates_that_are_compiled_into_python_are_said(watching: FakeServer) -> None:
    page = watching.app / "page.html"
    page.write_text("hello")
    compiled = f"exec(compile('name = 1', {str(page)!r}, 'exec'), {{}})\n"
    watching.write_app(compiled + HELLO)
    watching.worker()

    assert "file page.html" in said(watching)


def test_folders_of_djangos_templates_are_said(watching: FakeServer) -> None:
    here, there = watching.app / "here", watching.app / "site-packages" / "there"
    here.mkdir()
    there.mkdir(parents=True)
    django = (
        "class engines:\n"
        "    class _one:\n"
        f"        template_dirs = ({str(here)!r}, {str(there)!r}, '/no/such/folder')\n"
        "    all = staticmethod(lambda: [engines._one])\n"
    )
    watching.write_app("", "django/__init__.py")
    watching.write_app(django, "django/template.py")
    watching.write_app("import django.template\n" + HELLO)
    watching.worker()

    folders = [line for line in said(watching) if line.startswith("folder")]
    assert folders == ["folder here"]


def test_a_file_that_was_just_written_leaves_no_bytecode(watching: FakeServer) -> None:
    # Its .pyc file would hide the next change within the same second.
    watching.write_app("import old\n" + HELLO)
    watching.write_app("", "old.py")
    an_hour_ago = time.time() - 3_600
    os.utime(watching.app / "old.py", (an_hour_ago, an_hour_ago))
    os.utime(watching.app / "app.py")
    watching.worker()

    cached = [path.name.split(".")[0] for path in (watching.app / "__pycache__").iterdir()]
    assert cached == ["old"]


def test_nobody_is_told_without_reload(server: FakeServer) -> None:
    server.write_app(
        PATHS + "def loaded(environ):\n    return [repr(sorted(sys.modules)).encode()]"
    )
    peer, _ = server.worker()

    assert b"saola_worker.watched" not in get(peer, "/loaded")
    assert not Path(server.run / "watch").exists()
