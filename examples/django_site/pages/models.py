"""What the site stores."""

from django.db import models, transaction
from django.db.models import F


class Note(models.Model):
    """A line that a visitor left."""

    text = models.CharField(max_length=280)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.text


class Counter(models.Model):
    """How often a page was looked at."""

    slug = models.SlugField(unique=True)
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.slug}: {self.count}"

    @classmethod
    def count_one(cls, slug: str) -> int:
        """Count one look at ``slug`` and say how many there were: right however many do so at once.

        One transaction that holds the write lock from its beginning, and an update that adds in
        the database, not in Python.
        """
        with transaction.atomic():
            cls.objects.get_or_create(slug=slug)
            cls.objects.filter(slug=slug).update(count=F("count") + 1)
            return cls.objects.get(slug=slug).count


class Row(models.Model):
    """About 500 bytes, written by ``/write/``."""

    text = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"row {self.pk}"
