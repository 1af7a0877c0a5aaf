"""What the site answers."""

from django.contrib import admin
from django.urls import path

from pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("notes/", views.notes, name="notes"),
    path("counter/<slug:slug>/", views.counter, name="counter"),
    path("write/", views.write, name="write"),
    path("hello/", views.hello, name="hello"),
    path("stream/", views.stream, name="stream"),
    path("upload/", views.upload, name="upload"),
    path("download/", views.download, name="download"),
    path("admin/", admin.site.urls),
]
