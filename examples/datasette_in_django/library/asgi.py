"""Django, and Datasette below ``/datasette/`` over the same SQLite file, as one ASGI application.

::

    python manage.py migrate
    saola serve --chdir examples/datasette_in_django library.asgi

Datasette only reads. It answers requests itself, in the same worker, so both are seen under one
address and Django's visitors need no second server. Everything else is Django's, the lifespan too,
which Django does not know: a server takes that for "not supported" and goes on.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "library.settings")
# First of all: it sets Django up, and what comes next wants to know its databases.
django = get_asgi_application()

from datasette.app import Datasette  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

BELOW = "/datasette/"

datasette = Datasette(
    [
        str(database["NAME"])
        for database in connections.databases.values()
        if database["ENGINE"] == "django.db.backends.sqlite3"
    ],
    settings={"base_url": BELOW},
    # All workers sign with the same key, also where each imports this file by itself.
    secret=settings.SECRET_KEY,
).app()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Hand on what is Datasette's to Datasette, and the rest to Django."""
    if scope["type"] == "http" and scope["path"].startswith(BELOW):
        await datasette(scope, receive, send)
    else:
        await django(scope, receive, send)
