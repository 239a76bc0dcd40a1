"""What a nurse adds to a monitor's reading, and what is entered about monitors."""

from datetime import datetime
from typing import Any

from django import forms

from infusions.forms.chart import ActForm, one_of, words
from infusions.forms.vitals import NO_TRACE, VitalsForm
from infusions.models import Infusion
from infusions.queries.monitors import open_charts
from infusions.rules.vitals import NUMBERS
from infusions.states import Sign
from kitclinic.models import Site

AWAY = (
    ("patient moving", "Patient moving"),
    ("cuff or sensor slipped", "Cuff or sensor slipped"),
    ("charted by hand", "Charted by hand"),
    ("another patient's", "Another patient's"),
    ("test of the monitor", "Test of the monitor"),
)


class TakeForm(VitalsForm):
    """Rhythm and symptoms, and each sign the monitor did not send."""

    @property
    def typed(self) -> dict[Sign, int]:
        data = self.cleaned_data
        return {sign: data[sign.value] for sign in NUMBERS if data[sign.value] is not None}

    @property
    def reasons(self) -> dict[Sign, str]:
        """Why a sign has no number: only those that were given a reason."""
        data = self.cleaned_data
        found = {sign: data[f"unable_{sign.value}"] for sign in NUMBERS if data[f"unable_{sign.value}"]}
        if data["rhythm"] == NO_TRACE:
            found[Sign.RHYTHM] = data["unable_rhythm"]
        return {sign: why for sign, why in found.items() if sign not in self.typed}


class AwayForm(ActForm):
    """Why a reading is put away: a word to tap, or other words."""

    because = one_of(AWAY, "Why", required=False)
    words = words("In other words", most=160)

    @property
    def reason(self) -> str:
        said = (self.cleaned_data["because"], self.cleaned_data["words"].strip())
        return ", ".join(word for word in said if word)


class ChartField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Infusion) -> str:
        return f"Chair {obj.chair}, {obj.patient.name}"


class GiveForm(ActForm):
    """The chart of today a reading belongs to."""

    infusion = ChartField(Infusion.objects.none(), label="Chart of today", empty_label="Choose a chart")

    def __init__(self, *args: Any, site: Site, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        self.fields["infusion"].queryset = open_charts(site, at=at)  # type: ignore[attr-defined]


class MonitorForm(forms.Form):
    """A new monitor. chairs: how many the clinic has."""

    name = forms.CharField(
        label="Name", max_length=60, help_text="As on its label: the chart says “from” this name."
    )
    chair = forms.TypedChoiceField(
        label="Chair",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Without one it has to name the patient in every reading.",
    )

    def __init__(self, *args: Any, chairs: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(chair, f"Chair {chair}") for chair in range(1, chairs + 1)]
        self.fields["chair"].choices = [("", "None, it serves several"), *numbers]  # type: ignore[attr-defined]
