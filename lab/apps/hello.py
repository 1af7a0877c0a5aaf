"""The smallest honest WSGI application (PEP 3333): 12 bytes of text."""

BODY = b"Hello world\n"


def app(environ, start_response):
    headers = [("Content-Type", "text/plain"), ("Content-Length", "12")]
    start_response("200 OK", headers)
    return [BODY]
