"""Bodies: what an app reads as ``wsgi.input``, and files that it gives back.

The server hands over a request when all of it is here, so the input has an end of its own and
can be read again from its start.
"""

from __future__ import annotations

import io
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_PIECE = 65_536


def open_spool(path: bytes) -> io.BufferedReader:
    """Open a body that the server has written to a file."""
    return io.open(path, "rb")


class FileWrapper:
    """PEP 3333 ``wsgi.file_wrapper``: a file-like object as an iterable of its pieces."""

    def __init__(self, file: Any, block_size: int = _PIECE) -> None:
        self._file = file
        self._read = file.read
        # A file on disk never makes a large read wait; anything else gets what was asked for.
        self._size = max(block_size, _PIECE) if _is_plain(file) else block_size
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece: bytes = self._read(self._size)
        if piece:
            return piece
        raise StopIteration

    def part(self) -> tuple[int, int, bytes] | None:
        """Where the rest of the file begins, how long it is, and a path that leads to it.

        None if it is no file on disk, and must be read. The path is that of the descriptor, so it
        leads to this very file, whatever has become of its name, and as long as it is open.
        """
        file = self._file
        plain = type(file) is io.FileIO or (
            type(file) is io.BufferedReader and type(file.raw) is io.FileIO
        )
        if not plain or "read" in file.__dict__:
            return None
        try:
            number, offset = file.fileno(), file.tell()
            found = os.fstat(number)
        except (OSError, ValueError):  # closed, or it cannot seek; reading says it better
            return None
        path = f"/proc/{os.getpid()}/fd/{number}"
        # What was opened before its reader's rights were dropped can be read here only.
        if not stat.S_ISREG(found.st_mode) or not os.access(path, os.R_OK):
            return None
        return offset, max(0, found.st_size - offset), path.encode()


def _is_plain(file: object) -> bool:
    return isinstance(file, (io.BufferedReader, io.FileIO, io.BytesIO)) and file.seekable()
