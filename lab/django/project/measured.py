"""What the lab has to know of and to ask from a worker, in the project itself."""

import gc
import os
import time
from pathlib import Path

from django.http import HttpResponse

from . import ballast as ballast  # a project that takes longer to import, if that was asked for

FOLDER = Path(__file__).resolve().parent.parent


class Measured:
    """Says in each answer which process gave it, and keeps a worker busy when told to.

    `X-Lab-Hold: 0.05` is for so many seconds: requests sent together then reach as many workers.
    `X-Lab-Hold: gate` is for as long as the file `gate` is there; `held-PID` says that it began.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        hold = request.headers.get("X-Lab-Hold")
        if hold == "gate":
            wait_at_gate()
        elif hold:
            time.sleep(float(hold))
        response = self.get_response(request)
        response["X-Lab-Worker"] = str(os.getpid())
        return response


def wait_at_gate():
    """Wait as long as the gate is there."""
    gate, held = FOLDER / "gate", FOLDER / f"held-{os.getpid()}"
    held.touch()
    try:
        while gate.exists():
            time.sleep(0.01)
    finally:
        held.unlink(missing_ok=True)


def collect(request):
    """Run the full collection that every worker runs sooner or later."""
    gc.collect()
    return HttpResponse("collected\n", content_type="text/plain")
