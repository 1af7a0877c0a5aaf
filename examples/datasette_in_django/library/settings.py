"""Settings of a small Django project whose SQLite database Datasette shows as well.

What it writes lies in one folder: ``LIBRARY_DATA``, or ``.saola`` beside ``manage.py``.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LIBRARY_DATA") or BASE_DIR / ".saola").resolve()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)

# An example's: a real project keeps its own to itself.
SECRET_KEY = os.environ.get("SECRET_KEY", "an example has no secrets, and this is none either")
DEBUG = False
ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = ["books"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "library.urls"
ASGI_APPLICATION = "library.asgi.application"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "library.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

# Without DEBUG, Django would mail errors and show them to nobody.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
