"""A keeper without processes: it makes FIFOs, and leaves everything else to the test.

Connects to ``control.sock`` in the runtime folder, passes each order on to it, and reports what it
is told there. ``!exit CODE`` and ``!complain TEXT`` are for itself. Ends at ``stop``, unless there
is a file ``stubborn``, and at the end of its standard input.
"""

import os
import select
import socket
import sys
import time


def main():
    control = None
    orders = reports = b""
    while True:
        ready, _, _ = select.select([0] if control is None else [0, control], [], [])
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                os._exit(0)
            *lines, orders = (orders + data).split(b"\n")
            for line in lines:
                word, *rest = line.decode().split(" ")
                if word == "start":
                    folder = rest[0]
                    control = socket.socket(socket.AF_UNIX)
                    control.connect(os.path.join(folder, "control.sock"))
                    version = ".".join(map(str, sys.version_info[:3]))
                    if os.path.exists(os.path.join(folder, "version")):
                        with open(os.path.join(folder, "version")) as file:
                            version = file.read()
                    say(f"started {os.getpid()} {version}")
                elif word == "fifo":
                    os.mkfifo(os.path.join(folder, rest[0]), 0o600)
                    say("fifo " + rest[0])
                elif word == "stop":
                    while os.path.exists(os.path.join(folder, "stubborn")):
                        time.sleep(1)
                    os._exit(0)
                else:
                    control.sendall(line + b"\n")
        if control in ready:
            *lines, reports = (reports + control.recv(4096)).split(b"\n")
            for line in lines:
                word, _, rest = line.decode().partition(" ")
                if word == "!exit":
                    os._exit(int(rest))
                elif word == "!complain":
                    sys.stderr.write(rest + "\n")
                    sys.stderr.flush()
                else:
                    say(line.decode())


def say(line):
    os.write(1, line.encode() + b"\n")
