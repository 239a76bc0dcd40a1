"""What is typed on the way home. Forms read; whether it may be is asked of the rules, by the actions."""

from datetime import datetime

from django import forms

from infusions.forms.chart import ActForm, one_of, some_of, words
from infusions.forms.vitals import VitalsForm, moment_of
from kitclinic.models import StaffUser
from scheduling.rules.drivers import Driver
from scheduling.states import TransportKind

OTHER = "other"  # a language that is none of those on offer


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

    def told(self, at: datetime) -> datetime | None:
        """When the provider was told, by the clinic's clock; None where no time was typed."""
        typed = self.cleaned_data["told_at"]
        return None if typed is None else moment_of(self.site, typed, at)


class LateSetForm(VitalsForm):
    """A set of a visit that is over: without its time it would be dated after the patient had left."""

    taken_at = forms.TimeField(label="Taken at")
