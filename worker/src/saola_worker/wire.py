"""Frames between the server and a mold or worker: values to bytes, and back. No I/O.

::

     0        3 4        5 6      7 8        11 12
    +----------+----+-----+--------+-----------+----------------+
    |  length  |kind|flags| count  |  stream   | payload ...    |
    +----------+----+-----+--------+-----------+----------------+
               |<----- word ------>|

All integers are unsigned and little-endian. ``protocol/PROTOCOL.md`` is the specification, and the
bytes in ``protocol/vectors/`` are checked here and in ``io.saola.wire``. Kind, flags and count
are read as one number, the *word*, so that one comparison checks all three.
"""

from __future__ import annotations

import marshal
import struct
import sys

from .errors import WireError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
MAX_PAYLOAD = 1_048_576
MAX_DATA = 65_536
MAX_FRAME = 65_536  # the largest response that travels as one frame
LARGE = 4_096  # bytes: from here on a body goes into the arena
APART = 8_192  # and if there is no room, from here on it is not worth copying behind others

HELLO, AGREED, READY, BYE, UNFIT, STATIC = 0x01, 0x02, 0x03, 0x04, 0x05, 0x07
ARENA = 0x08
RESPONSE, HEAD, DATA, END, FILE, FAILED, SKIPPED = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16
EARLY_HINTS, TRAILERS, EXTEND = 0x17, 0x18, 0x19
CREDIT = 0x20
WELCOME, REQUEST, STOP, BODY, PING, CANCEL = 0x30, 0x31, 0x32, 0x33, 0x34, 0x35
ARENA_READY = 0x37
FORK = 0x40
BECOME = 0x41
ACCEPT, MESSAGE, CLOSE = 0x50, 0x51, 0x52

ABORTED = 1
HELD = 1  # of a File: the worker keeps it open until the server grants credit
SHARED = 1  # of a Response and of Data: the body is in the arena
FILES = 1  # of a Head: the body comes in File frames
TEXT, MORE = 1, 2
REQUEST_BODY = REQUEST | 1 << 8
REQUEST_FILE = REQUEST | 2 << 8
REQUEST_MORE = REQUEST | 5 << 8
LAST_BODY = BODY | 1 << 8
CANCEL_GONE = CANCEL | 1 << 8
CANCEL_TIME = CANCEL | 2 << 8

HEADER = struct.Struct("<III")
RESPONSE_START = struct.Struct("<IBBHII")

_START = struct.Struct("<IBBHI")
_U32 = struct.Struct("<I")
_FILE = struct.Struct("<QQ")
_PLACE = struct.Struct("<II")
_CODE = struct.Struct("<H")
_HELLO = struct.Struct("<IBBBBIIIH36s")

# What a mold or worker may be sent, and whether such a frame belongs to a stream.
_TO_WORKER = {
    CREDIT: True,
    WELCOME: False,
    REQUEST: True,
    REQUEST_BODY: True,
    REQUEST_FILE: True,
    REQUEST_MORE: True,
    BODY: True,
    LAST_BODY: True,
    PING: False,
    ARENA_READY: False,
    CANCEL_GONE: True,
    CANCEL_TIME: True,
    MESSAGE: True,
    MESSAGE | TEXT << 8: True,
    MESSAGE | MORE << 8: True,
    MESSAGE | (TEXT | MORE) << 8: True,
    CLOSE: True,
    STOP: False,
    FORK: False,
    BECOME: False,
}


def frame(
    kind: int, stream: int = 0, payload: bytes = b"", flags: int = 0, count: int = 0
) -> bytes:
    """Return the bytes of one frame."""
    return _START.pack(len(payload), kind, flags, count, stream) + payload


def frame_start(kind: int, stream: int, size: int) -> bytes:
    """Return the bytes of a frame up to its payload of that size."""
    return _START.pack(size, kind, 0, 0, stream)


def hello(
    role: int,
    pid: int,
    slot: int,
    generation: int,
    token: bytes,
    python: tuple[int, ...] = sys.version_info[:3],
) -> bytes:
    """Return the first frame on a link; role 0 is a mold, 1 a worker."""
    payload = _HELLO.pack(VERSION, role, *python, pid, slot, generation, 0, token)
    return frame(HELLO, payload=payload)


def response_start(stream: int, count: int, head: bytes, size: int) -> bytes:
    """Return a whole response up to its body of that size."""
    length = len(head)
    return RESPONSE_START.pack(4 + length + size, RESPONSE, 0, count, stream, length) + head


def response(stream: int, count: int, head: bytes, body: bytes) -> bytes:
    """Return a whole response; ``count`` is the number of lines in ``head``."""
    size = len(head)
    return RESPONSE_START.pack(4 + size + len(body), RESPONSE, 0, count, stream, size) + head + body


