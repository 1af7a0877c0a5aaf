"""100 KB of text in one piece."""

BODY = b"0123456789abcdef" * 6400


def app(environ, start_response):
    headers = [("Content-Type", "text/plain"), ("Content-Length", "102400")]
    start_response("200 OK", headers)
    return [BODY]
