"""The usual ASGI module."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bookshop.settings"

from django.core.asgi import get_asgi_application

application = get_asgi_application()
