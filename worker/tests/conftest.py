"""Fixtures of more than one test file."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from fake_server import FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()


@pytest.fixture(params=["asyncio", *(["uvloop"] if importlib.util.find_spec("uvloop") else [])])
def each_loop(request: pytest.FixtureRequest, server: FakeServer) -> None:
    """Run a test with each event loop that is there."""
    server.settings["loop"] = request.param
