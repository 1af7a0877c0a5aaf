"""What the server tells a mold or worker in its Welcome (PROTOCOL.md §7)."""

from __future__ import annotations

from .errors import WireError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")
    # Method, URL or path, headers, right statuses (none: all below 400).
    WarmupRequest = tuple[str, str, list[tuple[str, str]], list[int]]

_WORDS = {
    "load": ("prewarm", "prefork", "lazy"),
    "interface": ("auto", "wsgi", "asgi"),
    "loop": ("auto", "asyncio", "uvloop"),
    "lifespan": ("auto", "on", "off"),
    "warmup_policy": ("fail", "warn"),
}


class Settings:
    """The settings, with the types that they must have."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.target = _typed(values, "target", str)
        self.chdir = _typed(values, "chdir", str)
        self.pythonpath = [path for path in _typed(values, "pythonpath", str).split(":") if path]
        self.env: dict[str, str] = _typed(values, "env", dict)
        self.load = _typed(values, "load", str)
        self.interface = _typed(values, "interface", str)
        self.factory = _typed(values, "factory", bool)
        self.warmup: list[WarmupRequest] = _typed(values, "warmup", list)
        self.refork = _typed(values, "refork", bool)
        self.warmup_policy = _typed(values, "warmup_policy", str)
        self.warmup_timeout = _typed(values, "warmup_timeout", int)
        self.threads = _typed(values, "threads", int)
        self.loop = _typed(values, "loop", str)
        self.lifespan = _typed(values, "lifespan", str)
        self.asgi_threads = _typed(values, "asgi_threads", int)
        self.timeout_grace = _typed(values, "timeout_grace", int)
        self.multiprocess = _typed(values, "multiprocess", bool)
        self.window = _typed(values, "window", int)
        self.page = _typed(values, "page", str)
        self.arena = _typed(values, "arena", str)
        self.watch = _typed(values, "watch", str)
        self.static = _typed(values, "static", bool)
        self.environ: dict[str, str] = _typed(values, "environ", dict)
        self.scope: dict[str, Any] = _typed(values, "scope", dict)
        for name, known in _WORDS.items():
            if getattr(self, name) not in known:
                raise WireError(f"{name} {getattr(self, name)!r}")


def _typed(values: Mapping[str, object], name: str, kind: type[T]) -> T:
    value = values.get(name)
    if not isinstance(value, kind):
        raise WireError(f"setting {name} is {value!r}, not of type {kind.__name__}")
    return value
