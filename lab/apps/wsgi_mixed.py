"""12 bytes of text: after 100 ms of waiting below `/slow`, else after 0.1 ms of work."""

import time

import hello

WORK = 100_000


def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.1)
    else:
        end = time.perf_counter_ns() + WORK
        while time.perf_counter_ns() < end:
            pass
    return hello.app(environ, start_response)
