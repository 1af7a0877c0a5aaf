"""Async views where they wait, a plain one where that is simpler."""

import json
import threading

from django.http import HttpRequest, HttpResponse, JsonResponse

from .models import Book


async def home(request: HttpRequest) -> HttpResponse:
    """A page that says where everything is."""
    return HttpResponse(
        "<!doctype html><title>Library</title><h1>Library</h1>"
        '<p><a href="/books/">books, as JSON, from Django</a>'
        '<p><a href="/datasette/library/books_book">books, in Datasette</a>'
    )


async def books(request: HttpRequest) -> HttpResponse:
    """Every book; POST adds one. Queries run in a thread, and the event loop goes on."""
    if request.method == "POST":
        try:
            new = json.loads(request.body)
            book = await Book.objects.acreate(
                title=str(new["title"]), author=str(new["author"]), year=int(new["year"])
            )
        except (KeyError, TypeError, ValueError):
            return JsonResponse({"error": "a book has a title, an author and a year"}, status=400)
        return JsonResponse({"id": book.pk}, status=201)
    return JsonResponse({"books": [str(book) async for book in Book.objects.all()]})


def sync(request: HttpRequest) -> HttpResponse:
    """A plain view: Django runs it in a thread of its own."""
    return JsonResponse({"books": Book.objects.count(), "thread": threading.current_thread().name})


async def error(request: HttpRequest) -> HttpResponse:
    """An exception: the client is answered 500, and the log says why."""
    raise RuntimeError("this page always fails")
