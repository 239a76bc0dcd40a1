"""Forms of the roster: one act each. What was typed is refused or kept, never altered."""

from collections.abc import Mapping
from typing import Any

from django import forms

from scheduling.forms.numbers import WholeField
from scheduling.models import Consent, ConsentText, GroupSeat
from scheduling.states import HealthQuestion

YES_NO = (("yes", "Yes"), ("no", "No"))
SUPPORT_FIELDS = ("support_person", "support_relationship", "support_phone", "support_drives")


def yes_no(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


class SupportForm(forms.Form):
    """Who comes along. ``was_…`` hold what the page showed, so that only changes are sent on."""

    support_person = forms.CharField(max_length=120, required=False, label="Name")
    support_relationship = forms.CharField(max_length=60, required=False, label="Relationship")
    support_phone = forms.CharField(max_length=30, required=False, label="Phone")
    support_drives = forms.ChoiceField(choices=YES_NO, required=False, label="Will they drive on infusion days?")
    support = forms.ChoiceField(choices=YES_NO, required=False)
    first = forms.CharField(max_length=3, required=False)

    def changes(self) -> dict[str, Any]:
        """The fields that were sent and differ from what the page showed."""
        seen = self.seen()
        return {
            name: value
            for name in SUPPORT_FIELDS
            if name in self.data and (value := self._value(name)) != seen.get(name, object())
        }

    def seen(self) -> dict[str, Any]:
        """What the page showed in each field."""
        found: dict[str, Any] = {
            name: self.data[f"was_{name}"] for name in SUPPORT_FIELDS[:3] if f"was_{name}" in self.data
        }
        if "was_support_drives" in self.data:
            found["support_drives"] = yes_no(self.data["was_support_drives"])
        return found

    def _value(self, name: str) -> Any:
        text = self.cleaned_data[name]
        return yes_no(text) if name == "support_drives" else text


class MeasureForm(forms.Form):
    """Blood pressure, pulse, oxygen, height, a word on the ECG; what is empty was not measured."""

    sbp = WholeField(required=False, label="SBP")
    dbp = WholeField(required=False, label="DBP")
    hr = WholeField(required=False, label="HR")
    spo2 = WholeField(required=False, label="SpO₂")
    height_cm = WholeField(required=False, label="Height")
    ecg_note = forms.CharField(required=False, max_length=300, label="ECG")
    seen = forms.IntegerField(required=False, min_value=0)


class ScreenForm(forms.Form):
    """The health screen: yes or no a question, none chosen beforehand."""

    note = forms.CharField(required=False, max_length=500, label="Note to the answers")
    seen = forms.IntegerField(required=False, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in HealthQuestion:
            self.fields[f"q_{question}"] = forms.ChoiceField(
                choices=YES_NO,
                required=False,
                label=question.label,
                error_messages={"invalid_choice": "Yes or no."},
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[f"q_{question}"] for question in HealthQuestion]

    def answers(self) -> dict[str, bool]:
        """The answers that were given; an unanswered question is not in it."""
        given: Mapping[str, str] = {str(q): self.cleaned_data[f"q_{q}"] for q in HealthQuestion}
        return {name: value == "yes" for name, value in given.items() if value}


class ConsentForm(forms.Form):
    """A signature under the clinic's text."""

    text = forms.ModelChoiceField(queryset=ConsentText.objects.none(), widget=forms.HiddenInput)
    seat = forms.ModelChoiceField(queryset=GroupSeat.objects.none(), required=False, widget=forms.HiddenInput)
    signed_name = forms.CharField(required=False, max_length=120, label="Name of the person who signs")
    signature = forms.CharField(required=False, max_length=20000, widget=forms.HiddenInput)
    method = forms.ChoiceField(choices=Consent.Method.choices, initial=Consent.Method.TABLET)

    def __init__(self, *args: Any, patient: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = patient.site_id
        self.fields["text"].queryset = ConsentText.objects.filter(site=site)  # type: ignore[attr-defined]
        seats = GroupSeat.objects.filter(site=site, patient=patient)
        self.fields["seat"].queryset = seats  # type: ignore[attr-defined]


class ConsentTextForm(forms.Form):
    """The next version of the clinic's consent text."""

    language = forms.CharField(max_length=40, initial="English")
    title = forms.CharField(max_length=120)
    body = forms.CharField(
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        label="Text",
        help_text="An empty line begins a new part; the first line of a part is its heading.",
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class TeamNoteForm(forms.Form):
    """The psychologist's note and goals."""

    note = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5}))
    goals = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), label="Goals, one a line"
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
