"""12 bytes of text after 100 ms in which the app waits, as for another service."""

import asyncio

import asgi_hello


async def app(scope, receive, send):
    await asyncio.sleep(0.1)
    await asgi_hello.app(scope, receive, send)
