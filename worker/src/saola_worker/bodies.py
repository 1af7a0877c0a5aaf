"""Bodies: what an app reads as ``wsgi.input``, and files that it gives back.

The server hands over a request when all of it is here, so the input has an end of its own and
can be read again from its start.
"""

from __future__ import annotations

import io

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


def _is_plain(file: object) -> bool:
    return isinstance(file, (io.BufferedReader, io.FileIO, io.BytesIO)) and file.seekable()
