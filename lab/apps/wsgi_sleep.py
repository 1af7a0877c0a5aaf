"""12 bytes of text after 10 ms in which the app waits, as for a database."""

import time

import hello


def app(environ, start_response):
    time.sleep(0.01)
    return hello.app(environ, start_response)
