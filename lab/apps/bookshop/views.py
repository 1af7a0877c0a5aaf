"""The page: a list of the newest books, and how many there are."""

from django.shortcuts import render

from .models import Book

ROWS = 20


def books(request):
    """Two queries and a template. Sync, as most views are, under ASGI as well."""
    stock = Book.objects.filter(in_stock=True)
    newest = stock.select_related("author").order_by("-published", "id")[:ROWS]
    return render(request, "books.html", {"books": newest, "count": stock.count()})
