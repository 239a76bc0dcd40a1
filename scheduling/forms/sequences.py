"""Forms of sequences and their visits."""

from datetime import date, time
from typing import Any

from django import forms

from scheduling.forms.suite import minute_of
from scheduling.models import Sequence, Visit
from scheduling.rules.wishes import Wish
from scheduling.states import MissedReason, TransportKind, VisitState


class WishForm(forms.Form):
    """What the patient asks for; everything may be left open, and nonsense counts as left open."""

    earliest = forms.DateField(required=False)
    time = forms.TimeField(required=False)

    def wish(self) -> Wish:
        """Return the wish as the rules read it."""
        self.is_valid()
        wanted: time | None = self.cleaned_data.get("time")
        return Wish(self.cleaned_data.get("earliest"), minute_of(wanted) if wanted else None)


class BookForm(forms.Form):
    """One offer: "2026-10-05 545", first day and minute."""

    start = forms.CharField(max_length=20)

    def clean_start(self) -> tuple[date, int]:
        day, _, minute = self.cleaned_data["start"].partition(" ")
        try:
            return date.fromisoformat(day), int(minute)
        except ValueError as error:
            raise forms.ValidationError("Choose one of the offers.") from error


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
