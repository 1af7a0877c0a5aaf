"""Writes what an app of this folder answers to a GET into a file, with no server between them.

`python expected.py module:attribute /path?query file`
"""

import asyncio
import importlib
import inspect
import sys
from pathlib import Path


def from_wsgi(app, path, query):
    """The body by PEP 3333."""
    from wsgiref.util import setup_testing_defaults

    environ = {"PATH_INFO": path, "QUERY_STRING": query}
    setup_testing_defaults(environ)
    status = []
    parts = app(environ, lambda line, headers, exc_info=None: status.append(line))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return status[0], body


def from_asgi(app, path, query):
    """The body by ASGI 3."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    messages = []

    async def run():
        asked = asyncio.Event()

        async def receive():
            if asked.is_set():
                await asyncio.Event().wait()  # the client stays
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            messages.append(message)

        await app(scope, receive, send)

    asyncio.run(run())
    return str(messages[0]["status"]), b"".join(part.get("body", b"") for part in messages[1:])


def main():
    target, address, file = sys.argv[1:]
    module, _, attribute = target.partition(":")
    app = getattr(importlib.import_module(module), attribute)
    path, _, query = address.partition("?")
    asynchronous = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(
        type(app).__call__
    )
    status, body = (from_asgi if asynchronous else from_wsgi)(app, path, query)
    if not status.startswith("200"):
        sys.exit(f"{target} answered {status} to {address}")
    Path(file).write_bytes(body)


if __name__ == "__main__":
    main()
