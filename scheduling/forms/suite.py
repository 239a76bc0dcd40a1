"""Forms of one suite-day."""

from datetime import time
from typing import Any

from django import forms

from kitclinic.models import Site, StaffUser
from kitclinic.roles import PRESCRIBERS, Role
from scheduling.models import SuiteDay

STEP = {"type": "time", "step": "300"}  # five minutes


def minute_of(value: time) -> int:
    return value.hour * 60 + value.minute


class RosterForm(forms.Form):
    """One nurse on the floor, or one provider on site, for an unbroken time."""

    person = forms.ModelChoiceField(StaffUser.objects.none(), empty_label="Choose a person")
    from_minute = forms.TimeField(label="From", widget=forms.TimeInput(attrs=STEP, format="%H:%M"))
    to_minute = forms.TimeField(label="Until", widget=forms.TimeInput(attrs=STEP, format="%H:%M"))

    def __init__(self, *args: Any, site: Site, day: SuiteDay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = StaffUser.objects.at(site, roles={Role.NURSE, *PRESCRIBERS})
        self.fields["person"].queryset = staff.order_by("role_here", "name")  # type: ignore[attr-defined]
        self.fields["from_minute"].initial = time(day.opens_minute // 60, day.opens_minute % 60)
        self.fields["to_minute"].initial = time(min(day.closes_minute // 60, 23), day.closes_minute % 60)

    def span(self) -> dict[str, int]:
        return {name: minute_of(self.cleaned_data[name]) for name in ("from_minute", "to_minute")}


class DayHoursForm(forms.Form):
    """The opening hours of one day."""

    opens_minute = forms.TimeField(label="Opens", widget=forms.TimeInput(attrs=STEP, format="%H:%M"))
    closes_minute = forms.TimeField(label="Closes", widget=forms.TimeInput(attrs=STEP, format="%H:%M"))

    @staticmethod
    def initial_of(day: SuiteDay) -> dict[str, time]:
        last = min(day.closes_minute, 24 * 60 - 1)
        return {
            "opens_minute": time(day.opens_minute // 60, day.opens_minute % 60),
            "closes_minute": time(last // 60, last % 60),
        }

    def minutes(self) -> dict[str, int]:
        return {name: minute_of(value) for name, value in self.cleaned_data.items()}


class CapForm(forms.Form):
    """The most visits of one day."""

    daily_cap = forms.IntegerField(
        label="Visits at most", min_value=1, required=False, help_text="Empty: as many as fit."
    )


class CloseForm(forms.Form):
    """Why a day is closed."""

    because = forms.CharField(label="Why is the clinic closed?", max_length=120, required=False)
