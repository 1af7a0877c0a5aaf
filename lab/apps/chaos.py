"""What `saola lab chaos` asks for: an answer after 25 ms, by a module that takes long to import.

It says which process answered. Its import takes as much processor time as the file beside it says.
"""

import os
import time

HOLD = 0.025
BODY = b"Nobody is to notice.\n" * 100

with open(os.path.join(os.path.dirname(__file__), "import-seconds.txt")) as file:
    _END = time.process_time() + float(file.read())
while time.process_time() < _END:
    pass


def app(environ, start_response):
    time.sleep(HOLD)
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(BODY))),
        ("X-Lab-Worker", str(os.getpid())),
    ]
    start_response("200 OK", headers)
    return [BODY]
