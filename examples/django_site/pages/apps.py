"""The site's one Django application."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Its name, for ``INSTALLED_APPS``."""

    name = "pages"
