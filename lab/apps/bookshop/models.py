"""Books and who wrote them."""

from django.db import models


class Author(models.Model):
    """One who writes."""

    name = models.CharField(max_length=100)


class Book(models.Model):
    """One that was written."""

    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    price = models.DecimalField(max_digits=6, decimal_places=2)
    published = models.DateField()
    in_stock = models.BooleanField(default=True)
