"""Fixtures of more than one test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_server import FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()
