"""A small Django project in one app: what `lab peers` asks of Django."""
