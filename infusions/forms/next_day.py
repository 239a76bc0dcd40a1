"""What is typed about the day after."""

from django import forms

from infusions.forms.chart import ActForm, words
from kitclinic.models import StaffUser

NOT_REACHED, WELL, NOT_WELL = "not_reached", "well", "not_well"


class NextDayForm(ActForm):
    """One tap for well and for not reached; not well needs words and a provider."""

    said = forms.ChoiceField(
        choices=((WELL, "Well"), (NOT_WELL, "Not well"), (NOT_REACHED, "Not reached")), label="The patient is"
    )
    words = words("What the patient says", most=300)
    provider = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Provider who was told", required=False, empty_label="Nobody yet"
    )
    at_chair = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def reached(self) -> bool:
        return self.cleaned_data["said"] != NOT_REACHED

    @property
    def well(self) -> bool | None:
        return {WELL: True, NOT_WELL: False}.get(self.cleaned_data["said"])

    @property
    def provider_told(self) -> str:
        return self.cleaned_data["provider"].name if self.cleaned_data["provider"] else ""
