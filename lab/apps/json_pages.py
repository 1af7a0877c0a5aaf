"""What `lab compress` asks for: JSON as APIs answer it, in two sizes."""

import json
import random


def rows(least):
    """Rows of a made-up address book, always the same, until they have as many bytes."""
    dice = random.Random(7)
    names = ["Ada", "Grace", "Edsger", "Barbara", "Donald", "Radia", "Leslie", "Frances"]
    found = []
    while len(json.dumps(found)) < least:
        name = dice.choice(names)
        found.append(
            {
                "id": dice.randrange(10**9),
                "name": name,
                "mail": f"{name.lower()}{dice.randrange(1000)}@example.org",
                "balance": round(dice.uniform(-500, 5000), 2),
                "active": dice.random() < 0.8,
                "tags": dice.sample(names, 3),
            }
        )
    return json.dumps(found).encode()


PAGES = {"/small": rows(1000), "/large": rows(51 * 1024)}


def app(environ, start_response):
    body = PAGES.get(environ["PATH_INFO"], b"[]")
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
