"""Everything that is raised on purpose."""

from saola import RequestTimeout

__all__ = ["AppImportError", "ClientGone", "HookError", "RequestTimeout", "WireError"]


class WireError(Exception):
    """The server sent what ``protocol/PROTOCOL.md`` forbids: the process exits with 70."""


class ClientGone(ConnectionAbortedError):
    """The client has left: raised into an app that goes on calling ``write``."""


class AppImportError(Exception):
    """There is no app to serve here, and it is not the app's own exception that says so."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class HookError(Exception):
    """A function of the app that must not fail before this worker starts has failed."""
