"""What the admin shows.

Django's classes are generic for type checkers only: at run time they take no type argument.
"""

from django.contrib import admin

from pages.models import Counter, Note, Row


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Notes, newest first."""

    list_display = ("text", "created")
    search_fields = ("text",)


@admin.register(Counter)
class CounterAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Counters by name."""

    list_display = ("slug", "count")
    ordering = ("slug",)


@admin.register(Row)
class RowAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows, newest first."""

    list_display = ("id", "created")
    ordering = ("-id",)
