from django.db import migrations


class Migration(migrations.Migration):
    """Django writes while Datasette reads; the mode is stored in the database file."""

    # SQLite does not change the journal mode inside a transaction.
    atomic = False

    dependencies = [("books", "0001_first")]

    operations = [
        migrations.RunSQL("PRAGMA journal_mode=WAL", migrations.RunSQL.noop),
    ]
