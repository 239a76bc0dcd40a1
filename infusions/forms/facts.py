"""What is typed of a fact at the chair: what, and when it happened where that is not now."""

from datetime import datetime
from typing import Any

from django import forms

from infusions.forms.chart import ActForm, one_of, words
from infusions.forms.vitals import moment_of
from infusions.states import Intervention, Severity, SideEffect, StopReason
from kitclinic.models import StaffUser
from scheduling.forms.numbers import NumberField


class FactForm(ActForm):
    """A fact is dated now, or at the time that was typed; a day besides only once the visit is over."""

    happened_at = forms.TimeField(
        label="When, if earlier than now",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "type the time as 10:14."},
    )
    happened_on = forms.DateField(
        label="On which day, if not today", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("happened_on") and found.get("happened_at") is None and "happened_at" not in self.errors:
            self.add_error("happened_at", "type the time as well.")
        return found

    def occurred_at(self, at: datetime) -> datetime:
        """When it happened; ``at`` where nothing was typed."""
        day, typed = self.cleaned_data["happened_on"], self.cleaned_data["happened_at"]
        if day is not None and typed is not None:
            return self.site.instant(day, typed.hour * 60 + typed.minute)
        return moment_of(self.site, typed, at) if typed is not None else at


class SideEffectForm(FactForm):
    symptom = one_of(SideEffect.choices, "Side effect")
    severity = one_of(Severity.choices, "How strong")
    note = words("In words (needed for Other)")
    field_order = ["key", "symptom", "severity", "note", "happened_at", "happened_on"]


class InterventionForm(FactForm):
    what = one_of(Intervention.choices, "What was done")
    note = words("In words: litres, volume, drug and dose")
    field_order = ["key", "what", "note", "happened_at", "happened_on"]


class CallForm(FactForm):
    provider = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Who was called", widget=forms.RadioSelect, empty_label=None
    )
    note = words("Why, and what was said")
    field_order = ["key", "provider", "note", "happened_at", "happened_on"]


class AnsweredForm(FactForm):
    provider = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Who", widget=forms.RadioSelect, empty_label=None
    )
    came = one_of((("yes", "Came to the chair"), ("no", "Answered by phone")), "How")
    note = words("The reply (needed on the phone)")
    field_order = ["key", "provider", "came", "note", "happened_at", "happened_on"]


class TeamForm(FactForm):
    who = words("Who leads it", most=120)
    note = words("What happened, and what they found", most=300)
    field_order = ["key", "who", "note", "happened_at", "happened_on"]


class MissedForm(FactForm):
    """A stop or a pause that was not charted when it happened."""

    kind = one_of((("stopped", "The infusion was stopped"), ("paused", "The infusion was paused")), "What")
    reason = one_of(StopReason.choices, "Why it was stopped", required=False)
    note = words("In words")
    field_order = ["key", "kind", "happened_at", "happened_on", "reason", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_at"].required = True
        self.fields["happened_at"].label = "When it happened"


class StrikeForm(ActForm):
    event = forms.IntegerField(widget=forms.HiddenInput)
    reason = words("Why it is struck out", required=True)


class StopReasonForm(ActForm):
    """Why it was stopped; which side effect, where that is why."""

    reason = one_of(StopReason.choices, "Why it was stopped")
    symptom = one_of(SideEffect.choices, "Which side effect, if it is not charted yet", required=False)
    severity = one_of(Severity.choices, "How strong it was", required=False)
    infused_ml = NumberField(label="Volume infused, off the pump, mL", places=2, digits=4, required=False)
    note = words("Note (names a side effect called Other)")
