"""What an app reads, and files that it gives back."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from saola_worker.bodies import FileWrapper, open_spool


def test_a_spool_file_can_be_read_twice_and_never_past_its_end(tmp_path: Path) -> None:
    spool = tmp_path / "spool \udcff"
    spool.write_bytes(b"one\ntwo\nthree")

    with open_spool(os.fsencode(spool)) as body:
        assert body.readline() == b"one\n"
        assert body.read(1_000_000) == b"two\nthree"
        assert body.read() == b""
        body.seek(0)
        assert list(body) == [b"one\n", b"two\n", b"three"]


def test_a_file_on_disk_comes_in_large_pieces(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100_000)

    with file.open("rb") as opened:
        assert [len(piece) for piece in FileWrapper(opened, 4_096)] == [65_536, 34_464]


def test_any_other_file_comes_as_its_app_says() -> None:
    class Slow:
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def read(self, size: int) -> bytes:
            self.sizes.append(size)
            return b"x" if len(self.sizes) < 3 else b""

    slow = Slow()

    assert list(FileWrapper(slow, 10)) == [b"x", b"x"]
    assert slow.sizes == [10, 10, 10]
    assert not hasattr(FileWrapper(slow), "close")


def test_close_closes_the_file() -> None:
    file = io.BytesIO(b"x")

    FileWrapper(file).close()

    with pytest.raises(ValueError, match="closed"):
        file.read()


def test_the_rest_of_a_file_on_disk_can_be_found_whatever_becomes_of_its_name(
    tmp_path: Path,
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")

    for buffering in (-1, 0):
        file.write_bytes(b"0123456789")
        with file.open("rb", buffering) as opened:
            assert opened.read(4) == b"0123"
            file.unlink()
            part = FileWrapper(opened).part()

            assert part is not None
            offset, length, path = part
            assert (offset, length) == (4, 6)
            assert Path(os.fsdecode(path)).read_bytes() == b"0123456789"


def test_what_only_looks_like_a_file_on_disk_must_be_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")
    reader, writer = os.pipe()
    os.close(writer)

    assert FileWrapper(io.BytesIO(b"x")).part() is None
    with open(reader, "rb") as pipe:
        assert FileWrapper(pipe).part() is None
    with file.open("rb") as opened:
        opened.read = lambda size=-1: b""  # type: ignore[method-assign]
        assert FileWrapper(opened).part() is None
    with file.open("rb") as opened:
        wrapper = FileWrapper(opened)
    assert wrapper.part() is None  # closed
    with file.open("r+b") as both:
        assert FileWrapper(both).part() is None
