"""Fill what is free between the objects of a mold, so that its workers leave those pages alone.

An allocator gives out first what was freed, wherever that lies. In a worker each such place is on
a page that it shares with the mold until it writes there. Once all of them are taken, what a
worker allocates lies together on pages that nobody shares.
"""

from __future__ import annotations

import ctypes
from itertools import repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Of Objects/obmalloc.c: objects up to 512 bytes lie in pools of one size each.
_POOL = 16 * 1024 - 48
_LARGEST = 512
_STEP = 16
_BYTES = 33  # what an empty bytes object takes, with the NUL behind it
_INT = 1 << 31  # takes 32 bytes

# So many neighbours may be apart: where a pool ends, and where our own lists have been.
_FEW = 8

# Another allocator (PYTHONMALLOC) has no such order, and must not be fed without end.
_MOST = 8 << 20
_MOST_CHUNKS = 20_000

_CHUNK = 64 * 1024
_SMALLEST_CHUNK = 24

_kept: list[Sequence[object]] = []


class _MallInfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def fill() -> None:
    """Take what is free between objects, for ever. The mold has no other threads then."""
    left = _MOST
    for size in range(_STEP, _LARGEST + 1, _STEP):
        left = _fill_pools(size, left)
    _fill_chunks()


def _fill_pools(size: int, left: int) -> int:
    count = _POOL // size
    while left > 0:
        made = _make(size, count)
        places = list(map(id, made))
        apart = sum(1 for i in range(1, count) if places[i] - places[i - 1] != size)
        if apart <= _FEW:  # in a pool that was empty, and is again
            break
        _kept.append(made)
        left -= count * size
    return left


def _make(size: int, count: int) -> Sequence[object]:
    if size == 16:
        return [object() for _ in repeat(None, count)]
    if size == 32:
        return list(range(_INT, _INT + count))
    return list(map(bytes, repeat(size - _BYTES, count)))


def _fill_chunks() -> None:
    """Do the same for what is larger, which comes from glibc's malloc, as what C libraries have."""
    libc = ctypes.PyDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return  # not glibc, or one before 2.33
    mallinfo, malloc, free, sbrk = libc.mallinfo2, libc.malloc, libc.free, libc.sbrk
    libc.malloc_trim(0)  # whole pages go back to the system
    mallinfo.restype = _MallInfo
    malloc.restype = sbrk.restype = ctypes.c_size_t
    malloc.argtypes, free.argtypes, sbrk.argtypes = (
        [ctypes.c_size_t],
        [ctypes.c_void_p],
        [ctypes.c_ssize_t],
    )
    top = sbrk(0) - mallinfo().keepcost  # where the memory begins that was never given out
    size, left = _CHUNK, _MOST_CHUNKS
    while size >= _SMALLEST_CHUNK and left:
        left -= 1
        place = malloc(size)
        if not place or place >= top:  # no hole is as large as this
            free(place)
            size = size * 9 // 10 if size > 1024 else size - _STEP
