"""10 KB of text in one piece."""

BODY = b"0123456789abcdef" * 640


def app(environ, start_response):
    headers = [("Content-Type", "text/plain"), ("Content-Length", "10240")]
    start_response("200 OK", headers)
    return [BODY]
