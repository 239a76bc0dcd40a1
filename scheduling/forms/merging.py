"""Forms of merging two records."""

from typing import Any

from django import forms

from scheduling.models import Patient


class MergeForm(forms.Form):
    """Which of two records is kept, and how it is known that both are one person."""

    keep = forms.TypedChoiceField(coerce=int, error_messages={"required": "Choose the record to keep."})
    reason = forms.CharField(max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, mine: Patient, other: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep = self.fields["keep"]
        keep.choices = [(each.pk, each.record_number) for each in (mine, other)]  # type: ignore[attr-defined]


class UndoForm(forms.Form):
    """Why a merge is taken back."""

    reason = forms.CharField(max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))
