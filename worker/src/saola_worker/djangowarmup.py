"""Load what Django loads with its first request, without a request and without a query.

All of this Django does by itself, but late: in each worker, at the cost of its first visitors,
and in memory that no worker shares. Nothing here needs to be right for every project: a step
that fails is left to the request that will fail in the same way.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def run() -> None:
    """Load it, if this is a Django app that has been set up."""
    settings = sys.modules["django.conf"].settings if "django.conf" in sys.modules else None
    apps = sys.modules["django.apps"].apps if "django.apps" in sys.modules else None
    if settings is None or apps is None or not (settings.configured and apps.ready):
        return
    for step in (_urls, _templates, _translations, _models, _databases, _contrib):
        _try(step, settings, apps)


def _try(step: Callable[[Any, Any], None], settings: Any, apps: Any) -> None:
    try:
        step(settings, apps)
    except Exception as error:
        kind = type(error).__name__
        sys.stderr.write(f"prewarming Django's {step.__name__[1:]} failed: {kind}: {error}\n")


def _urls(settings: Any, apps: Any) -> None:
    from django.urls import get_resolver

    if not getattr(settings, "ROOT_URLCONF", None):
        return
    resolver: Any = get_resolver()
    resolver._populate()  # imports the views below it; for reverse()
    seen = [resolver]
    while seen:
        for pattern in seen.pop().url_patterns:
            if hasattr(pattern, "url_patterns"):
                seen.append(pattern)
            pattern.pattern.match("")  # compiles it
    for status in (400, 403, 404, 500):
        resolver.resolve_error_handler(status)


def _templates(settings: Any, apps: Any) -> None:
    from django.template import engines

    for engine in engines.all():
        inner = getattr(engine, "engine", None)
        if inner is not None:
            inner.template_loaders  # noqa: B018 (cached properties, both)
            inner.template_context_processors  # noqa: B018


def _translations(settings: Any, apps: Any) -> None:
    from django.utils import formats, translation

    if settings.USE_I18N:
        with translation.override(settings.LANGUAGE_CODE):
            translation.gettext("")
            formats.get_format("DATE_FORMAT")


def _models(settings: Any, apps: Any) -> None:
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        options.fields_map  # noqa: B018 (cached properties, as all that follow)
        options.related_objects  # noqa: B018
        options.concrete_fields  # noqa: B018
        options.base_manager  # noqa: B018
        options.default_manager  # noqa: B018


def _databases(settings: Any, apps: Any) -> None:
    from django.db import connections

    for alias in connections:
        # Imports the driver and makes the wrapper, which connects when it is first asked.
        connections[alias].ops.compiler("SQLCompiler")


def _contrib(settings: Any, apps: Any) -> None:
    from django.utils.module_loading import import_string

    if apps.is_installed("django.contrib.auth"):
        from django.contrib.auth import get_backends
        from django.contrib.auth.hashers import get_hashers

        get_backends()
        get_hashers()
    if apps.is_installed("django.contrib.sessions"):
        import_string(settings.SESSION_SERIALIZER)
    if apps.is_installed("django.contrib.messages"):
        import_string(settings.MESSAGE_STORAGE)
    if apps.is_installed("django.contrib.staticfiles"):
        from django.contrib.staticfiles.storage import staticfiles_storage

        getattr(staticfiles_storage, "base_url", None)  # reads its manifest, if it has one
