"""Forms of the settings: hours and chairs, lengths of a visit, booking, training."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms

from kitclinic.display import show
from kitclinic.models import Site
from scheduling.actions import BookingSettings
from scheduling.forms.group_plans import WEEKDAYS
from scheduling.forms.numbers import NumberField, WholeField
from scheduling.forms.patients import date_field
from scheduling.forms.staffing import time_field, time_of
from scheduling.forms.suite import minute_of
from scheduling.queries.protocols import Choice
from scheduling.rules.booking_settings import CONFIRM_DAYS, HOLD_MINUTES, OFFER_HOURS
from scheduling.rules.capacity import Lengths, Span
from scheduling.rules.protocols import PUBLISHED, STANDARD, Ordered

PHASES = ("iv", "infusion", "observation", "cleaning")
ORDERED = ("mg_per_kg", "days", "vitals_minutes", "change_percent")
NEW = "+"  # no slug: a protocol that is not there yet


class HoursForm(forms.Form):
    """Opening hours of each day of the week; a day left empty keeps the usual hours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, weekday in enumerate(WEEKDAYS):
            self.fields[f"opens_{number}"] = time_field(label=f"{weekday} opens", required=False)
            self.fields[f"closes_{number}"] = time_field(label=f"{weekday} closes", required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for number in range(len(WEEKDAYS)):
            if bool(found.get(f"opens_{number}")) != bool(found.get(f"closes_{number}")):
                self.add_error(f"closes_{number}", "Say when the suite opens and when it closes, or neither.")
        return found

    @property
    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [
            (weekday, self[f"opens_{number}"], self[f"closes_{number}"]) for number, weekday in enumerate(WEEKDAYS)
        ]

    @staticmethod
    def initial_of(hours: dict[int, Span]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for weekday, (opens, closes) in hours.items():
            found |= {f"opens_{weekday}": time_of(opens), f"closes_{weekday}": time_of(closes)}
        return found

    def hours(self) -> dict[int, Span | None]:
        """Minutes by weekday; None keeps the usual hours."""
        data = self.cleaned_data
        return {
            number: (minute_of(data[f"opens_{number}"]), minute_of(data[f"closes_{number}"]))
            if data[f"opens_{number}"]
            else None
            for number in range(len(WEEKDAYS))
        }


class ChairForm(forms.Form):
    """A chair goes out of service."""

    chair = forms.TypedChoiceField(coerce=int)
    first_day = date_field(label="Out from")
    last_day = date_field(
        label="Last day out", required=False, help_text="Leave it empty until you know when it is back."
    )
    because = forms.CharField(label="Why", max_length=120)

    def __init__(self, *args: Any, chairs: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [("", "Choose a chair"), *((number, f"Chair {number}") for number in range(1, chairs + 1))]
        self.fields["chair"].choices = numbers  # type: ignore[attr-defined]


class ReturnForm(forms.Form):
    """The last day on which a chair is out."""

    last_day = date_field(label="Last day out")


class ProtocolForm(forms.Form):
    """A new version of a protocol, or a new protocol: what it orders and how long it takes, from a day on.

    What is ordered and left empty is as published.
    """

    protocol = forms.ChoiceField(label="Of", required=False)
    name = forms.CharField(
        max_length=80, help_text="Such as “Longer observation”. Of a new protocol: what it will be called."
    )
    mg_per_kg = NumberField(label="Ketamine, mg/kg", places=2, digits=1, required=False)
    days = WholeField(label="Days in a row", required=False)
    vitals_minutes = WholeField(label="Vital signs every, min", required=False)
    change_percent = WholeField(
        label="Flag above, %", required=False, help_text="Strictly more than this change flags."
    )
    iv = forms.IntegerField(label="IV and premedication, min", min_value=1)
    infusion = forms.IntegerField(label="Infusion, min", min_value=1)
    observation = forms.IntegerField(label="Observation, min", min_value=1)
    cleaning = forms.IntegerField(label="Cleaning, min", min_value=0)
    valid_from = date_field(
        label="For sequences that begin on or after", help_text="What is booked already keeps its own lengths."
    )
    because = forms.CharField(label="Why", max_length=200)

    def __init__(self, *args: Any, choices: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.slug, f"{one.name}: a new version") for one in choices]
        self.fields["protocol"].choices = [*known, (NEW, "A new protocol")]  # type: ignore[attr-defined]

    def lengths(self) -> Lengths:
        return Lengths(*(self.cleaned_data[phase] for phase in PHASES))

    def facts(self) -> dict[str, Any]:
        """Return the arguments of ``write_protocol`` beside the site and who writes."""
        data = self.cleaned_data
        given = {name: data[name] for name in ORDERED if data[name] is not None}
        slug = data["protocol"] or STANDARD
        return {
            "name": data["name"],
            "valid_from": data["valid_from"],
            "because": data["because"],
            "lengths": self.lengths(),
            "ordered": replace(PUBLISHED, **given),
            "protocol": None if slug == NEW else slug,
        }

    @staticmethod
    def initial_of(lengths: Lengths, ordered: Ordered) -> dict[str, Any]:
        numbers = {name: getattr(ordered, name) for name in ORDERED}
        return (
            {phase: getattr(lengths, phase) for phase in PHASES} | numbers | {"mg_per_kg": show(ordered.mg_per_kg)}
        )


class BookingForm(forms.Form):
    """The numbers that booking and messages go by."""

    daily_cap = forms.IntegerField(
        label="Visits a day at most",
        min_value=1,
        required=False,
        help_text="Of days opened from now on; each day can have its own. Empty: as many as fit.",
    )
    hold_minutes = forms.IntegerField(
        label="A hold lasts, minutes", min_value=HOLD_MINUTES[0], max_value=HOLD_MINUTES[1]
    )
    offer_hours = forms.IntegerField(
        label="Time to answer an offer, hours", min_value=OFFER_HOURS[0], max_value=OFFER_HOURS[1]
    )
    confirm_days = forms.IntegerField(
        label="A tentative time is confirmed, days before", min_value=CONFIRM_DAYS[0], max_value=CONFIRM_DAYS[1]
    )
    quiet_from = time_field(label="No messages from")
    quiet_to = time_field(label="until")
    driver_deadline = time_field(
        label="No driver by", help_text="The clinic day before; then a task asks somebody to call."
    )

    @staticmethod
    def initial_of(site: Site) -> dict[str, Any]:
        plain = {
            name: getattr(site, name) for name in ("daily_cap", "hold_minutes", "offer_hours", "confirm_days")
        }
        return plain | {
            name: time_of(getattr(site, f"{name}_minute"))
            for name in ("quiet_from", "quiet_to", "driver_deadline")
        }

    def settings(self) -> BookingSettings:
        data = dict(self.cleaned_data)
        clocks = {
            f"{name}_minute": minute_of(data.pop(name)) for name in ("quiet_from", "quiet_to", "driver_deadline")
        }
        return BookingSettings(**data, **clocks)
