"""12 bytes of text after 100 ms in which the app waits, as for another service."""

import time

import hello


def app(environ, start_response):
    time.sleep(0.1)
    return hello.app(environ, start_response)
