"""Forms of sequences and their visits."""

from datetime import date
from typing import Any

from django import forms

from scheduling.models import Sequence, Visit
from scheduling.rules.holds import BOOKABLE
from scheduling.states import MissedReason, SequenceState, TransportKind, VisitState


class BookForm(forms.Form):
    """One offer: "2026-10-05 545", first day and minute, and how it is booked."""

    start = forms.CharField(max_length=20)
    booked_as = forms.ChoiceField(choices=[(state, state.label) for state in BOOKABLE], required=False)
    key = forms.CharField(max_length=64, required=False)
    support_person = forms.CharField(max_length=120, required=False)
    support_relationship = forms.CharField(max_length=60, required=False)
    short_consent = forms.BooleanField(required=False)
    protocol = forms.SlugField(max_length=40, required=False)

    def clean_start(self) -> tuple[date, int, int | None]:
        """Return first day, minute, and the key of the group visit that is booked along."""
        day, *numbers = self.cleaned_data["start"].split(" ")
        try:
            minute, group = (*map(int, numbers), None)[:2]
            return date.fromisoformat(day), int(minute or 0), group
        except ValueError as error:
            raise forms.ValidationError("Choose one of the offers.") from error

    @property
    def group(self) -> int | None:
        return self.cleaned_data["start"][2] if self.is_valid() else None

    def facts(self) -> dict[str, Any]:
        """Return the arguments of ``book_sequence`` beside the group visit and who books."""
        data = self.cleaned_data
        first_day, minute, _ = data["start"]
        return {
            "first_day": first_day,
            "start_minute": minute,
            "state": data["booked_as"] or SequenceState.CONFIRMED,
            "support_person": data["support_person"],
            "support_relationship": data["support_relationship"],
            "key": data["key"],
            "short_consent": data["short_consent"],
            "protocol": data["protocol"] or None,
        }


class DriverForm(forms.Form):
    """Who drives the patient home, on which days."""

    days = forms.ModelMultipleChoiceField(
        Visit.objects.none(), label="Days", widget=forms.CheckboxSelectMultiple, required=False
    )
    name = forms.CharField(label="Driver's full name", max_length=120, required=False)
    relationship = forms.CharField(
        label="How the driver knows the patient",
        max_length=60,
        required=False,
        help_text="Mother, neighbour, friend.",
    )
    phone = forms.CharField(
        label="Phone on the day",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    transport = forms.ChoiceField(
        label="Way home",
        choices=[("", "Choose"), *TransportKind.choices],
        required=False,
        help_text="Rideshare, taxi, public transport and driving oneself are refused.",
    )

    def __init__(self, *args: Any, sequence: Sequence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visits = Visit.objects.filter(sequence=sequence, state__in=[VisitState.BOOKED, VisitState.ARRIVED])
        days = self.fields["days"]
        days.queryset = visits.select_related("site").order_by("day_index")  # type: ignore[attr-defined]
        days.label_from_instance = day_words  # type: ignore[attr-defined]

    @staticmethod
    def initial_for(sequence: Sequence) -> dict[str, Any]:
        """All days to come; the driver named last, so that a change is a small one."""
        visits = list(
            sequence.visits.filter(state__in=[VisitState.BOOKED, VisitState.ARRIVED]).order_by("day_index")
        )
        open_days = [visit.pk for visit in visits if not visit.driver_named] or [visit.pk for visit in visits]
        known = next((visit for visit in reversed(visits) if visit.driver_named), None)
        if known is None:
            return {"days": open_days}
        return {
            "days": open_days,
            "name": known.driver_name,
            "relationship": known.driver_relationship,
            "phone": known.driver_phone,
            "transport": known.driver_transport,
        }

    def driver(self) -> dict[str, Any]:
        """Return the arguments of ``name_driver``."""
        data = dict(self.cleaned_data)
        return {"visits": data.pop("days"), **data}


def day_words(visit: Visit) -> str:
    """Return "Day 3, Wed 16 Sep: Marta Quist" or "…: nobody yet"."""
    day = f"{visit.date:%a} {visit.date.day} {visit.date:%b}"
    return f"Day {visit.day_index}, {day}: {visit.driver_name or 'nobody yet'}"


class ReasonForm(forms.Form):
    """Why a day is missed, or a sequence ends."""

    reason = forms.ChoiceField(choices=MissedReason.choices, widget=forms.RadioSelect, required=False)
    note = forms.CharField(label="Note", max_length=200, required=False)
