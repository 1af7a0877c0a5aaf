"""A WSGI worker with several places: this thread reads the link, a pool of threads serves.

A place is a thread. It starts when a request comes for which no other is free, so a worker that
is never asked two things at once has one. What arrives while all of them are busy waits in the
worker's queue. The reader never waits for a place and writes nothing while there are any, so a
place may wait for room in the socket.
"""

from __future__ import annotations

import marshal
import os
import sys
import threading
import time
from collections import deque
from io import BytesIO

from . import hooks, wire
from .bodies import open_spool
from .deadlines import Claim, milliseconds
from .errors import WireError
from .process import BROKEN, FINISHED, leave
from .wire import (
    CREDIT,
    DATA,
    END,
    MAX_DATA,
    REQUEST,
    REQUEST_BODY,
    REQUEST_FILE,
    answer_parts,
)
from .wsgi import Exchange, constants, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .link import Link
    from .refork import Refork
    from .settings import Settings
    from .wsgi import App, Environ

    # A stream, its environ, and its body or the path of the file that holds it.
    Request = tuple[int, Environ, BytesIO | bytes]

# Words of the status page (PROTOCOL.md §6); those of place p are 8p further on.
_STARTED, _WITHDRAWN, _SINCE, _STREAM, _CANCELLED = 0, 1, 8, 9, 10

_NO_ENVIRON = (EOFError, ValueError, TypeError)
_LOOK = 0.05  # a cancelled stream gets no credit and no frame, only a word in the page
_TICK = 0.005


class ThreadedServer:
    """The loop of a worker with several places."""

    def __init__(
        self, link: Link, app: App, settings: Settings, refork: Refork | None = None
    ) -> None:
        self.link = link
        self.app = app
        # What every environ starts from; a request brings only what is different.
        self.common = constants(settings.environ, settings.threads, settings.multiprocess)
        self.common["saola.extend_deadline"] = extend_deadline
        self.lock = threading.Lock()  # of the queue, of who is idle, and of the word `started`
        self.queue: deque[Request] = deque()
        self.idle: list[Place] = []
        self.closing = False
        self.windows: dict[int, Window] = {}
        self.pid = os.getpid()
        self._refork = refork
        self._most = settings.threads
        self._places: list[Place] = []
        self._unsent: deque[bytes] = deque()
        self._sharing = threading.Lock()
        link.say = self.send
        self._sending = threading.Lock()

    # The reader

    def run(self) -> None:
        """Serve until Stop or the end of the link."""
        link = self.link
        take, read = link.take, marshal.loads
        while True:
            taken = take()
            if taken is None:
                if not link.wait():
                    self._give_up()
                    return
                continue
            word, stream, payload = taken
            if word != REQUEST or not stream:
                wire.check(len(payload), word, stream)
                if word in (REQUEST_BODY, REQUEST_FILE):
                    self._read_body(word, stream, payload)
                elif self._control(word, stream, payload):
                    return
                continue
            try:
                environs: list[Environ] = read(payload)
                requests: list[Request] = [
                    (number, given, BytesIO()) for number, given in enumerate(environs, stream)
                ]
            except _NO_ENVIRON as error:
                raise WireError(f"marshal cannot read the environs: {error}") from None
            self._hand_over(requests)

    def _read_body(self, word: int, stream: int, payload: memoryview) -> None:
        blob, rest = wire.split_request(payload)
        try:
            (given,) = marshal.loads(blob)
        except _NO_ENVIRON as error:
            raise WireError(f"marshal cannot read the environ: {error}") from None
        # Copied: the next read uses this memory again.
        body = BytesIO(rest) if word == REQUEST_BODY else bytes(rest)
        self._hand_over([(stream, given, body)])

    def _control(self, word: int, stream: int, payload: memoryview) -> bool:
        """Obey a frame that is no request; true if the worker is one no longer."""
        if word == CREDIT:
            self._add_credit(stream, payload)
            return False
        if word == wire.CANCEL_TIME:
            self._interrupt(stream, payload)
            return False
        if word == wire.ARENA_READY:
            self.link.arena_ready(payload)
            return False
        if word == wire.BECOME and self._refork is not None:
            generation = wire.read_u32(payload)
            self.close()
            return self._refork.become(self.link, generation)
        if word != wire.STOP:
            raise WireError(f"kind {word:#x} is not for a worker")
        wire.read_empty(payload)
        self.close()
        hooks.on_exit()
        self.link.answer(wire.frame(wire.BYE))
        self.link.flush()
        return True

    def _add_credit(self, stream: int, payload: memoryview) -> None:
        """Count a Credit frame; one for a response that has ended is late, not wrong."""
        size = wire.read_u32(payload)
        wire.check(4, CREDIT, stream)
        window = self.windows.get(stream)
        if window is not None:
            window.granted += size
            window.news.set()

    def _interrupt(self, stream: int, payload: memoryview) -> None:
        """End what the app does for a stream whose time is up."""
        wire.read_empty(payload)
        for place in self._places:
            place.interrupt(stream)

    def _hand_over(self, requests: list[Request]) -> None:
        with self.lock:
            self.queue.extend(requests)
            for _ in requests:
                self.call_place()

    def call_place(self) -> None:
        """Have one more place look into the queue, and start it if need be. The lock is held."""
        if self.idle:
            self.idle.pop().bell.release()  # the last one to be idle is the warmest
            return
        for place in self._places:
            if place.free:
                place.free = False
                return
        if len(self._places) < self._most:
            self._start()

    def _start(self) -> None:
        place = Place(self, len(self._places))
        try:
            place.start()
        except RuntimeError as error:
            if not self._places:
                raise
            # Those that are there serve everything, only later.
            self._most = len(self._places)
            sys.stderr.write(f"saola worker: {error}: it goes on with {self._most}\n")
            return
        self._places.append(place)

    def close(self) -> None:
        """Let all places finish what is here, and wait until their threads have ended.

        Afterwards there are none, and they start again when requests come.
        """
        with self.lock:
            self.closing = True
            idle, self.idle = self.idle, []
        for place in idle:
            place.bell.release()
        for place in self._places:
            while place.is_alive():
                place.join(_TICK)
                self._read_credit()
        self._places.clear()
        self.closing = False

    def _read_credit(self) -> None:
        """Read what responses that are still being sent may wait for."""
        link = self.link
        if link.gone or not link.read_now():
            return
        while (taken := link.take()) is not None:
            word, stream, payload = taken
            if word == CREDIT:
                self._add_credit(stream, payload)
            elif word == wire.CANCEL_TIME:
                self._interrupt(stream, payload)
            elif word == wire.ARENA_READY:
                link.arena_ready(payload)
            else:
                raise WireError(f"kind {word & 0xFF:#x} for a worker that shall finish")

    def _give_up(self) -> None:
        """Start nothing more: the server has gone, or gives it to another worker."""
        with self.lock:
            self.queue.clear()
        self.close()

    # For all places

    def share(self, body: bytes) -> int:
        """Put a body where the server can see it; return where, or 0 if it must be sent."""
        if self.link.gone:
            return 0  # in a child that the app has forked, the lock may be held by nobody
        with self._sharing:
            return self.link.share(body)

    def send(self, data: bytes) -> None:
        """Send whole frames. Where another place is sending, it sends these behind its own."""
        unsent = self._unsent
        unsent.append(data)
        # Looked at again after the lock was given back: what was added meanwhile is nobody's.
        while unsent and self._sending.acquire(False):
            try:
                ready = []
                while unsent:
                    ready.append(unsent.popleft())
                self.link.send_waiting(b"".join(ready))
            finally:
                self._sending.release()


