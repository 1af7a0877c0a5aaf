"""Takes as much processor time to import as was asked for."""

import time

from .generated import BALLAST

_end = time.process_time() + BALLAST
while time.process_time() < _end:
    pass
