"""10 KB of text in one piece."""

BODY = b"0123456789abcdef" * 640


async def app(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"10240")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
