"""What visitors send.

Django's classes are generic for type checkers only: at run time they take no type argument.
"""

from django import forms

from pages.models import Note


class NoteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new note."""

    class Meta:
        model = Note
        fields = ("text",)
        widgets = {
            "text": forms.TextInput(
                attrs={"placeholder": "Write something", "autofocus": True, "autocomplete": "off"}
            )
        }


class UploadForm(forms.Form):
    """A file to measure."""

    file = forms.FileField(allow_empty_file=True)
