"""The pages: each shows one thing that a server has to do well."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator

import django
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from pages.forms import NoteForm, UploadForm
from pages.models import Counter, Note, Row
from pages.uploads import Measure

PIECES, PAUSE = 20, 0.1
MEBIBYTE = 1_048_576
MOST_MEBIBYTES = 4096
BLOCK = bytes(range(256)) * 256
ROW_TEXT = "a row of about 500 bytes. " * 19


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What there is to try, and who answered."""
    facts = {
        "Server": request.META.get("SERVER_SOFTWARE", "unknown"),
        "Worker": f"process {os.getpid()}",
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "You": f"{request.META.get('REMOTE_ADDR', '')} over {request.scheme}",
    }
    return render(request, "pages/home.html", {"facts": facts})


def notes(request: HttpRequest) -> HttpResponse:
    """A form and what it has collected."""
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("notes")
    found = Note.objects.all()
    context = {"form": form, "notes": found[:20], "total": found.count()}
    return render(request, "pages/notes.html", context)


@require_safe
def counter(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that counts how often it was looked at."""
    return render(request, "pages/counter.html", {"slug": slug, "count": Counter.count_one(slug)})


@csrf_exempt  # For load tools: it stores nothing of what was sent.
@require_POST
def write(request: HttpRequest) -> JsonResponse:
    """Store one row."""
    row = Row.objects.create(text=ROW_TEXT)
    return JsonResponse({"id": row.pk, "bytes": len(row.text)})


@require_safe
def hello(request: HttpRequest) -> HttpResponse:
    """The least that Django can do."""
    return HttpResponse("Hello from Django\n", content_type="text/plain")


@require_safe
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """A page that arrives in pieces, and says which piece came when."""
    page = render_to_string("pages/stream.html", request=request)
    before, _, after = page.partition("<!--pieces-->")

    def pieces() -> Iterator[str]:
        start = time.monotonic()
        yield before
        for number in range(1, PIECES + 1):
            time.sleep(PAUSE)
            yield f"<li>piece {number} of {PIECES}, after {time.monotonic() - start:.1f} s</li>\n"
        yield after

    return StreamingHttpResponse(pieces())


@csrf_exempt  # For `curl -F file=@…`: it stores nothing of what was sent.
def upload(request: HttpRequest) -> HttpResponse:
    """Say a file's size and SHA-256, which are taken while it arrives."""
    request.upload_handlers = [Measure(request)]
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    file = form.cleaned_data["file"] if form.is_valid() else None
    return render(request, "pages/upload.html", {"form": form, "file": file})


@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """``?mb=200`` mebibytes, made while they are sent."""
    try:
        size = int(request.GET.get("mb", "200"))
    except ValueError:
        size = 0
    if not 1 <= size <= MOST_MEBIBYTES:
        return HttpResponseBadRequest(f"mb is a number from 1 to {MOST_MEBIBYTES}\n")
    blocks = size * MEBIBYTE // len(BLOCK)
    return StreamingHttpResponse(
        (BLOCK for _ in range(blocks)),
        content_type="application/octet-stream",
        headers={
            "Content-Length": str(blocks * len(BLOCK)),
            "Content-Disposition": f'attachment; filename="{size}-mebibytes.bin"',
        },
    )
