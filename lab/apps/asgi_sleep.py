"""12 bytes of text after 10 ms in which the app waits, as for a database."""

import asyncio

import asgi_hello


async def app(scope, receive, send):
    await asyncio.sleep(0.01)
    await asgi_hello.app(scope, receive, send)
