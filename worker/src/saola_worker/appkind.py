"""What an object that a target names is: a WSGI app, an ASGI app of either version, or none.

What cannot be seen from outside is not guessed: an object that may be called with two arguments
is a WSGI app unless something says otherwise. ``inspect`` would say some of this too, and cost
every worker 2 MB.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from types import CoroutineType

from .errors import AppImportError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WSGI, ASGI = "wsgi", "asgi"
# ASGI 2.0: called with a scope, it returns what is called with (receive, send).
_ASGI2 = "asgi2"
_FACTORY, _COROUTINE, _NEITHER = "factory", "coroutine", "neither"

_CO_VARARGS, _CO_COROUTINE = 0x04, 0x80
_ASGI_NAMES = ["scope", "receive", "send"]
_INNER = (
    "application",
    "app",
    "wsgi_app",
    "asgi_app",
    "wsgi_application",
    "other_asgi_app",
    "asgi",
    "func",
)
_DEPTH = 8  # of middleware

# Class that makes it one, and its name for people; in lower case, its package's and distribution's.
_FRAMEWORKS = (
    ("django.core.handlers.wsgi", "WSGIHandler", "Django"),
    ("django.core.handlers.asgi", "ASGIHandler", "Django"),
    ("channels.routing", "ProtocolTypeRouter", "Channels"),
    ("flask.app", "Flask", "Flask"),
    ("fastapi.applications", "FastAPI", "FastAPI"),
    ("starlette.applications", "Starlette", "Starlette"),
    ("quart.app", "Quart", "Quart"),
    ("litestar.app", "Litestar", "Litestar"),
    ("sanic.app", "Sanic", "Sanic"),
    ("datasette.app", "DatasetteRouter", "Datasette"),
    ("bottle", "Bottle", "Bottle"),
    ("falcon.asgi.app", "App", "Falcon"),
    ("falcon.app", "App", "Falcon"),
    ("pyramid.router", "Router", "Pyramid"),
)


def settle(app: Any, target: str, wanted: str, name: str) -> tuple[Any, str]:
    """Return the app as it is to be called, and ``wsgi`` or ``asgi``; or refuse it.

    ``wanted`` is what the operator says: one of the two, or ``auto``.
    """
    if not callable(app):
        raise AppImportError("target", f"{target!r} is of type {type(app).__name__}: not callable")
    found = _kind(app)
    if wanted == ASGI and found in (WSGI, _FACTORY):
        found = _forced(app, found)
        if found == WSGI:
            raise AppImportError(
                "interface", f"{name or target} is a WSGI app: it cannot be served as ASGI"
            )
    if found in (ASGI, _ASGI2) and wanted == WSGI:
        raise AppImportError(
            "interface", f"{name or target} is an ASGI app: say --interface asgi to serve it"
        )
    if found in (_FACTORY, _COROUTINE, _NEITHER):
        raise AppImportError("target", f"{target!r} {_why_not(app, found, target)}")
    if found == _ASGI2:
        return _single(app), ASGI
    return app, found


def call_factory(factory: Any, target: str) -> Any:
    """Make the app as ``--factory`` demands."""
    if not callable(factory):
        kind = type(factory).__name__
        raise AppImportError("target", f"{target!r} is of type {kind}: not a factory")
    known = _parameters(factory)
    needed = known[0][: known[1]] if known else []
    is_function = isinstance(factory, type) or hasattr(factory, "__code__")
    if _is_async(factory) and not needed:
        raise AppImportError("target", f"{target!r} {_ASYNC_FACTORY}")
    if _is_async(factory) or (not is_function and name_of(factory)):
        raise AppImportError("target", f"{target!r} is the app itself: leave --factory out")
    if needed:
        raise AppImportError(
            "target",
            f"--factory calls {target!r} without arguments, but it takes ({', '.join(needed)})",
        )
    return factory()


def made(app: Any, target: str) -> Any:
    """Pass on what a factory has returned, unless that waits for an event loop."""
    if isinstance(app, CoroutineType):
        app.close()  # or Python would warn that nobody has awaited it
        raise AppImportError("target", f"{target!r} {_ASYNC_FACTORY}")
    return app


_ASYNC_FACTORY = (
    "is an async factory: it would be called before there is an event loop; "
    "make it a plain function, and wait for things in the app's lifespan"
)


def _kind(app: Any) -> str:
    known = _parameters(app)
    if isinstance(app, type):
        return _kind_of_class(app, known)
    if _is_async(app):
        return ASGI if known is None or _takes(known, 3) else _COROUTINE
    if known is None:
        return WSGI
    names, required, _ = known
    if names[:3] == _ASGI_NAMES or required == 3:
        return ASGI  # and what it returns is awaitable
    if _takes(known, 2):
        return _kind_of_any(app) if not names else WSGI
    if required == 1:
        return _ASGI2 if names[0] == "scope" or _holds_coroutine(app) else _FACTORY
    return _FACTORY if not required else _NEITHER


def _kind_of_class(app: type, known: _Known | None) -> str:
    """Judge a class, whose instances stand for one exchange."""
    if hasattr(app, "__await__"):
        return ASGI
    if not any("__init__" in vars(base) or "__new__" in vars(base) for base in app.__mro__[:-1]):
        return _FACTORY
    if known is None or _takes(known, 2):
        return WSGI
    if _takes(known, 1) and (known[0][:1] == ["scope"] or _is_async_function(app.__call__)):
        return _ASGI2
    return _NEITHER if known[1] else _FACTORY


def _kind_of_any(app: Any) -> str:
    """Judge middleware that passes on whatever it is called with."""
    inner = _inner(app)
    return WSGI if inner is None else _kind(inner)


def _forced(app: Any, found: str) -> str:
    """Judge again what ``--interface asgi`` is said of: what can be called so, is."""
    known = _parameters(app)
    if found == WSGI:
        inner = _inner(app) if known is not None and not known[0] else None
        if inner is not None:
            return _forced(inner, _kind(inner))
        return ASGI if known is None or _takes(known, 3) else WSGI
    return _ASGI2 if known is not None and known[1] == 1 else found


def _why_not(app: Any, found: str, target: str) -> str:
    names, required, _ = _parameters(app) or ([], 0, False)
    if found == _COROUTINE and not required:
        return _ASYNC_FACTORY
    takes = f"takes ({', '.join(names)})" if names else "takes no arguments"
    if found == _COROUTINE:
        return f"is async, but {takes}, not (scope, receive, send) as an ASGI app does"
    text = f"{takes}: neither (environ, start_response) of WSGI nor (scope, receive, send) of ASGI"
    if found == _FACTORY:
        call = f"'{target}(…)'" if required else f"'{target}()' or --factory"
        text += f"; if it makes an app, say {call}"
    return text


def _single(app: Any) -> Any:
    """Make an app of ASGI 2.0 one that is called once, as in 3.0."""

    async def single(scope: Any, receive: Any, send: Any) -> None:
        await app(scope)(receive, send)

    return single


# What can be seen of a callable

if TYPE_CHECKING:
    # Names of the positional parameters, how many of them are required, whether there is *args.
    _Known = tuple[list[str], int, bool]


def _takes(known: _Known, count: int) -> bool:
    names, required, more = known
    return required <= count and (more or count <= len(names))


def _parameters(app: Any) -> _Known | None:
    """Find the parameters that are left to the caller; nothing if they cannot be seen."""
    if isinstance(app, partial):
        known = _parameters(app.func)
        if known is None:
            return None
        names, required, more = known
        names, required = names[len(app.args) :], max(0, required - len(app.args))
        for at, name in enumerate(names):
            if name in app.keywords:  # those behind it can only be keywords now
                return names[:at], min(required, at), False
        return names, required, more
    function, skip = _function(app)
    code = getattr(function, "__code__", None)
    wrapped = getattr(function, "__wrapped__", None)
    while code and wrapped and code.co_argcount <= skip and code.co_flags & _CO_VARARGS:
        function, code = wrapped, getattr(wrapped, "__code__", None)
        wrapped = getattr(function, "__wrapped__", None)
    if code is None:
        return None
    names = list(code.co_varnames[skip : code.co_argcount])
    required = max(0, len(names) - len(getattr(function, "__defaults__", None) or ()))
    return names, required, bool(code.co_flags & _CO_VARARGS)


def _function(app: Any) -> tuple[Any, int]:
    """Find the function that runs when this is called, and how many arguments it has by itself."""
    if isinstance(app, type):
        return app.__init__, 1  # type: ignore[misc]
    if hasattr(app, "__func__"):
        return app.__func__, 1
    if hasattr(app, "__code__"):
        return app, 0
    return getattr(type(app), "__call__", None), 1  # noqa: B004


def _is_async(app: Any) -> bool:
    while isinstance(app, partial):
        app = app.func
    if isinstance(app, type):
        return False
    return _is_async_function(app) or _is_async_function(getattr(type(app), "__call__", None))  # noqa: B004


def _is_async_function(function: Any) -> bool:
    function = getattr(function, "__func__", function)
    # How asgiref and inspect.markcoroutinefunction mark what only returns a coroutine.
    if hasattr(function, "_is_coroutine_mark") or hasattr(function, "_is_coroutine"):
        return True
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    if code.co_flags & _CO_COROUTINE:
        return True
    wrapped = getattr(function, "__wrapped__", None)
    passes_on = not code.co_argcount and code.co_flags & _CO_VARARGS
    return bool(passes_on and wrapped is not None and _is_async_function(wrapped))


def _holds_coroutine(app: Any) -> bool:
    """Whether a function has the coroutine function inside that an ASGI 2.0 app returns."""
    code = getattr(_function(app)[0], "__code__", None)
    return code is not None and any(
        getattr(constant, "co_flags", 0) & _CO_COROUTINE and constant.co_argcount == 2
        for constant in code.co_consts
    )


# Names


def framework(app: object) -> str:
    """Return the name of the framework that this object is an app of, or nothing."""
    classes = {(kind.__module__, kind.__name__) for kind in type(app).__mro__}
    for module, name, found in _FRAMEWORKS:
        if (module, name) in classes:
            return found
    return ""


def name_of(app: Any) -> str:
    """Return 'Django 5.2.8', also for an app inside middleware; nothing if unknown."""
    for _ in range(_DEPTH):
        known = framework(app)
        if known:
            version = _version(known)
            return f"{known} {version}" if version else known
        app = _inner(app)
        if app is None:
            return ""
    return ""


def _inner(app: Any) -> Any:
    """Find what middleware calls, be it an object with the usual attribute or a closure."""
    for attribute in (*_INNER, "__self__", "__wrapped__"):
        inner = getattr(app, attribute, None)
        if inner is not app and callable(inner) and not isinstance(inner, type):
            return inner
    function = _function(app)[0]
    code = getattr(function, "__code__", None)
    cells = zip(code.co_freevars, function.__closure__ or (), strict=False) if code else ()
    for name, cell in cells:
        if name in _INNER or name.endswith("app"):
            try:
                inner = cell.cell_contents
            except ValueError:
                continue  # not filled yet
            if callable(inner) and not isinstance(inner, type):
                return inner
    return None


def _version(framework: str) -> str:
    """Read a version from the name of the folder that pip leaves; importlib.metadata costs 2 MB."""
    package = sys.modules.get(framework.lower())
    file = getattr(package, "__file__", None)
    if not file:
        return ""
    prefix = f"{framework.lower()}-"
    folder = os.path.dirname(file)
    if os.path.basename(file).startswith("__init__."):
        folder = os.path.dirname(folder)
    for name in os.listdir(folder):
        if name.lower().startswith(prefix) and name.endswith((".dist-info", ".egg-info")):
            return str(name[len(prefix) :].rsplit(".", 1)[0].split("-")[0])
    version = getattr(package, "__version__", "")
    return version if isinstance(version, str) else ""
