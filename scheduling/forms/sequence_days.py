"""Forms of single days of a sequence."""

from datetime import date
from typing import Any

from django import forms

from kitclinic.models import StaffUser
from scheduling.forms.sequences import ReasonForm


class ReleaseForm(ReasonForm):
    """Why days are released, and which: this one, or this and every following one."""

    scope = forms.ChoiceField(choices=[("day", "This day only"), ("rest", "This day and the rest")])


class MakeUpForm(forms.Form):
    """The day and the start of a make-up: "2026-09-18 545"."""

    start = forms.CharField(max_length=20, error_messages={"required": "Choose a start."})
    approved_by = forms.ModelChoiceField(
        StaffUser.objects.none(),
        required=False,
        empty_label="Choose who approved",
        label="Approved by",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approved_by"].queryset = staff  # type: ignore[attr-defined]

    def clean_start(self) -> tuple[date, int]:
        day, _, minute = self.cleaned_data["start"].partition(" ")
        try:
            return date.fromisoformat(day), int(minute)
        except ValueError as error:
            raise forms.ValidationError("Choose a start.") from error

    def facts(self) -> dict[str, Any]:
        """Return the arguments of ``make_up`` beside the visit and who books."""
        day, minute = self.cleaned_data["start"]
        reason = next(
            (self.data[name] for name in self.data if name.startswith("reason_") and self.data[name]), ""
        )
        return {
            "date": day,
            "start_minute": minute,
            "approved_by": self.cleaned_data["approved_by"],
            "reason": reason,
        }


class LongerForm(forms.Form):
    """How many minutes a patient stays longer."""

    minutes = forms.IntegerField(label="Minutes longer", min_value=1, max_value=240)
