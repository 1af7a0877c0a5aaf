"""The usual WSGI module: importing it loads the models; URLs and views come with a request."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
