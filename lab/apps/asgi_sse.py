"""Server-sent events: every 100 ms the same event of 50 bytes to every client at once.

Below `/events`; everywhere else 12 bytes, by which the lab sees that the server is up. An event
holds its number and when it was due in nanoseconds of CLOCK_MONOTONIC, so that a client on the same
machine knows how late it is. The schedule is absolute and no event is left out: a server that
cannot keep up is late, and ever later.
"""

import asyncio
import time

import asgi_hello

INTERVAL = 100_000_000
EVENT = b"data: %015d %020d saola\n\n"


class Schedule:
    """The events so far, and who waits for the next. Runs while there are clients."""

    def __init__(self):
        self.events = []
        self.next = asyncio.Event()
        self.clients = 0
        self.task = None

    def join(self):
        self.clients += 1
        if self.task is None:
            self.task = asyncio.ensure_future(self.run())

    def leave(self):
        self.clients -= 1
        if self.clients == 0:
            self.task.cancel()
            self.task = None
            self.events = []

    async def run(self):
        due = time.monotonic_ns()
        while True:
            due += INTERVAL
            await asyncio.sleep((due - time.monotonic_ns()) / 1e9)
            self.events.append(EVENT % (len(self.events), due))
            # Whoever waits from here on waits for the event after this one.
            reached, self.next = self.next, asyncio.Event()
            reached.set()


schedule = None


async def until_gone(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def app(scope, receive, send):
    global schedule
    if scope["path"] != "/events":
        await asgi_hello.app(scope, receive, send)
        return
    if schedule is None:
        schedule = Schedule()
    schedule.join()
    gone = asyncio.ensure_future(until_gone(receive))
    try:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        sent = len(schedule.events)
        while not gone.done():
            while sent == len(schedule.events):
                await schedule.next.wait()
            event = schedule.events[sent]
            sent += 1
            await send({"type": "http.response.body", "body": event, "more_body": True})
    finally:
        gone.cancel()
        schedule.leave()
