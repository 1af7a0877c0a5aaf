"""Uploads that are measured while they arrive and never stored.

Django's classes are generic for type checkers only: at run time they take no type argument.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class MeasuredFile(UploadedFile):  # type: ignore[type-arg]
    """What is left of an uploaded file: its name, its size and its SHA-256."""

    sha256 = ""


class Measure(FileUploadHandler):
    """Takes each piece of a file, hashes it and lets it go."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Hash one piece. Nothing is returned, so no later handler sees it."""
        self._digest.update(raw_data)

    def file_complete(self, file_size: int) -> MeasuredFile:
        """The file has ended."""
        file = MeasuredFile(io.BytesIO(), self.file_name, self.content_type, file_size)
        file.sha256 = self._digest.hexdigest()
        return file
