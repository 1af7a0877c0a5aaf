"""100 KB of text in one piece."""

BODY = b"0123456789abcdef" * 6400


async def app(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"102400")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
