"""Who takes which patient while a nurse is on a break."""

from typing import Any

from django import forms

from infusions.forms.chart import MOST_MS, words
from infusions.models import Infusion
from infusions.queries.nurses import NurseChoice
from kitclinic.models import StaffUser


class BreakForm(forms.Form):
    """One question a patient, nobody chosen before; what to know is said once for all."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    device_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    clock_offset_ms = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=-MOST_MS, max_value=MOST_MS
    )
    note = words("What the next nurse needs to know, for each of them", most=300)

    def __init__(
        self, *args: Any, patients: list[Infusion], choices: dict[int, list[NurseChoice]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.patients = patients
        self.people: dict[str, StaffUser] = {}
        for infusion in patients:
            offered = choices[infusion.pk]
            self.people |= {str(one.nurse.pk): one.nurse for one in offered}
            self.fields[f"nurse_{infusion.pk}"] = forms.ChoiceField(
                choices=[(str(one.nurse.pk), one.label) for one in offered], required=False
            )

    @property
    def to(self) -> dict[int, StaffUser]:
        """Infusion -> who takes it; who was not answered is left out."""
        chosen = ((infusion.pk, self.cleaned_data[f"nurse_{infusion.pk}"]) for infusion in self.patients)
        return {pk: self.people[word] for pk, word in chosen if word}

    @property
    def stamp(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("key", "device_at", "clock_offset_ms")}
