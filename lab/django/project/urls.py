"""The address of every view."""

from django.contrib import admin
from django.urls import include, path

from .generated import APPS
from .measured import collect

urlpatterns = [
    path("admin/", admin.site.urls),
    path("lab/collect/", collect),
    *(path(f"{app}/", include(f"{app}.urls")) for app in APPS),
]
