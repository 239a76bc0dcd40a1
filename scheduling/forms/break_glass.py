"""Forms of emergency access."""

from typing import Any

from django import forms


class BreakGlassForm(forms.Form):
    """Whose record, why, and the person's own password."""

    number = forms.CharField(
        label="Record number of the patient",
        max_length=20,
        error_messages={"required": "Type the record number of the patient."},
    )
    reason = forms.CharField(
        label="Why you need this record now",
        required=False,
        max_length=500,
        help_text="At least 10 characters. A second person reads it today.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = forms.CharField(
        label="Your password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password."},
    )


class ReviewForm(forms.Form):
    """What the second person found."""

    in_order = forms.TypedChoiceField(
        label="What you found",
        choices=[("yes", "It was in order"), ("no", "It is followed up")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it was in order."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="At least 10 characters: whom you asked, what was said.",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["in_order"].initial = None
