"""What kind of app an object is, as far as that can be seen from outside."""

from __future__ import annotations

import asyncio
import textwrap
from typing import Any

import pytest

from saola_worker.appkind import name_of, settle
from saola_worker.errors import AppImportError

HEAD = """
import functools
class Pass:
    def __init__(self, app): self.app = app
    def __call__(self, *args): return self.app(*args)
async def asgi3(scope, receive, send): pass
def wsgi(environ, start_response): return []
"""


def made(text: str) -> Any:
    names: dict[str, Any] = {}
    exec(HEAD + textwrap.dedent(text), names)
    return names["app"]


def kind(text: str, wanted: str = "auto") -> str:
    app = made(text)
    return settle(app, "some:app", wanted, name_of(app))[1]


def refused(text: str, wanted: str = "auto") -> tuple[str, str]:
    with pytest.raises(AppImportError) as caught:
        kind(text, wanted)
    return caught.value.kind, str(caught.value)


ASGI = [
    "async def app(scope, receive, send): pass",
    "async def app(*args): pass",
    "class A:\n    async def __call__(self, scope, receive, send): pass\napp = A()",
    "async def f(x, s, r, t): pass\napp = functools.partial(f, 1)",
    "async def f(s, r, t, x): pass\napp = functools.partial(functools.partial(f), x=1)",
    "class A:\n    async def serve(self, s, r, t): pass\napp = A().serve",
    # Plain functions that return what is awaitable.
    "def app(scope, receive, send): return asgi3(scope, receive, send)",
    "def app(scope, receive=None, send=None): return asgi3(scope, receive, send)",
    "def app(a, b, c): return asgi3(a, b, c)",
    "app = Pass(Pass(asgi3))",
    "@functools.wraps(asgi3)\ndef app(*args): return asgi3(*args)",
    # Starlette's endpoints: an instance is awaited.
    "class app:\n    def __init__(self, s, r, t): pass\n    def __await__(self): yield",
]
ASGI2 = [
    "def app(scope):\n    async def inner(receive, send): await send(await receive())\n"
    "    return inner",
    "def app(s):\n    async def inner(receive, send): await send(await receive())\n"
    "    return inner",
    "class app:\n    def __init__(self, scope): pass\n"
    "    async def __call__(self, receive, send): await send(await receive())",
    "class app:\n    def __init__(self, s): pass\n"
    "    async def __call__(self, receive, send): await send(await receive())",
    "class B:\n    async def serve(self, receive, send): await send(await receive())\n"
    "class A:\n    def __call__(self, scope): return B().serve\napp = A()",
]
WSGI = [
    "app = wsgi",
    "def app(*args): return []",
    "def app(environ, start_response, more=1): return []",
    "class A:\n    def serve(self, environ, start_response): return []\napp = A().serve",
    "class A:\n    def __call__(self, environ, start_response): return []\napp = A()",
    "@functools.wraps(len)\ndef app(*a): return []",
    "class app:\n    def __init__(self, environ, start_response): pass",
    "def f(x, environ, start_response): return []\napp = functools.partial(f, 1)",
    "app = Pass(wsgi)",
    "app = len",
]


@pytest.mark.parametrize("text", ASGI)
def test_asgi_apps(text: str) -> None:
    assert kind(text) == "asgi"
    assert kind(text, "asgi") == "asgi"
    assert refused(text, "wsgi") == (
        "interface",
        "some:app is an ASGI app: say --interface asgi to serve it",
    )


@pytest.mark.parametrize("text", WSGI)
def test_wsgi_apps(text: str) -> None:
    assert kind(text) == "wsgi"
    assert kind(text, "wsgi") == "wsgi"


@pytest.mark.parametrize("text", ASGI2)
def test_an_app_of_asgi_2_is_called_twice_for_a_caller_that_calls_once(text: str) -> None:
    app, interface = settle(made(text), "some:app", "auto", "")
    sent: list[str] = []

    async def receive() -> str:
        return "received"

    async def send(message: str) -> None:
        sent.append(message)

    asyncio.run(app({"type": "http"}, receive, send))

    assert (interface, sent) == ("asgi", ["received"])
    assert refused(text, "wsgi")[0] == "interface"


@pytest.mark.parametrize(
    "text",
    [
        "def app(*args): return asgi3(*args)",
        "def app(a, b, c=None): return asgi3(a, b, c)",
        "app = Pass(Pass(lambda *args: asgi3(*args)))",
        "def make(scope): return None\ndef app(anything): return make",
        "app = print",
    ],
)
def test_what_may_be_asgi_is_taken_for_it_when_the_operator_says_so(text: str) -> None:
    assert kind(text, "asgi") == "asgi"


@pytest.mark.parametrize("text", ["app = wsgi", "app = Pass(Pass(wsgi))"])
def test_what_cannot_be_asgi_is_refused_whatever_the_operator_says(text: str) -> None:
    assert refused(text, "asgi") == (
        "interface",
        "some:app is a WSGI app: it cannot be served as ASGI",
    )


NEITHER = "neither (environ, start_response) of WSGI nor (scope, receive, send) of ASGI"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("app = 1", "is of type int: not callable"),
        ("def app(): return asgi3", f"takes no arguments: {NEITHER}; {{}}"),
        ("def app(debug=None): return asgi3", f"takes (debug): {NEITHER}; {{}}"),
        ("def app(*, debug=None): return asgi3", f"takes no arguments: {NEITHER}; {{}}"),
        (
            "class app:\n    def __call__(self, s, r, t): pass",
            f"takes no arguments: {NEITHER}; {{}}",
        ),
        (
            "def app(config): return asgi3",
            f"takes (config): {NEITHER}; if it makes an app, say 'some:app(…)'",
        ),
        ("def app(a, b, c, d): pass", f"takes (a, b, c, d): {NEITHER}"),
        ("class app:\n    def __init__(self, a, b, c): pass", f"takes (a, b, c): {NEITHER}"),
        (
            "async def app(environ, start_response): return []",
            "is async, but takes (environ, start_response), "
            "not (scope, receive, send) as an ASGI app does",
        ),
        (
            "async def app(): return asgi3",
            "is an async factory: it would be called before there is an event loop; "
            "make it a plain function, and wait for things in the app's lifespan",
        ),
    ],
)
def test_what_is_neither_is_refused_on_one_line(text: str, said: str) -> None:
    expected = said.format("if it makes an app, say 'some:app()' or --factory")

    assert refused(text) == ("target", f"'some:app' {expected}")
