"""WebSocket: every text message comes back to the one who sent it."""

import asgi_hello


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        await asgi_hello.app(scope, receive, send)
        return
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
