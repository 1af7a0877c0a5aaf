from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BOOKS = [
    ("Frankenstein", "Mary Shelley", 1818),
    ("Moby-Dick", "Herman Melville", 1851),
    ("Middlemarch", "George Eliot", 1872),
    ("The Time Machine", "H. G. Wells", 1895),
]


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the first books in."""
    book = apps.get_model("books", "Book")
    for title, author, year in BOOKS:
        book.objects.create(title=title, author=author, year=year)


class Migration(migrations.Migration):
    """The table, and something to show."""

    initial = True

    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("author", models.CharField(max_length=200)),
                ("year", models.IntegerField()),
            ],
            options={"ordering": ("year",)},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
