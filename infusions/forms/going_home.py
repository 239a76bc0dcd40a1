"""What is typed on the way home. Forms read; whether it may be is asked of the rules, by the actions."""

from datetime import datetime, time, timedelta

from django import forms

from infusions.forms.chart import ActForm, one_of, some_of, words
from kitclinic.models import Site, StaffUser
from scheduling.rules.drivers import Driver
from scheduling.states import TransportKind

OTHER = "other"  # a language that is none of those on offer


def clinic_moment(typed: time | None, *, site: Site, at: datetime) -> datetime | None:
    """The clinic's time that was typed, today or just before midnight; None where nothing was."""
    if typed is None:
        return None
    moment = site.instant(site.today(at), typed.hour * 60 + typed.minute)
    return moment - timedelta(days=1) if moment - at > timedelta(hours=12) else moment


class DischargeForm(ActForm):
    """Everything may be missing here: the rule lists all of it at once."""

    checks = some_of(
        (
            ("alert_and_steady", "Alert and steady"),
            ("nausea_controlled", "Nausea controlled"),
            ("iv_out", "IV line out"),
        ),
        "Checked by you",
    )
    instructions = words("Instructions for home given in", most=40)
    instructions_other = words("Another language", most=40)
    name = words("Driver, full name", most=120)
    relationship = words("Relationship", most=60)
    phone = words("Phone", most=30)
    transport = one_of(TransportKind.choices, "Way home", required=False)
    seen = forms.BooleanField(label="I have seen this driver here", required=False)

    @property
    def language(self) -> str:
        chosen: str = self.cleaned_data["instructions"]
        other: str = self.cleaned_data["instructions_other"]
        return other if chosen in ("", OTHER) else chosen

    @property
    def ticked(self) -> frozenset[str]:
        """The checks of the rule; a language tapped says that instructions were given."""
        given = {"instructions_given"} if self.cleaned_data["instructions"] or self.language else set()
        return frozenset({*self.cleaned_data["checks"], *given})

    def driver(self, *, seen_by: str) -> Driver:
        data = self.cleaned_data
        seen = seen_by if data["seen"] else ""
        return Driver(data["transport"], data["name"], data["relationship"], data["phone"], seen)


class LeaveForm(ActForm):
    reason = words("Why the patient leaves now")
    provider = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Provider who was told", required=False, empty_label="Nobody yet"
    )
    told_at = forms.TimeField(
        label="Told at, if not just now", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    reply = words("What the provider said")
    going = words("How the patient goes home", most=120)
