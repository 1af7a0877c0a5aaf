"""What the admin shows."""

from django.contrib import admin

from pages.models import Counter, Note, Row


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    """Notes, newest first."""

    list_display = ("text", "created")
    search_fields = ("text",)


@admin.register(Counter)
class CounterAdmin(admin.ModelAdmin):
    """Counters by name."""

    list_display = ("slug", "count")
    ordering = ("slug",)


@admin.register(Row)
class RowAdmin(admin.ModelAdmin):
    """Rows, newest first."""

    list_display = ("id", "created")
    ordering = ("-id",)
