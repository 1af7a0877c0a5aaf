"""The request's body as the response's: read to its end, then sent in one piece."""


def app(environ, start_response):
    # By its length: PEP 3333 does not promise that the input ends by itself.
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
