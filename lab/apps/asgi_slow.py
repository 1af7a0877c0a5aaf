"""The ASGI twin of slow.py."""

from slow import HELLO, PIECE, PIECES


async def app(scope, receive, send):
    if scope["path"] == "/upload":
        while (await receive()).get("more_body"):
            pass
    large = scope["path"] == "/large"
    length = len(PIECE) * PIECES if large else len(HELLO)
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(PIECES if large else 0):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b"" if large else HELLO})
