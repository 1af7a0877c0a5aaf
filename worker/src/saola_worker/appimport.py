"""From an app target, or none, to the app: or a precise refusal.

A target is ``module:attribute``, ``module:factory()`` with literal arguments, or ``module``
alone. With no target the folder is searched for what Django, Flask, FastAPI and others usually
leave there. Whether it is WSGI or ASGI, ``appkind.py`` finds out. An import that fails inside the
app is the app's error, and is passed on as it is.
"""

from __future__ import annotations

import os
import re
import sys

from .appkind import ASGI, WSGI, call_factory, framework, made, name_of, settle
from .errors import AppImportError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MODULES = ("app", "main", "wsgi", "asgi", "application")
_NO_APPS = ("manage", "setup", "conftest")
_ATTRIBUTES = ("application", "app")
_FACTORIES = ("create_app", "make_app")
_SETTINGS_MODULE = re.compile(r"""DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']""")


class Loaded:
    """An app, what to call it, and how: ``wsgi`` or ``asgi`` (3.0)."""

    def __init__(self, app: Any, name: str, interface: str) -> None:
        self.app = app
        self.name = name
        self.interface = interface


def load(target: str, folder: str, interface: str = "auto", factory: bool = False) -> Loaded:
    """Import the app that ``target`` names, or the one that ``folder`` holds.

    ``interface`` is ``wsgi``, ``asgi`` or ``auto``; with ``factory`` the target makes the app.
    """
    where = target
    if target:
        app = _named(target, folder)
        if factory:
            app = call_factory(app, target)
    else:
        app, where = _search(folder, interface)
    app = made(app, where)
    name = name_of(app)
    app, kind = settle(app, where, interface, name)
    if target:
        return Loaded(app, name or target, kind)
    return Loaded(app, f"{name} ({where})" if name else where, kind)


def _named(target: str, folder: str) -> Any:
    module_name, colon, expression = target.partition(":")
    if not module_name or (colon and not expression):
        raise AppImportError("target", f"{target!r} is not of the form 'module:attribute'")
    module = _import(module_name, folder)
    if colon:
        return _evaluate(module, expression)
    for attribute in _ATTRIBUTES:
        if hasattr(module, attribute):
            return getattr(module, attribute)
    raise AppImportError(
        "target",
        f"module {module_name!r} has neither 'application' nor 'app'; "
        f"say which attribute: '{module_name}:attribute'",
    )


def _import(name: str, folder: str) -> Any:
    plain = name.removesuffix(".py").replace(os.sep, ".").strip(".")
    if plain != name and os.path.isfile(os.path.join(folder, name)):
        raise AppImportError("target", f"{name!r} is the name of a file; the module is {plain!r}")
    if not all(part.isidentifier() for part in name.split(".")):
        text = f"{name!r} is not the name of a module"
        raise AppImportError("target", text if plain == name else f"{text}; try {plain!r}")
    try:
        __import__(name)  # unlike importlib's, it leaves its own frames out of tracebacks
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            raise
        raise AppImportError("target", _no_module(name, str(error.name), folder)) from None
    return sys.modules[name]


def _no_module(name: str, missing: str, folder: str) -> str:
    parent, _, last = missing.rpartition(".")
    if parent:
        paths = list(getattr(sys.modules.get(parent), "__path__", []))
        where = f"package {parent!r}"
    else:
        paths, where = [folder], folder
    near = _near(last, [module for path in paths for module in _modules_in(path)])
    if near and parent:
        near = f"{parent}.{near}"
    text = f"no module named {missing!r} in {where}"
    if near:
        attribute = "" if near == name else name[len(missing) :]
        text += f"; did you mean {near + attribute!r}?"
    return text


