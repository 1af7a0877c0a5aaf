"""The Python side of Saola: the keeper, the molds and the workers."""

__version__ = "0.1.0"
