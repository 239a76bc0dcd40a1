"""Forms of the group visit."""

import re
from decimal import Decimal
from typing import Any

from django import forms

SCALE = re.compile(r"\d{1,3}\.\d")  # as the scale shows it: exactly one decimal
POUNDS = re.compile(r"lb|pound|#", re.I)


class ScaleField(forms.CharField):
    """A weight in kg, typed exactly as it stands on the scale."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "pattern": SCALE.pattern})
        super().__init__(max_length=20, widget=widget, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value) or "").strip()
        if not text and not self.required:
            return None
        if POUNDS.search(text):
            raise forms.ValidationError(
                "That is in pounds. Doses are calculated from kilograms: switch the scale to kg, weigh again and "
                "type what it shows. Nothing was converted."
            )
        if not SCALE.fullmatch(text):
            raise forms.ValidationError("Type kilograms with one decimal, as the scale shows it, such as 82.5.")
        return Decimal(text)


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
