"""What `lab slow-clients` asks for: a short page, one that takes a body, one that is large."""

HELLO = b"Hello world\n"
PIECE = b"0123456789abcdef" * 4096
PIECES = 320  # 20 MiB: more than the largest send buffer of a socket


def app(environ, start_response):
    if environ["PATH_INFO"] == "/large":
        return answer(start_response, len(PIECE) * PIECES, (PIECE for _ in range(PIECES)))
    if environ["PATH_INFO"] == "/upload":
        while environ["wsgi.input"].read(65536):
            pass
    return answer(start_response, len(HELLO), [HELLO])


def answer(start_response, length, body):
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(length))]
    start_response("200 OK", headers)
    return body
