"""What the server tells a mold or worker in its Welcome (PROTOCOL.md §7)."""

from __future__ import annotations

from .errors import WireError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    T = TypeVar("T")


class Settings:
    """The settings, with the types that they must have."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.target = _typed(values, "target", str)
        self.chdir = _typed(values, "chdir", str)
        self.pythonpath = [path for path in _typed(values, "pythonpath", str).split(":") if path]
        self.env: dict[str, str] = _typed(values, "env", dict)
        self.load = _typed(values, "load", str)
        self.threads = _typed(values, "threads", int)
        self.multiprocess = _typed(values, "multiprocess", bool)
        self.window = _typed(values, "window", int)
        self.page = _typed(values, "page", str)
        self.environ: dict[str, str] = _typed(values, "environ", dict)
        if self.load not in ("prewarm", "prefork", "lazy"):
            raise WireError(f"load {self.load!r}")


def _typed(values: Mapping[str, object], name: str, kind: type[T]) -> T:
    value = values.get(name)
    if not isinstance(value, kind):
        raise WireError(f"setting {name} is {value!r}, not of type {kind.__name__}")
    return value
