"""What a mold's workers allocate lies on pages of its own, not between the mold's objects."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HOLES = """
import ctypes
from saola_worker import holes

def pages(found):
    return {id(one) // 4096 for one in found}

def made(size, count):
    return [bytes(size - 33) for _ in range(count)]

old = made(SIZE, 4000)
shared = pages(old)
del old[::2]  # a hole beside each of them
FILL
new = made(SIZE, 200)
print(len(pages(new) & shared), len(pages(new)))
"""


def run(size: int, fill: str, **environ: str) -> tuple[int, int]:
    """Return how many pages new objects share with old ones, and on how many pages they are."""
    code = HOLES.replace("SIZE", str(size)).replace("FILL", fill)
    out = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environ},
    ).stdout
    shared, all_of_them = map(int, out.split())
    return shared, all_of_them


@pytest.mark.parametrize("size", [48, 64, 112, 256, 512, 640, 1600, 5008])
def test_holes_are_not_filled_by_themselves(size: int) -> None:
    assert run(size, "")[0] > 3


@pytest.mark.parametrize("size", [48, 64, 112, 256, 512, 640, 1600, 5008])
def test_new_objects_leave_the_pages_of_old_ones_alone(size: int) -> None:
    # A page may be the last of the old ones and the first of the new.
    assert run(size, "holes.fill()")[0] <= 2


def test_an_allocator_of_another_kind_is_not_fed_without_end() -> None:
    kept = "holes.fill(); kept = sum(map(len, holes._kept)); assert kept < 1_000_000, kept"
    run(64, kept, PYTHONMALLOC="malloc")
