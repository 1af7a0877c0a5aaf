"""WebSocket: every text message goes to all who are in the room, its sender included."""

import asgi_hello

room = {}


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        await asgi_hello.app(scope, receive, send)
        return
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    me = object()
    room[me] = send
    try:
        while (message := await receive())["type"] == "websocket.receive":
            out = {"type": "websocket.send", "text": message["text"]}
            for send_to in list(room.values()):
                await send_to(out)
    finally:
        del room[me]
