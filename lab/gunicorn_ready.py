"""Lets Gunicorn say when a worker accepts; its own log says only when it was forked."""

import os
import sys


def post_worker_init(worker):
    """Say it in one write: the workers share the file."""
    os.write(sys.stderr.fileno(), b"lab: worker ready %d\n" % worker.pid)
