"""A WSGI module that warms itself up by a request of its own, for servers that do not."""

from wsgiref.util import setup_testing_defaults

from django.db import connections

from .generated import PAGE
from .wsgi import application


def _warm_up():
    environ = {"HTTP_HOST": "127.0.0.1", "PATH_INFO": PAGE}
    setup_testing_defaults(environ)

    def start_response(status, headers, exc_info=None):
        if status != "200 OK":
            raise RuntimeError(f"the warm-up of {PAGE} was answered {status}")

    response = application(environ, start_response)
    try:
        for _ in response:
            pass
    finally:
        response.close()
    connections.close_all()


_warm_up()
