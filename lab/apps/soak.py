"""What `lab soak` asks for (PEP 3333): 12 bytes, 10 KB, and what was sent, back."""

BODIES = {"/": b"Hello world\n", "/10k": b"x" * 10_000}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    body = environ["wsgi.input"].read() if path == "/echo" else BODIES[path]
    headers = [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
