"""Where Django's static files are, for ``--static auto``. Leaves no trace in the app.

Django adds the script's prefix to a relative STATIC_URL when it is first asked for it, and keeps
what comes of that; asked here, before any request, it would keep the wrong one. So the setting is
read as it was written.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def payload(script_name: str) -> bytes:
    """Say it as a Static frame does (PROTOCOL.md §16); nothing if this is not a Django app."""
    settings = getattr(sys.modules.get("django.conf"), "settings", None)
    try:
        if settings is None or not settings.configured:
            return b""
        written = settings._wrapped
        url, root = _url(written, script_name), getattr(written, "STATIC_ROOT", None)
        folder = os.fsencode(os.path.abspath(root)) if root else b""
        return url.encode("utf-8", "replace") + b"\0" + folder
    except Exception as error:
        kind = type(error).__name__
        sys.stderr.write(f"reading Django's STATIC_URL and STATIC_ROOT failed: {kind}: {error}\n")
        return b"\0"


def _url(written: Any, script_name: str) -> str:
    url = str(getattr(written, "STATIC_URL", None) or "")
    if not url or url.startswith(("http://", "https://", "/")):
        return url
    forced = getattr(written, "FORCE_SCRIPT_NAME", None)
    return f"{(script_name if forced is None else forced).rstrip('/')}/{url}"
