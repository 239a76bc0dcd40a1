"""What the audit trail is narrowed to."""

from importlib import import_module
from typing import Any

from django import forms
from django.conf import settings

from kitclinic.models import Site, StaffUser
from kitclinic.trail import Asked, known_events


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, error_messages={"invalid": "Type a date."})


class PeriodForm(forms.Form):
    """From one day of the clinic to another; both may stay empty."""

    first = _day("From")
    last = _day("To")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            is_select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_select else "form-control"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The period ends before it begins.")
        return given


class TrailForm(PeriodForm):
    """By patient, person, act and period; every field may stay empty."""

    field_order = ("patient", "person", "act", "first", "last")
    patient = forms.CharField(label="Patient record", max_length=20, required=False)
    person = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Person", empty_label="Everybody", required=False
    )
    act = forms.ChoiceField(label="Act", required=False)

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        super().__init__(*args, **more)
        self.site = site
        person, act = self.fields["person"], self.fields["act"]
        assert isinstance(person, forms.ModelChoiceField)
        assert isinstance(act, forms.ChoiceField)
        person.queryset = StaffUser.objects.filter(site=site).order_by("name", "pk")
        events = [(event, event.replace("_", " ").capitalize()) for event in known_events(site)]
        act.choices = [("", "Everything"), ("looked", "Looked at records"), ("glass", "Emergency access"), *events]

    def clean_patient(self) -> int | None:
        """The key of the patient with this record number."""
        number = self.cleaned_data["patient"].strip()
        found: int | None = import_module(settings.PATIENT_NUMBERS).key_of(self.site, number) if number else None
        if number and found is None:
            raise forms.ValidationError("No patient of this clinic has this record number.")
        return found

    @property
    def asked(self) -> Asked:
        return Asked(**self.cleaned_data)
