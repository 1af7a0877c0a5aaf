"""Django and Channels, in one file."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from typing import Any

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="checks only",
    ROOT_URLCONF=__name__,
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    INSTALLED_APPS=["channels"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["CHECKS_DATA"] + "/channels.sqlite3",
        }
    },
    LOGGING_CONFIG=None,
)
logging.basicConfig()

from django.core.asgi import get_asgi_application  # noqa: E402

django = get_asgi_application()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.signals import request_finished, request_started  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

import shared  # noqa: E402

counts = {"started": 0, "finished": 0}


async def count_start(**about: Any) -> None:
    """A request has begun."""
    counts["started"] += 1


async def count_finish(**about: Any) -> None:
    """A request is over: Django gives connections to the database back at this signal."""
    counts["finished"] += 1


request_started.connect(count_start)
request_finished.connect(count_finish)


def text(body: object) -> HttpResponse:
    """A plain page."""
    return HttpResponse(str(body), content_type="text/plain")


def streamed(pieces: AsyncIterator[bytes], content_type: str = "text/plain") -> HttpResponse:
    """A page in pieces."""
    return StreamingHttpResponse(pieces, content_type=content_type)  # type: ignore[return-value]


async def home(request: HttpRequest) -> HttpResponse:
    """A word."""
    return text("hello from Django")


async def signals(request: HttpRequest) -> HttpResponse:
    """How many requests have begun and not ended; this is one."""
    return text(counts["started"] - counts["finished"])


async def stream(request: HttpRequest) -> HttpResponse:
    """Two pieces."""
    return streamed(shared.two_pieces(request.GET["name"]))


async def events(request: HttpRequest) -> HttpResponse:
    """Two events."""
    return streamed(shared.two_events(request.GET["name"]), "text/event-stream")


async def endless(request: HttpRequest) -> HttpResponse:
    """Any number of pieces."""
    return streamed(shared.no_end(request.GET["name"]))


async def flood(request: HttpRequest) -> HttpResponse:
    """More than anybody reads."""
    return streamed(shared.flood(request.GET["name"]))


async def wait(request: HttpRequest) -> HttpResponse:
    """Django cancels the view."""
    await shared.wait_for_ever(request.GET["name"])
    return text("nobody reads this")


async def open_gate(request: HttpRequest) -> HttpResponse:
    """Let the others go on."""
    return text(shared.open_gate(request.GET["name"]))


async def notes(request: HttpRequest) -> HttpResponse:
    """Who waits, and who has cleaned up."""
    return text("\n".join(shared.notes))


def upload(request: HttpRequest) -> HttpResponse:
    """A file in a form."""
    digest = shared.Digest()
    file = request.FILES["file"]
    assert not isinstance(file, list)
    for piece in file.chunks():
        digest.add(piece)
    return text(digest)


def sync(request: HttpRequest) -> HttpResponse:
    """In a thread, because it is no coroutine."""
    return text(shared.blocked(request.GET["name"]))


def query(request: HttpRequest) -> HttpResponse:
    """Ask the database, from a plain view."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 6 * 7")
        return text(cursor.fetchone()[0])


async def error(request: HttpRequest) -> HttpResponse:
    """Django answers 500 and logs the exception itself."""
    raise RuntimeError("this page always fails")


class Socket(AsyncWebsocketConsumer):
    """Everybody hears what anybody says, over the channel layer."""

    async def connect(self) -> None:
        """Join."""
        await self.channel_layer.group_add("all", self.channel_name)
        await self.accept()

    async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:
        """Pass it on."""
        await self.channel_layer.group_send("all", {"type": "said", "text": text_data})

    async def said(self, event: dict[str, str]) -> None:
        """Hear it."""
        await self.send(event["text"])

    async def disconnect(self, code: int) -> None:
        """Leave."""
        await self.channel_layer.group_discard("all", self.channel_name)
        shared.note_cleaned(self.scope["query_string"].decode().partition("=")[2])


urlpatterns = [
    path("", home),
    path("signals", signals),
    path("stream", stream),
    path("events", events),
    path("endless", endless),
    path("flood", flood),
    path("wait", wait),
    path("open", open_gate),
    path("notes", notes),
    path("upload", upload),
    path("sync", sync),
    path("query", query),
    path("error", error),
]

app = ProtocolTypeRouter(
    {"http": django, "websocket": URLRouter([path("ws", Socket.as_asgi())])},
)
