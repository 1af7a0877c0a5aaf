"""The smallest honest application, once for WSGI and once for ASGI: 12 bytes of text."""

BODY = b"Hello world\n"


def app(environ, start_response):
    """WSGI (PEP 3333)."""
    headers = [("Content-Type", "text/plain"), ("Content-Length", "12")]
    start_response("200 OK", headers)
    return [BODY]


async def asgi(scope, receive, send):
    """ASGI 3, HTTP only: the lab's servers are told to leave lifespan out."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"12")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
