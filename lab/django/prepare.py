"""Makes the database of the lab's project, with some rows for the page that is measured."""

import os
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"

import django

ROWS = 20


def main() -> None:
    """Make it beside the old one and put it in place when it is whole."""
    from django.conf import settings

    wanted = Path(settings.DATABASES["default"]["NAME"])
    making = wanted.with_name("making.sqlite3")
    making.unlink(missing_ok=True)
    settings.DATABASES["default"]["NAME"] = str(making)
    django.setup()
    from app00.forms import Thing000Form
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", run_syncdb=True, verbosity=0)
    for number in range(ROWS):
        Thing000Form._meta.model.objects.create(name=f"thing {number:02}")
    connections.close_all()
    making.rename(wanted)


if __name__ == "__main__":
    main()
