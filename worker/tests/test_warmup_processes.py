"""Warm-up in real molds and workers, and of a real Django."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake_server import HELLO, FakeServer, Peer, get
from saola_worker import wire
from test_warmup import request

SEEN = """
import os
seen = []
def app(environ, start_response):
    seen.append(environ["PATH_INFO"] + " of " + str(os.getpid() == pid))
    start_response("404 No" if environ["PATH_INFO"] == "/no" else "200 OK", [])
    return [" ".join(seen).encode()]
pid = os.getpid()
"""
LIFESPAN = """
import os
pid, seen = os.getpid(), []
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["pool"] = 1
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return
    in_mold = os.getpid() == pid
    seen.append(scope["path"] + " " + str(in_mold) + " " + str(scope.get("state")))
    status = 404 if scope["path"] == "/no" else 200
    await send({"type": "http.response.start", "status": status})
    await send({"type": "http.response.body", "body": "; ".join(seen).encode()})
"""


def unfit(server: FakeServer) -> str:
    server.begin()
    peer, pid = server.mold()
    text = peer.expect(wire.UNFIT).payload.decode()
    peer.sock.close()
    server.expect("exited", pid, "mold", 7, 0, 3)
    return text


def test_the_mold_is_asked_all_and_the_worker_the_first_again(server: FakeServer) -> None:
    server.write_app(SEEN)
    server.settings["warmup"] = [request("/p", "POST"), request("/a"), request("/b")]
    peer, _ = server.worker()

    assert get(peer, "/") == b"/p of True /a of True /b of True /a of False / of False"


def test_a_worker_with_threads_is_not_asked(server: FakeServer) -> None:
    server.write_app(SEEN)
    server.settings.update(warmup=[request("/a")], threads=2)
    peer, _ = server.worker()

    assert get(peer, "/") == b"/a of True / of False"


def test_a_mold_whose_warm_up_fails_is_unfit(server: FakeServer) -> None:
    server.write_app(SEEN)
    server.settings["warmup"] = [request("/no")]

    expected = "warmup\nwarm-up GET /no was answered 404 No, expected a status below 400"
    assert unfit(server) == expected


def test_what_only_the_worker_is_refused_keeps_it_from_nothing(server: FakeServer) -> None:
    server.write_app(SEEN.replace('== "/no"', '== "/no" and os.getpid() != pid'))
    server.settings["warmup"] = [request("/no")]
    peer, _ = server.worker()

    assert get(peer, "/") == b"/no of True /no of False / of False"
    assert b"/no was answered 404" in server.read_output("slot-3", b"without it\n")


def prefork(server: FakeServer, policy: str) -> tuple[Peer, int]:
    server.settings.update(load="prefork", warmup=[request("/no")], warmup_policy=policy)
    server.begin()
    return server.fork(server.ready_mold(), 3)


@pytest.mark.parametrize("app", [SEEN, LIFESPAN])
def test_a_worker_that_imports_the_app_itself_is_asked_itself(server: FakeServer, app: str) -> None:
    server.write_app(app)
    peer, _ = prefork(server, "warn")

    peer.expect(wire.READY)

    assert b"/no was answered 404" in server.read_output("slot-3", b"without it\n")


@pytest.mark.parametrize("app", [SEEN, LIFESPAN])
def test_and_exits_where_it_fails(server: FakeServer, app: str) -> None:
    server.write_app(app)
    _, pid = prefork(server, "fail")

    server.expect("exited", pid, "worker", 7, 3, 3)
    said = server.read_output("slot-3", b"\n")
    assert said.startswith(b"warm-up GET /no was answered 404")


# Django itself

DJANGO = {
    "site_settings.py": """
SECRET_KEY = "x"
ALLOWED_HOSTS = ["*", ".example.com"]
ROOT_URLCONF = "site_urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
""",
    "site_urls.py": """
from django.urls import include, path
urlpatterns = [path("below/", include("site_below"))]
""",
    "site_below.py": """
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse(request.get_host()))]
""",
    "app.py": """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.wsgi import get_wsgi_application
django = get_wsgi_application()
def app(environ, start_response):
    if environ["PATH_INFO"] != "/modules":
        return django(environ, start_response)
    start_response("200 OK", [])
    return [" ".join(sys.modules).encode()]
""",
}


def write_django(server: FakeServer) -> None:
    for name, text in DJANGO.items():
        Path(server.app, name).write_text(text)


def test_django_has_its_urls_and_backends_before_any_request(server: FakeServer) -> None:
    write_django(server)
    peer, _ = server.worker()

    modules = get(peer, "/modules").decode().split()

    assert {"site_urls", "site_below", "sqlite3", "django.views.defaults"} <= set(modules)
    assert not Path(server.app, "db.sqlite3").exists()  # nothing has asked the database


def test_django_is_asked_for_a_host_that_it_allows(server: FakeServer) -> None:
    write_django(server)
    server.settings.update(warmup=[request("/below/")], env={"DJANGO_WARMUP_URL": "/not-there/"})
    server.begin()
    server.ready_mold()

    said = server.read_output("mold", b"without it\n")
    assert b"warm-up GET /not-there/ was answered 404 Not Found" in said


def test_a_project_that_refuses_the_host_is_unfit(server: FakeServer) -> None:
    write_django(server)
    server.settings["warmup"] = [request("http://elsewhere.example.org/below/")]
    settings = Path(server.app, "site_settings.py")
    settings.write_text(settings.read_text().replace('"*", ', ""))

    assert unfit(server) == (
        "warmup\nwarm-up GET http://elsewhere.example.org/below/ was answered 400 Bad Request, "
        "expected a status below 400"
    )


def test_https_is_what_a_site_that_redirects_to_it_is_asked_by(server: FakeServer) -> None:
    write_django(server)
    settings = Path(server.app, "site_settings.py")
    settings.write_text(
        settings.read_text()
        + "SECURE_SSL_REDIRECT = True\n"
        + 'MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\n'
    )
    server.settings["warmup"] = [("GET", "/below/", [], [200])]
    server.begin()

    server.ready_mold()


def test_urls_that_cannot_be_imported_are_left_to_the_requests(server: FakeServer) -> None:
    write_django(server)
    Path(server.app, "site_below.py").write_text("import not_there")
    server.begin()
    server.ready_mold()

    said = server.read_output("mold", b"not_there'\n").decode()
    assert said.endswith(
        "prewarming Django's urls failed: ModuleNotFoundError: No module named 'not_there'\n"
    )


def test_nothing_is_said_where_all_is_well(server: FakeServer) -> None:
    server.write_app(HELLO)
    server.settings["warmup"] = [request("/")]
    peer, _ = server.worker()

    assert get(peer, "/") == b"hello world\n"
    assert not server.output.get("mold")