def _modules_in(path: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return
    for name in names:
        if name.endswith(".py"):
            yield name[:-3]
        elif name.isidentifier() and os.path.isdir(os.path.join(path, name)):
            yield name


def _evaluate(module: Any, expression: str) -> Any:
    path, call, rest = expression.partition("(")
    found = module
    for name in path.strip().split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            near = _near(name, [other for other in dir(found) if not other.startswith("_")])
            if not near and found is module:
                near = _app_in(module)
            where = found.__name__ if hasattr(found, "__name__") else type(found).__name__
            raise AppImportError(
                "target",
                f"{where!r} has no attribute {name!r}"
                + (f"; did you mean {near!r}?" if near else ""),
            ) from None
    if not call:
        return found
    arguments, keywords = _literals(expression, rest)
    return found(*arguments, **keywords)


def _literals(expression: str, rest: str) -> tuple[list[Any], dict[str, Any]]:
    import ast

    try:
        tree = ast.parse(f"f({rest}", mode="eval").body
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            keywords = {str(word.arg): ast.literal_eval(word.value) for word in tree.keywords}
            return [ast.literal_eval(value) for value in tree.args], keywords
    except (SyntaxError, ValueError):
        pass
    raise AppImportError("target", f"{expression!r}: a factory takes literal arguments only")


def _near(name: str, names: list[str]) -> str:
    import difflib

    close: list[str] = difflib.get_close_matches(name, names, 1)
    return close[0] if close else ""


# Without a target


def _search(folder: str, interface: str) -> tuple[Any, str]:
    manage = os.path.join(folder, "manage.py")
    if os.path.isfile(manage):
        found = _django(manage, folder, interface)
        if found:
            return found
    other = {WSGI: "asgi", ASGI: "wsgi"}.get(interface)
    usual = [name for name in _MODULES if name != other and _is_module(name, folder)]
    for name in usual or _only_file(folder):
        module = _import(name, folder)
        attribute = _app_in(module)
        if attribute:
            return _evaluate(module, attribute), f"{name}:{attribute}"
    for file in [name for name in ("wsgi", "asgi") if name != other]:
        for package in _modules_in(folder):
            if os.path.isfile(os.path.join(folder, package, f"{file}.py")):
                name = f"{package}.{file}"
                module = _import(name, folder)
                attribute = _app_in(module)
                if attribute:
                    return _evaluate(module, attribute), f"{name}:{attribute}"
    raise AppImportError(
        "target",
        f"no app in {folder}: there is no manage.py of Django, no app in "
        f"{', '.join(f'{name}.py' for name in _MODULES)} or in an only file, "
        "and no package with a wsgi.py or asgi.py. "
        "Name it: saola serve module:attribute",
    )


def _is_module(name: str, folder: str) -> bool:
    path = os.path.join(folder, name)
    return os.path.isfile(f"{path}.py") or os.path.isfile(os.path.join(path, "__init__.py"))


def _only_file(folder: str) -> list[str]:
    """Find the file that can hardly be anything else; of several, none is run to find out."""
    files = [
        name
        for name in _modules_in(folder)
        if os.path.isfile(os.path.join(folder, f"{name}.py"))
        and name.isidentifier()
        and name not in _NO_APPS
    ]
    return files if len(files) == 1 else []


def _django(manage: str, folder: str, interface: str) -> tuple[Any, str] | None:
    with open(manage, encoding="utf-8", errors="replace") as file:
        match = _SETTINGS_MODULE.search(file.read())
    if match:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", match[1])
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        return None
    try:
        from django.conf import settings
    except ModuleNotFoundError as error:
        if error.name != "django":
            raise
        raise AppImportError(
            "target",
            f"{manage} is Django's, but this Python has no Django: {sys.executable}",
        ) from None
    asynchronous = interface == ASGI or (interface != WSGI and _wants_asgi(settings))
    # Django itself has a default for the first of the two only.
    path = getattr(settings, "ASGI_APPLICATION" if asynchronous else "WSGI_APPLICATION", None)
    if path:
        module, _, attribute = path.rpartition(".")
        return _evaluate(_import(module, folder), attribute), f"{module}:{attribute}"
    if asynchronous:
        from django.core.asgi import get_asgi_application

        return get_asgi_application(), os.environ["DJANGO_SETTINGS_MODULE"]
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application(), os.environ["DJANGO_SETTINGS_MODULE"]


def _wants_asgi(settings: Any) -> bool:
    """Whether a project says that it needs ASGI: an asgi.py is left in all by startproject."""
    if not getattr(settings, "ASGI_APPLICATION", None):
        return False
    installed = getattr(settings, "INSTALLED_APPS", ())
    return any(str(app).split(".")[0] in ("channels", "daphne") for app in installed)


def _app_in(module: Any) -> str:
    """Find the attribute of a module that is its app, or the call that makes it."""
    for name in _ATTRIBUTES:
        if callable(getattr(module, name, None)):
            return name
    for attribute, value in vars(module).items():
        if not isinstance(value, type) and framework(value):
            return str(attribute)
    for name in _FACTORIES:
        if callable(getattr(module, name, None)):
            return f"{name}()"
    return ""
