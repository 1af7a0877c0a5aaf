"""From a target, or none, to an app, or to a refusal that helps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from saola_worker.appimport import Loaded, load
from saola_worker.errors import AppImportError
from saola_worker.wsgi import format_error

APP = "def app(environ, start_response): return []\n"
Write = Callable[[str, str], None]

FLASK = (
    "class Flask:\n    def __init__(self, name): pass\n    def __call__(self, e, s): return []\n"
)
FASTAPI = "class FastAPI:\n    async def __call__(self, scope, receive, send): pass\n"
ASGI_APP = "async def app(scope, receive, send): pass\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write files into an empty folder from which modules are imported."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    before = set(sys.modules)

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def loaded(target: str, folder: Path) -> Loaded:
    return load(target, str(folder))


def refused(target: str, folder: Path) -> tuple[str, str]:
    with pytest.raises(AppImportError) as caught:
        load(target, str(folder))
    return caught.value.kind, str(caught.value).replace(str(folder), "HERE")


def test_module_and_attribute(write: Write, tmp_path: Path) -> None:
    write("some/where.py", "class A: pass\na = A()\na.b = lambda environ, start_response: []\n")

    found = loaded("some.where:a.b", tmp_path)

    assert found.app is sys.modules["some.where"].a.b
    assert found.name == "some.where:a.b"


@pytest.mark.parametrize("attribute", ["app", "application"])
def test_a_module_alone(write: Write, tmp_path: Path, attribute: str) -> None:
    write("some.py", f"{attribute} = lambda environ, start_response: []\n")

    assert loaded("some", tmp_path).app is getattr(sys.modules["some"], attribute)


@pytest.mark.parametrize(
    ("call", "args"),
    [("make()", "() {}"), ("make('a', b=[1])", "('a',) {'b': [1]}"), ("make( 1 )", "(1,) {}")],
)
def test_a_factory_is_called(write: Write, tmp_path: Path, call: str, args: str) -> None:
    write("some.py", "def make(*args, **kw):\n    return lambda e, s: f'{args} {kw}'\n")

    assert loaded(f"some:{call}", tmp_path).app(None, None) == args


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (":app", "':app' is not of the form 'module:attribute'"),
        ("some:", "'some:' is not of the form 'module:attribute'"),
        ("some.py:app", "'some.py' is the name of a file; the module is 'some'"),
        ("pkg/mod.py:app", "'pkg/mod.py' is the name of a file; the module is 'pkg.mod'"),
        ("pkg/mod:app", "'pkg/mod' is not the name of a module; try 'pkg.mod'"),
        ("my-site:app", "'my-site' is not the name of a module"),
        ("sone:app", "no module named 'sone' in HERE; did you mean 'some'?"),
        ("zzz:app", "no module named 'zzz' in HERE"),
        ("pkg.mad:app", "no module named 'pkg.mad' in package 'pkg'; did you mean 'pkg.mod'?"),
        ("pgk.mod:app", "no module named 'pgk' in HERE; did you mean 'pkg.mod'?"),
        ("some:ap", "'some' has no attribute 'ap'; did you mean 'app'?"),
        ("some:zzz", "'some' has no attribute 'zzz'; did you mean 'app'?"),
        ("pkg.mod:zzz", "'pkg.mod' has no attribute 'zzz'"),
        ("some:app.x", "'app' has no attribute 'x'"),
        (
            "pkg.mod",
            "module 'pkg.mod' has neither 'application' nor 'app'; "
            "say which attribute: 'pkg.mod:attribute'",
        ),
        ("some:app(x)", "'app(x)': a factory takes literal arguments only"),
        ("some:app(", "'app(': a factory takes literal arguments only"),
        ("some:number", "'some:number' is of type int: not callable"),
    ],
)
def test_a_wrong_target_is_refused(write: Write, tmp_path: Path, target: str, text: str) -> None:
    write("some.py", APP + "number = 1\n")
    write("pkg/__init__.py", "")
    write("pkg/mod.py", "")

    kind, found = refused(target, tmp_path)

    assert kind == "target"
    assert found == text


def test_an_import_that_fails_inside_the_app_is_the_apps_own(write: Write, tmp_path: Path) -> None:
    write("some.py", "import not_there\n")

    with pytest.raises(ModuleNotFoundError) as caught:
        load("some:app", str(tmp_path))

    text = format_error(caught.value).replace(str(tmp_path), "HERE")
    assert "<frozen" not in text
    assert text.endswith(
        '  File "HERE/some.py", line 1, in <module>\n    import not_there\n'
        "ModuleNotFoundError: No module named 'not_there'\n"
    )


def test_the_name_and_version_of_a_framework_are_found(write: Write, tmp_path: Path) -> None:
    write("flask/__init__.py", "")
    write("flask/app.py", FLASK)
    write("Flask-3.1.3.dist-info/METADATA", "")
    write(
        "site_app.py",
        "from flask.app import Flask\n"
        "class Middleware:\n"
        "    def __init__(self, app): self.app = app\n"
        "    def __call__(self, e, s): return self.app(e, s)\n"
        "app = Middleware(Middleware(Flask(__name__)))\n",
    )

    assert loaded("site_app:app", tmp_path).name == "Flask 3.1.3"


def test_a_factory_is_called_when_the_operator_says_so(write: Write, tmp_path: Path) -> None:
    write("some.py", "def make():\n    async def app(scope, receive, send): pass\n    return app\n")

    found = load("some:make", str(tmp_path), factory=True)

    assert (found.name, found.interface) == ("some:make", "asgi")


@pytest.mark.parametrize(
    ("target", "factory", "text"),
    [
        ("some:make", True, "'some:make' is an async factory: it would be called before"),
        ("some:make", False, "'some:make' is an async factory: it would be called before"),
        ("some:make()", False, "'some:make()' is an async factory: it would be called before"),
        ("some:plain", True, "'some:plain' is an async factory: it would be called before"),
        ("some:app", True, "'some:app' is the app itself: leave --factory out"),
        ("some:fast", True, "'some:fast' is the app itself: leave --factory out"),
        ("some:passed", True, "'some:passed' is the app itself: leave --factory out"),
        (
            "some:other",
            True,
            "--factory calls 'some:other' without arguments, but it takes (config)",
        ),
        ("some:number", True, "'some:number' is of type int: not a factory"),
    ],
)
def test_what_is_no_factory_is_refused(
    write: Write, tmp_path: Path, target: str, factory: bool, text: str
) -> None:
    write("fastapi/__init__.py", "")
    write("fastapi/applications.py", FASTAPI)
    write(
        "some.py",
        ASGI_APP + "from fastapi.applications import FastAPI\n"
        "async def make(): return app\n"
        "def plain(): return make()\n"
        "def other(config, debug=False): return app\n"
        "class Passed:\n"
        "    def __init__(self, app): self.app = app\n"
        "    def __call__(self, *args): return self.app(*args)\n"
        "fast = FastAPI()\npassed = Passed(fast)\nnumber = 1\n",
    )

    with pytest.raises(AppImportError) as caught:
        load(target, str(tmp_path), factory=factory)

    assert caught.value.kind == "target"
    assert str(caught.value).startswith(text)


def test_an_asgi_app_is_named_after_its_framework(write: Write, tmp_path: Path) -> None:
    write("fastapi/__init__.py", "__version__ = '0.1'")
    write("fastapi/applications.py", FASTAPI)
    write("main.py", "from fastapi.applications import FastAPI\napi = FastAPI()\n")

    found = loaded("", tmp_path)

    assert (found.name, found.interface) == ("FastAPI 0.1 (main:api)", "asgi")


def test_an_app_behind_closures_is_found(write: Write, tmp_path: Path) -> None:
    write("fastapi/__init__.py", "__version__ = '0.1'")
    write("fastapi/applications.py", FASTAPI)
    write(
        "some.py",
        "from fastapi.applications import FastAPI\n"
        "def guard(inner_app):\n"
        "    async def asgi(scope, receive, send): await inner_app(scope, receive, send)\n"
        "    return asgi\n"
        "class Lifespan:\n"
        "    def __init__(self, asgi): self.asgi = asgi\n"
        "    async def __call__(self, scope, receive, send): pass\n"
        "app = Lifespan(guard(FastAPI()))\n",
    )

    assert loaded("some:app", tmp_path).name == "FastAPI 0.1"


@pytest.mark.parametrize(
    "name", ["app.py", "main.py", "wsgi.py", "asgi.py", "application/__init__.py"]
)
def test_without_a_target_the_usual_files_are_looked_at(
    write: Write, tmp_path: Path, name: str
) -> None:
    write(name, APP)
    module = name.split(".")[0].split("/")[0]

    assert loaded("", tmp_path).name == f"{module}:app"


def test_without_a_target_a_flask_app_is_found_whatever_its_name(
    write: Write, tmp_path: Path
) -> None:
    write("flask/__init__.py", "")
    write("flask/app.py", FLASK)
    write("app.py", "import os\n")
    write("main.py", "from flask.app import Flask\nshop = Flask(__name__)\n")

    assert loaded("", tmp_path).name == "Flask (main:shop)"


def test_without_a_target_a_factory_is_called(write: Write, tmp_path: Path) -> None:
    write("app.py", "def create_app():\n    return lambda environ, start_response: [b'made']\n")

    found = loaded("", tmp_path)

    assert (found.name, found.app(None, None)) == ("app:create_app()", [b"made"])


def test_without_a_target_a_package_with_wsgi_is_found(write: Write, tmp_path: Path) -> None:
    write("some/__init__.py", "")
    write("some/wsgi.py", "application = lambda environ, start_response: []\n")

    assert loaded("", tmp_path).name == "some.wsgi:application"


@pytest.mark.parametrize(
    ("interface", "name"),
    [
        ("auto", "some.wsgi:application"),
        ("wsgi", "some.wsgi:application"),
        ("asgi", "some.asgi:application"),
    ],
)
def test_of_a_package_with_both_the_one_that_is_wanted_is_found(
    write: Write, tmp_path: Path, interface: str, name: str
) -> None:
    write("some/__init__.py", "")
    write("some/wsgi.py", "application = lambda environ, start_response: []\n")
    write("some/asgi.py", "async def application(scope, receive, send): pass\n")

    assert load("", str(tmp_path), interface).name == name


def test_without_a_target_a_package_with_asgi_only_is_found(write: Write, tmp_path: Path) -> None:
    write("some/__init__.py", "")
    write("some/asgi.py", "async def application(scope, receive, send): pass\n")

    found = loaded("", tmp_path)

    assert (found.name, found.interface) == ("some.asgi:application", "asgi")


def test_an_empty_folder_is_told_what_was_looked_for(write: Write, tmp_path: Path) -> None:
    kind, text = refused("", tmp_path)

    assert kind == "target"
    assert text.startswith("no app in HERE: there is no manage.py of Django, no app in app.py, ")


DJANGO = {
    "django/__init__.py": "__version__ = '5.2.8'",
    "django/conf.py": "import importlib, os\n"
    "settings = importlib.import_module(os.environ['DJANGO_SETTINGS_MODULE'])\n",
    "django/core/handlers/wsgi.py": "class WSGIHandler:\n    def __call__(self, e, s): return []\n",
    "django/core/wsgi.py": "from .handlers.wsgi import WSGIHandler\n"
    "def get_wsgi_application(): return WSGIHandler()\n",
    "django/core/handlers/asgi.py": "class ASGIHandler:\n"
    "    async def __call__(self, scope, receive, send): pass\n",
    "django/core/asgi.py": "from .handlers.asgi import ASGIHandler\n"
    "def get_asgi_application(): return ASGIHandler()\n",
}
MANAGE = (
    "import os\n"
    "os.environ.setdefault(\n    'DJANGO_SETTINGS_MODULE', 'site1.settings'\n)\nraise SystemExit\n"
)


W, A = "WSGI_APPLICATION = 'site1.wsgi.application'", "ASGI_APPLICATION = 'site1.asgi.application'"
CHANNELS = "INSTALLED_APPS = ['django.contrib.auth', 'channels']"
DAPHNE = "INSTALLED_APPS = ['daphne.apps.DaphneConfig']"


@pytest.mark.parametrize(
    ("settings", "interface", "name"),
    [
        ([W], "auto", "site1.wsgi:application"),
        (["WSGI_APPLICATION = None"], "auto", "site1.settings"),
        ([W, A], "auto", "site1.wsgi:application"),
        ([W, CHANNELS], "auto", "site1.wsgi:application"),
        ([W, A, CHANNELS], "auto", "site1.asgi:application"),
        ([W, A, DAPHNE], "auto", "site1.asgi:application"),
        ([W, A, CHANNELS], "wsgi", "site1.wsgi:application"),
        ([W, A], "asgi", "site1.asgi:application"),
        ([W], "asgi", "site1.settings"),
    ],
)
def test_a_django_project_is_found_by_its_manage_py(
    write: Write, tmp_path: Path, settings: list[str], interface: str, name: str
) -> None:
    for file, text in DJANGO.items():
        write(file, text)
    write("manage.py", MANAGE)
    write("app.py", "raise AssertionError('not looked at')")
    write("site1/settings.py", "\n".join(settings))
    for kind in ("wsgi", "asgi"):
        write(
            f"site1/{kind}.py",
            f"from django.core.{kind} import get_{kind}_application as get\napplication = get()\n",
        )

    found = load("", str(tmp_path), interface)

    assert found.name == f"Django 5.2.8 ({name})"
    is_asgi = interface == "asgi" or "asgi" in name
    assert found.interface == ("asgi" if is_asgi else "wsgi")


def test_without_a_target_an_only_file_is_looked_at(write: Write, tmp_path: Path) -> None:
    write("shop.py", APP)
    write("conftest.py", "raise AssertionError('not looked at')")

    assert loaded("", tmp_path).name == "shop:app"


def test_of_several_unusual_files_none_is_run(write: Write, tmp_path: Path) -> None:
    write("shop.py", "raise AssertionError('not looked at')")
    write("tool.py", "raise AssertionError('not looked at')")

    assert refused("", tmp_path)[1].startswith("no app in HERE")


def test_a_django_project_without_django_names_the_interpreter(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    write("manage.py", MANAGE)

    kind, text = refused("", tmp_path)

    assert kind == "target"
    assert text == f"HERE/manage.py is Django's, but this Python has no Django: {sys.executable}"