class Window:
    """What one response may still send: a number for each of two threads, so none needs a lock."""

    __slots__ = ("granted", "news", "used")

    def __init__(self, granted: int, news: threading.Event) -> None:
        self.granted = granted  # written by the reader
        self.used = 0  # written by the place
        self.news = news


class Place(threading.Thread):
    """A thread that serves one request after the other; where the frames of its answers go."""

    def __init__(self, server: ThreadedServer, number: int) -> None:
        super().__init__(name=f"saola-place-{number}", daemon=True)
        self.bell = threading.Lock()  # held while there is nothing to do
        self.bell.acquire()
        # The end of its answer is on its way, and it looks into the queue in a moment. Without
        # this, a client's next request would often start a thread that nobody needs.
        self.free = False
        self._server = server
        self._page = server.link.page
        self._words = 8 * number
        self._news = threading.Event()
        self._window = Window(0, self._news)
        self._stream = 0
        self._head = b""
        self._claim: Claim | None = None
        self.shot = 0  # the last stream that was interrupted

    @property
    def armed(self) -> int:
        """The stream whose app's code is running, in which the reader may raise; or 0."""
        claim = self._claim
        return 0 if claim is None else claim.stream

    @armed.setter
    def armed(self, stream: int) -> None:
        if stream:
            self._claim = Claim(stream)
        elif self._claim is not None:
            assert self.ident is not None
            self._claim.end(self.ident)
            self._claim = None

    def interrupt(self, stream: int) -> None:
        """Raise RequestTimeout if the app is at this stream here. Called by the reader."""
        claim = self._claim
        if claim is not None and claim.stream == stream and self.ident is not None:
            self.shot = stream
            claim.shoot(self.ident)

    def extend(self, wanted: int) -> None:
        """Ask for so many milliseconds more."""
        stream = self.armed
        if not stream:
            raise RuntimeError("extend_deadline is for the thread that serves a request")
        self.armed = 0
        self._server.send(wire.extend(stream, wanted))
        self.armed = stream

    def run(self) -> None:
        """Serve until the server closes."""
        try:
            while (request := self._take()) is not None:
                self._serve(*request)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            leave(BROKEN)
        if os.getpid() != self._server.pid:
            leave(FINISHED)  # a child that the app has forked, and that came back from it

    def _take(self) -> Request | None:
        server, page, since = self._server, self._page, _SINCE + self._words
        while not server.link.gone:
            with server.lock:
                if server.queue:
                    request = server.queue.popleft()
                    self.free = False
                    page[since] = time.monotonic_ns()
                    page[_STREAM + self._words] = page[_STARTED] = request[0]
                    return request
                page[since] = 0
                if server.closing:
                    return None
                self.free = False
                server.idle.append(self)
            self.bell.acquire()
        return None

    def _serve(self, stream: int, given: Environ, body: BytesIO | bytes) -> None:
        if self._page[_WITHDRAWN] >= stream:  # looked at only after started is written
            self.answer(wire.frame(wire.SKIPPED, stream))
            return
        environ = self._server.common | given
        if isinstance(body, BytesIO):
            environ["wsgi.input"] = body
            serve(self._server.app, self, stream, environ)
            return
        try:
            spool = open_spool(body)
        except OSError as error:
            Exchange(self, stream).fail(error)
            return
        with spool:
            environ["wsgi.input"] = spool
            serve(self._server.app, self, stream, environ)

    # The sink of an exchange

    def answer(self, data: bytes) -> None:
        """Send the frames of a finished answer."""
        self.free = True
        self._server.send(data)

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        """Send it in one buffer: nobody else's frames may come between."""
        parts = answer_parts(self._server.share, stream, count, head, body)
        if not parts:
            return False
        self.answer(b"".join(parts))
        return True

    def hurry(self, stream: int) -> None:
        """Nothing is held back here; but what an app does on close may take long."""
        server = self._server
        if server.link.gone:
            return  # in a child that the app has forked, the lock may be held by nobody
        with server.lock:
            if self.free:
                self.free = False
            else:  # it was counted on
                server.call_place()

    def open(self, stream: int, head: bytes) -> None:
        """Begin a response that is sent in pieces; the head leaves with the first."""
        self._stream = stream
        self._head = head
        self._window = Window(self._server.link.window, self._news)
        self._server.windows[stream] = self._window

    def data(self, piece: bytes, more: bool = False) -> bool:
        """Send a piece of the body at once; false when there is nobody to send it to."""
        size, at = len(piece), 0
        while at < size:
            step = min(size - at, self._credit(), MAX_DATA)
            if not step:
                return False
            self._window.used += step
            self._send(wire.frame(DATA, self._stream, piece[at : at + step]))
            at += step
        return not self._server.link.gone

    def file(self, offset: int, length: int, path: bytes) -> bool:
        """Have the server send a part of a file, and wait until it has it open (see Link)."""
        window, link, page = self._window, self._server.link, self._page
        cancelled = _CANCELLED + self._words
        before = window.granted
        self._send(wire.file(self._stream, offset, length, path, wire.HELD))
        while not link.gone and window.granted == before:
            if page[cancelled] == self._stream:
                return False
            self._news.clear()
            if window.granted == before:  # said before the bell was cleared, or not at all
                self._news.wait(_LOOK)
        return not link.gone

    def end(self, flags: int = 0) -> None:
        """End the response."""
        self._server.windows.pop(self._stream, None)
        self.free = True
        self._send(wire.frame(END, self._stream, flags=flags))

    def _send(self, data: bytes) -> None:
        head, self._head = self._head, b""
        self._server.send(head + data)

    def _credit(self) -> int:
        """Wait for credit; none when nobody waits for the response any more."""
        window, link, page = self._window, self._server.link, self._page
        cancelled = _CANCELLED + self._words
        while not link.gone and page[cancelled] != self._stream:
            left = window.granted - window.used
            if left > 0:
                return left
            self._news.clear()
            if window.granted == window.used:  # said before the bell was cleared, or not at all
                self._news.wait(_LOOK)
        return 0


def extend_deadline(seconds: float) -> None:
    """Let this request run for so many seconds more, from now on, at least."""
    wanted = milliseconds(seconds)
    place = threading.current_thread()
    if not isinstance(place, Place):
        raise RuntimeError("extend_deadline is for the thread that serves a request")
    place.extend(wanted)
