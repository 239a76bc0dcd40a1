"""The steps of a new clinic."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from kitclinic.actions import Account
from kitclinic.people_forms import AddressField
from kitclinic.roles import Role
from scheduling.forms.group_plans import WEEKDAYS
from scheduling.forms.staffing import time_field, time_of
from scheduling.forms.suite import minute_of

USUAL = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
ROLES = (Role.SCHEDULER, Role.PHYSICIAN, Role.NURSE, Role.PSYCHOLOGIST)


class ClinicForm(forms.Form):
    """Step 1: what the clinic is."""

    name = forms.CharField(label="Name of the clinic", max_length=120)
    address = forms.CharField(
        label="Address",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One line a line, as on a letter",
    )
    phone = forms.CharField(label="Telephone", max_length=40, help_text="Patients call it")
    time_zone = forms.ChoiceField(label="Time zone")

    def __init__(self, data: Any = None, *, zone: str) -> None:
        super().__init__(data, initial={"time_zone": zone})
        usual = [(one, one.replace("_", " ")) for one in dict.fromkeys((zone, *USUAL))]
        others = [(one, one.replace("_", " ")) for one in sorted(available_timezones()) if one not in dict(usual)]
        self.fields["time_zone"].choices = [("Usual", usual), ("All others", others)]  # type: ignore[attr-defined]


class HoursForm(forms.Form):
    """Step 2: when it is open, and how many chairs it has."""

    opens = time_field(label="Opens")
    closes = time_field(label="Closes")
    chairs = forms.IntegerField(label="Chairs", min_value=1, max_value=40)
    first_weekday = forms.TypedChoiceField(
        label="First of the five clinic days", coerce=int, choices=list(enumerate(WEEKDAYS))
    )

    @staticmethod
    def initial_of(site: Any) -> dict[str, Any]:
        return {
            "opens": time_of(site.opens_minute),
            "closes": time_of(site.closes_minute),
            "chairs": site.chairs,
            "first_weekday": site.first_weekday,
        }

    def facts(self) -> dict[str, int]:
        data = self.cleaned_data
        return {
            "opens_minute": minute_of(data["opens"]),
            "closes_minute": minute_of(data["closes"]),
            "chairs": data["chairs"],
            "first_weekday": data["first_weekday"],
        }


class FirstPersonForm(forms.Form):
    """Step 3, one line: somebody who is invited. An empty line is nobody."""

    name = forms.CharField(label="Name", max_length=120, required=False)
    credentials = forms.CharField(label="Credentials", max_length=40, required=False)
    username = forms.CharField(label="User name", max_length=60, required=False)
    to = AddressField(help_text="")
    trained = forms.BooleanField(label="Trained for ketamine", required=False)

    def __init__(self, data: Any = None, *, role: Role) -> None:
        super().__init__(data, prefix=role.value, empty_permitted=True, use_required_attribute=False)
        self.role = role
        if role != Role.NURSE:
            del self.fields["trained"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in ("name", "username"):
            if not found.get(name):
                self.add_error(name, f"Type the {str(self.fields[name].label).lower()}, or leave the line empty.")
        return found

    def account(self) -> Account:
        found = self.cleaned_data
        return Account(found["name"], found["credentials"], self.role.value, found.get("trained", False))