def shared_response(stream: int, count: int, head: bytes, at: int, size: int) -> bytes:
    """Return a whole response whose body of ``size`` bytes is in the arena."""
    length = len(head)
    start = RESPONSE_START.pack(12 + length, RESPONSE, SHARED, count, stream, length)
    return start + head + _PLACE.pack(at, size)


def shared_data(stream: int, at: int, size: int) -> bytes:
    """Return a Data frame whose bytes are in the arena."""
    return _START.pack(8, DATA, SHARED, 0, stream) + _PLACE.pack(at, size)


def answer_parts(
    share: Callable[[bytes], int], stream: int, count: int, head: bytes, body: bytes
) -> tuple[bytes, ...]:
    """Return a response whose body is large, to be sent from where it is or put into the arena.

    Nothing if one frame cannot hold it. ``share`` puts it there, and says where, or 0.
    """
    size = len(body)
    if len(head) <= MAX_FRAME and (at := share(body)):
        return (shared_response(stream, count, head, at, size),)
    if len(head) + size <= MAX_FRAME:
        start = response_start(stream, count, head, size)
        return (start, body) if size >= APART else (start + body,)
    return ()


def data_parts(
    share: Callable[[memoryview], int], stream: int, piece: memoryview
) -> tuple[bytes | memoryview, ...]:
    """Return a large piece of a body as ``answer_parts`` returns an answer."""
    size = len(piece)
    if at := share(piece):
        return (shared_data(stream, at, size),)
    start = frame_start(DATA, stream, size)
    return (start, piece) if size >= APART else (b"".join((start, piece)),)


def file(stream: int, offset: int, length: int, path: bytes, flags: int = 0) -> bytes:
    """Return a File frame: ``length`` bytes of body that the server reads itself."""
    return frame(FILE, stream, _FILE.pack(offset, length) + path, flags)


def credit(stream: int, size: int) -> bytes:
    """Return a Credit frame: the server may send so much more."""
    return frame(CREDIT, stream, _U32.pack(size))


def extend(stream: int, milliseconds: int) -> bytes:
    """Return an Extend frame: the app asks for so much more time."""
    return frame(EXTEND, stream, _U32.pack(milliseconds))


def close(stream: int, code: int, reason: bytes) -> bytes:
    """Return a Close frame."""
    return frame(CLOSE, stream, _CODE.pack(code) + reason)


def check(length: int, word: int, stream: int) -> None:
    """Refuse the header of a frame that no server sends."""
    if length > MAX_PAYLOAD:
        raise WireError(f"a payload of {length} bytes")
    of_a_stream = _TO_WORKER.get(word)
    if of_a_stream is None:
        raise WireError(f"kind, flags or count of {word:#010x}")
    if of_a_stream != bool(stream):
        raise WireError(f"a frame of kind {word & 0xFF:#x} with stream {stream}")


def split_request(payload: memoryview) -> tuple[memoryview, memoryview]:
    """Take a Request with a body or a path apart: the blob, and what follows it."""
    if len(payload) >= 4:
        stop = 4 + int(_U32.unpack_from(payload)[0])
        if stop <= len(payload):
            return payload[4:stop], payload[stop:]
    raise WireError("a request shorter than its blob")


def read_u32(payload: memoryview) -> int:
    """Read the payload of Credit, Fork and Become."""
    if len(payload) != 4:
        raise WireError(f"{len(payload)} bytes where a number should be")
    return int(_U32.unpack(payload)[0])


def read_piece(payload: memoryview) -> bytes:
    """Read the payload of Body and Message."""
    if len(payload) > MAX_DATA:
        raise WireError(f"{len(payload)} bytes in one piece")
    return bytes(payload)


def read_close(payload: memoryview) -> tuple[int, str]:
    """Read code and reason of a Close."""
    if not 2 <= len(payload) <= 125:
        raise WireError(f"{len(payload)} bytes where a close code and a reason should be")
    try:
        return int(_CODE.unpack_from(payload)[0]), str(payload[2:], "utf-8")
    except UnicodeDecodeError as error:
        raise WireError(f"a reason that is not UTF-8: {error}") from None


def read_stop(payload: memoryview) -> float:
    """Read how many seconds a Stop leaves to an ASGI worker."""
    return read_u32(payload) / 1_000 if len(payload) else 10.0


def read_empty(payload: memoryview) -> None:
    """Read the payload of Cancel, Ping and ArenaReady, and of Stop to a mold or WSGI worker."""
    if len(payload):
        raise WireError(f"{len(payload)} bytes where nothing should be")


def read_welcome(payload: memoryview) -> tuple[object, dict[str, object]]:
    """Read the sample and the settings of a Welcome."""
    sample, settings = split_request(payload)
    try:
        value, values = marshal.loads(sample), marshal.loads(settings)
    except (EOFError, ValueError, TypeError) as error:
        raise WireError(f"marshal cannot read the Welcome: {error}") from None
    if not isinstance(values, dict):
        raise WireError("settings that are not a dict")
    return value, values
