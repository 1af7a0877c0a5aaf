"""The smallest honest ASGI application: 12 bytes of text.

Like all its siblings it knows no lifespan: servers are told to leave it out, and one that cannot be
told meets an exception, which says the same (ASGI lifespan, "Scope").
"""

BODY = b"Hello world\n"


async def app(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"12")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
