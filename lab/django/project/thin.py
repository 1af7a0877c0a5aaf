"""A WSGI module that loads nothing: the first request does. For servers without such a mode."""

_application = None


def application(environ, start_response):
    """Load Django when it is asked for something."""
    global _application
    if _application is None:
        from .wsgi import application as loaded

        _application = loaded
    return _application(environ, start_response)
