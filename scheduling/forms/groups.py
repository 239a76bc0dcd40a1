"""Forms of the group visit."""

import re
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.forms.patients import date_field
from scheduling.queries.groups import leads
from scheduling.rules.groups import PEOPLE_PER_SEAT

SCALE = re.compile(r"\d{1,3}\.\d")  # as the scale shows it: exactly one decimal


class ScaleField(forms.CharField):
    """A weight in kg, typed exactly as it stands on the scale."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "pattern": SCALE.pattern})
        super().__init__(max_length=5, widget=widget, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value) or "").strip()
        if not text and not self.required:
            return None
        if not SCALE.fullmatch(text):
            raise forms.ValidationError("Type kilograms with one decimal, as the scale shows it, such as 82.5.")
        return Decimal(text)


class GroupForm(forms.Form):
    """A new group visit."""

    date = date_field(
        label="Day", help_text="The first infusion, on the first day of a clinic week, is 5 to 9 days later."
    )
    start = forms.TimeField(label="Starts at", widget=forms.TimeInput(attrs={"type": "time"}), initial=time(13))
    minutes = forms.IntegerField(label="Length in minutes", min_value=1, initial=90)
    capacity = forms.IntegerField(
        label="Places",
        min_value=PEOPLE_PER_SEAT,
        initial=12,
        help_text="People in the room: each patient brings a support person.",
    )
    physician = forms.ModelChoiceField(queryset=StaffUser.objects.none(), empty_label="Choose")
    psychologist = forms.ModelChoiceField(queryset=StaffUser.objects.none(), empty_label="Choose")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, role in (("physician", Role.PHYSICIAN), ("psychologist", Role.PSYCHOLOGIST)):
            field = self.fields[name]
            field.queryset = leads(site=site, role=role)  # type: ignore[attr-defined]

    def plan(self) -> dict[str, Any]:
        """The arguments of ``plan_group_visit``."""
        data = self.cleaned_data
        return {
            "day": data["date"],
            "start_minute": data["start"].hour * 60 + data["start"].minute,
            "minutes": data["minutes"],
            "capacity": data["capacity"],
            "physician": data["physician"],
            "psychologist": data["psychologist"],
        }


class SeatForm(forms.Form):
    """Who comes along."""

    group = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Choose a group visit."})
    support_person = forms.CharField(max_length=120, required=False)
    support_relationship = forms.CharField(max_length=60, label="Relationship", required=False)


class WeighForm(forms.Form):
    """A weight, and where a rule asks: typed again, with a reason."""

    weight_kg = ScaleField(label="Weight in kg")
    again_kg = ScaleField(label="Read the scale again, kg", required=False)
    reason = forms.CharField(max_length=300, label="Why it is right", required=False)
