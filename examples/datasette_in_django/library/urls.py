"""Pages of this project; those below ``/datasette/`` are Datasette's (see ``asgi``)."""

from django.urls import path

from books import views

urlpatterns = [
    path("", views.home),
    path("books/", views.books),
    path("sync/", views.sync),
    path("error/", views.error),
]
