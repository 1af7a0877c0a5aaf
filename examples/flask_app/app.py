"""A small Flask application: ``saola serve -w 2 --chdir examples/flask_app app:app``."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Flask, Response, jsonify, render_template_string, request

app = Flask(__name__)

PAGE = """<!doctype html>
<html lang="en">
<title>Flask on Saola</title>
<h1>Hello from Flask</h1>
<p>You came from {{ request.remote_addr }} over {{ request.scheme }}.</p>
<ul>
  <li><a href="/json?name=you">JSON</a></li>
  <li><a href="/stream">a streamed page</a></li>
  <li><a href="/error">an exception</a></li>
</ul>
"""


@app.get("/")
def home() -> str:
    """A page from a template."""
    return render_template_string(PAGE)


@app.get("/json")
def greet() -> Response:
    """What was asked, as JSON."""
    return jsonify(hello=request.args.get("name", "world"))


@app.post("/echo")
def echo() -> Response:
    """The request's body."""
    return Response(request.get_data(), content_type=request.content_type)


@app.get("/stream")
def stream() -> Response:
    """Ten lines, one each tenth of a second."""

    def lines() -> Iterator[str]:
        for number in range(10):
            yield f"line {number + 1}\n"
            time.sleep(0.1)

    return Response(lines(), content_type="text/plain")


@app.get("/error")
def error() -> str:
    """An exception that Flask turns into a 500 and logs."""
    raise RuntimeError("this page always fails")
