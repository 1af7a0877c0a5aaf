"""What there is in the library."""

from django.db import models


class Book(models.Model):
    """One book."""

    title = models.CharField(max_length=200)
    author = models.CharField(max_length=200)
    year = models.IntegerField()

    class Meta:
        ordering = ("year",)

    def __str__(self) -> str:
        """As it is cited."""
        return f"{self.author}: {self.title} ({self.year})"
