"""What ``--static auto`` reads in Django's settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from fake_server import FakeServer
from saola_worker import djangostatic, wire


class Settings:
    """Like Django's: it must not be asked, since it keeps what it answers."""

    def __init__(self, configured: bool, **written: object) -> None:
        self.configured = configured
        self._wrapped = SimpleNamespace(**written)


def payload(
    monkeypatch: pytest.MonkeyPatch,
    script_name: str = "",
    configured: bool = True,
    **written: object,
) -> bytes:
    conf = ModuleType("django.conf")
    conf.settings = Settings(configured, **written)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "django.conf", conf)
    return djangostatic.payload(script_name)


def test_an_app_without_django_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "django.conf", raising=False)

    assert djangostatic.payload("") == b""


def test_django_without_settings_is_no_app_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert payload(monkeypatch, configured=False) == b""


def test_the_folder_is_absolute_and_may_be_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.fsencode(os.getcwd())

    assert payload(monkeypatch, STATIC_URL="/s/", STATIC_ROOT="a") == b"/s/\0" + here + b"/a"
    assert payload(monkeypatch, STATIC_URL="/s/", STATIC_ROOT=Path("/x/../a")) == b"/s/\0/a"


def test_what_is_not_set_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    assert payload(monkeypatch) == b"\0"
    assert payload(monkeypatch, STATIC_URL=None, STATIC_ROOT="") == b"\0"
    assert payload(monkeypatch, STATIC_URL="/s/", STATIC_ROOT=None) == b"/s/\0"


@pytest.mark.parametrize(
    ("url", "script_name", "forced", "expected"),
    [
        ("static/", "", None, "/static/"),
        ("static/", "/app", None, "/app/static/"),
        ("static/", "/app", "/other/", "/other/static/"),
        ("static/", "/app", "", "/static/"),
        ("/static/", "/app", "/other", "/static/"),
        ("https://cdn.example/s/", "/app", None, "https://cdn.example/s/"),
    ],
)
def test_a_relative_url_is_below_the_script(
    monkeypatch: pytest.MonkeyPatch, url: str, script_name: str, forced: str | None, expected: str
) -> None:
    said = payload(
        monkeypatch, script_name, STATIC_URL=url, STATIC_ROOT="/s", FORCE_SCRIPT_NAME=forced
    )

    assert said == expected.encode() + b"\0/s"


def test_settings_that_cannot_be_read_are_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert payload(monkeypatch, STATIC_URL="/s/", STATIC_ROOT=42) == b"\0"

    assert "STATIC_URL and STATIC_ROOT failed: TypeError: " in capsys.readouterr().err


DJANGO_APP = """
import sys, types
django = types.ModuleType("django")
django.conf = conf = types.ModuleType("django.conf")
sys.modules.update({"django": django, "django.conf": conf})
written = types.SimpleNamespace(STATIC_URL="static/", STATIC_ROOT="/srv/static")
conf.settings = types.SimpleNamespace(configured=True, _wrapped=written)

def app(environ, start_response):
    start_response("200 OK", [])
    return []
"""


@pytest.mark.parametrize("load", ["prewarm", "prefork"])
def test_whoever_imports_the_app_says_it_before_it_is_ready(server: FakeServer, load: str) -> None:
    server.write_app(DJANGO_APP)
    server.settings["static"] = True
    server.settings["load"] = load
    server.settings["environ"] = {"SCRIPT_NAME": "/app"}
    server.begin()
    mold, _ = server.mold()
    if load == "prewarm":
        assert mold.expect(wire.STATIC).payload == b"/app/static/\0/srv/static"
    mold.expect(wire.READY)
    worker, _ = server.fork(mold, 0)
    if load == "prefork":
        assert worker.expect(wire.STATIC).payload == b"/app/static/\0/srv/static"
    worker.expect(wire.READY)
