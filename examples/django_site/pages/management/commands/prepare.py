"""``manage.py prepare``: all that the site needs before it can serve, in one process."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from pages.models import Note

USER = PASSWORD = "admin"


class Command(BaseCommand):
    """Migrates, collects static files, and makes the admin's user and a first note."""

    help = "Make the database, the static files and the admin's user. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; what is there already stays."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        if not User.objects.exists():
            User.objects.create_superuser(USER, password=PASSWORD)
            Note.objects.create(text="This note came with the demo. Leave yours above.")
