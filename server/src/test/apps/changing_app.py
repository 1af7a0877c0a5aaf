"""The tests' app in versions: what is in ``WHOLE_DIR`` decides how its import goes.

``broken`` makes it fail, ``hold`` makes it wait until that file is gone; ``importing`` tells the
test that it waits.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from whole_app import app

__all__ = ["app"]

_FOLDER = Path(os.environ["WHOLE_DIR"])

if (_FOLDER / "broken").exists():
    raise RuntimeError("this version is broken")
while (_FOLDER / "hold").exists():
    (_FOLDER / "importing").touch()
    time.sleep(0.005)
