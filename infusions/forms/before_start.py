"""What is tapped before the start: the patient's answers, the second reading of the pump."""

from typing import Any

from django import forms

from infusions.forms.chart import ActForm, one_of, words
from infusions.forms.ledger import WitnessFields
from infusions.rules.before_start import PAIN_MOST, Answers
from infusions.states import Function
from scheduling.forms.numbers import NumberField

SCALE = [(number, str(number)) for number in range(PAIN_MOST + 1)]


class IntakeForm(ActForm):
    """Nothing is filled in: what was said before stands beside the questions."""

    pain_now = one_of(SCALE, "Pain now", required=False, columns=11)
    pain_average = one_of(SCALE, "Pain on average, over the last week", required=False, columns=11)
    pain_worst = one_of(SCALE, "Pain at its worst, over the last week", required=False, columns=11)
    function = one_of(Function.choices, "Functional status in daily life", required=False)
    function_note = words("Note on it")
    no_analgesics = forms.BooleanField(label="Takes no analgesics", required=False)
    analgesics = forms.CharField(
        label="Analgesics, one a line, with dose and last intake",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def answers(self) -> Answers:
        data = self.cleaned_data
        pain = {
            name: int(data[name]) if data[name] else None for name in ("pain_now", "pain_average", "pain_worst")
        }
        lines = [line.strip() for line in data["analgesics"].splitlines() if line.strip()]
        return Answers(
            **pain,
            function=data["function"],
            analgesics="\n".join(lines),
            no_analgesics=data["no_analgesics"],
            function_note=data["function_note"].strip(),
        )


class IntakeCorrectForm(IntakeForm):
    reason = words("Why it is corrected")


class SecondPumpForm(WitnessFields, ActForm):
    """The second person reads the pump; the first reading is nowhere on this sheet."""

    rate_ml_per_h = NumberField(label="Rate on the pump, mL/h", places=1, digits=5)
    volume_ml = NumberField(label="Volume to be infused on the pump, mL", places=2, digits=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["witness_username"].label = "Own user name"
        self.fields["witness_password"].label = "Own password"

    field_order = [
        "key",
        "device_at",
        "clock_offset_ms",
        "rate_ml_per_h",
        "volume_ml",
        "witness_username",
        "witness_password",
    ]
