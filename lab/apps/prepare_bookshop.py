"""Makes the database of bookshop, with some rows."""

import datetime
import os
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "bookshop.settings"

import django

BOOKS = 200
AUTHORS = 40


def main() -> None:
    """Make it beside the old one and put it in place when it is whole."""
    from django.conf import settings

    wanted = Path(settings.DATABASES["default"]["NAME"])
    making = wanted.with_name(f"bookshop-{os.getpid()}.sqlite3")
    settings.DATABASES["default"]["NAME"] = making
    django.setup()
    from bookshop.models import Author, Book
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", run_syncdb=True, verbosity=0)
    authors = Author.objects.bulk_create(
        [Author(name=f"Author number {number}") for number in range(AUTHORS)]
    )
    Book.objects.bulk_create(
        Book(
            title=f"A book of <{number}> pages & more",
            author=authors[number % AUTHORS],
            price=f"{5 + number % 30}.95",
            published=datetime.date(2020, 1, 1) + datetime.timedelta(days=number),
            in_stock=number % 7 != 0,
        )
        for number in range(BOOKS)
    )
    connections.close_all()
    making.rename(wanted)


if __name__ == "__main__":
    main()
