"""Forms of the group visit."""

from django import forms

from scheduling.forms.numbers import ScaleField


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
