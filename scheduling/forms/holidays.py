"""Forms of the holiday planner."""

from datetime import date

from django import forms

from scheduling.forms.patients import date_field
from scheduling.forms.suite import STEP, minute_of
from scheduling.states import WeekRule


class ClosureForm(forms.Form):
    """Why a date is closed, from when, and what its week then does."""

    because = forms.CharField(label="Why is the clinic closed?", max_length=120)
    from_minute = forms.TimeField(
        label="From",
        required=False,
        help_text="Leave it empty for the whole day.",
        widget=forms.TimeInput(attrs=STEP, format="%H:%M"),
    )
    rule = forms.ChoiceField(label="This week", choices=WeekRule.choices, initial=WeekRule.SKIP)

    def minute(self) -> int | None:
        at = self.cleaned_data.get("from_minute") if self.is_bound and hasattr(self, "cleaned_data") else None
        return minute_of(at) if at else None


class WeekForm(forms.Form):
    """What a week with a closed day does."""

    rule = forms.ChoiceField(label="This week", choices=WeekRule.choices)


class DateForm(forms.Form):
    """A date to close."""

    day = date_field(label="Another date to close")

    def chosen(self) -> date:
        found: date = self.cleaned_data["day"]
        return found
