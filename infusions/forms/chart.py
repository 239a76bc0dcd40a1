"""What is typed at the chair. Forms read; whether it may be is asked of the rules, by the actions."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from infusions.models import VitalSet
from infusions.rules.vitals import NUMBERS, Vitals
from infusions.states import Identifier, PauseReason, PregnancyResult, Rhythm, Severity, Sign, StopReason
from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission
from scheduling.forms.numbers import NumberField, ScaleField, WholeField
from scheduling.states import MissedReason, TransportKind

NURSES = [role for role, permissions in ROLES.items() if Permission.CHART in permissions]
PROVIDERS = [role for role, permissions in ROLES.items() if Permission.CLEAR_FOR_START in permissions]
UNABLE = (
    ("cuff or sensor failed", "Cuff or sensor"),
    ("patient moving", "Patient moving"),
    ("patient declined", "Declined"),
    ("other", "Other"),
)


def one_of(choices: Any, label: str, *, required: bool = True) -> forms.ChoiceField:
    """One tap, nothing chosen before it."""
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, label=label, required=required)


def some_of(choices: Any, label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, label=label, required=False
    )


def words(label: str, *, required: bool = False, most: int = 200) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=most)


class ActForm(forms.Form):
    """Every act carries the key that makes it happen once; the site limits what can be chosen."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        for name, roles in (("nurse", NURSES), ("second", NURSES), ("provider", PROVIDERS)):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                people = StaffUser.objects.filter(site=site, role__in=roles, is_active=True)
                field.queryset = people.order_by("name")

    @property
    def confirmed(self) -> frozenset[str]:
        """Rule ids that were confirmed beside the list of problems."""
        data: Any = self.data
        return frozenset(data.getlist("confirmed")) if hasattr(data, "getlist") else frozenset()


class ArriveForm(ActForm):
    chair = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect, label="Chair")
    nurse = forms.ModelChoiceField(StaffUser.objects.none(), label="Nurse", empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["chair"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(number, str(number)) for number in range(1, self.site.chairs + 1)]


class WeighForm(ActForm):
    weight_kg = ScaleField(label="Weight in kg, off the scale")
    again_kg = ScaleField(label="Read the scale again (only if asked)", required=False)
    reason = words("Why this weight is right (only if asked)")


class IdentityForm(ActForm):
    identifiers = some_of(Identifier.choices, "The patient said")


class PremedForm(ActForm):
    given = one_of((("yes", "Given, 8 mg IV"), ("no", "Not given")), "Ondansetron before the start")
    note = words("Why not (only if not given)")


class PregnancyForm(ActForm):
    result = one_of(PregnancyResult.choices, "Result")
    method = one_of((("urine", "Urine"), ("serum", "Serum")), "Test")
    lot = words("Lot number", most=40)


class PumpForm(ActForm):
    rate_ml_per_h = NumberField(label="Rate on the pump, mL/h", places=1, digits=5)
    volume_ml = NumberField(label="Volume to be infused on the pump, mL", places=2, digits=4)
    second = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Second nurse who read the pump", required=False, empty_label="Nobody"
    )


class SideEffectForm(ActForm):
    symptom = one_of(VitalSet.Symptom.choices, "Side effect")
    severity = one_of(Severity.choices, "How strong")
    note = words("Note")


class CallForm(ActForm):
    provider = forms.ModelChoiceField(StaffUser.objects.none(), label="Who was called", empty_label=None)
    team = forms.BooleanField(label="The emergency team was called too", required=False)
    note = words("What was said")


class NoteForm(ActForm):
    """An act with nothing but an optional note."""

    note = words("Note")


class AssessmentForm(ActForm):
    assessment = words("What you assessed", required=True, most=300)


class ResumeForm(ActForm):
    reason = one_of(PauseReason.choices, "Why it was paused", required=False)
    note = words("Note")


class DeliveredForm(ActForm):
    infused_ml = NumberField(label="Volume infused, off the pump, mL", places=2, digits=4)


class StopReasonForm(ActForm):
    reason = one_of(StopReason.choices, "Why it was stopped")
    infused_ml = NumberField(label="Volume infused, off the pump, mL", places=2, digits=4, required=False)
    note = words("Note")


class HandOverForm(ActForm):
    nurse = forms.ModelChoiceField(StaffUser.objects.none(), label="To", empty_label=None)


class NotStartedForm(ActForm):
    reason = one_of(MissedReason.choices, "Why it is not started today")
    note = words("Note")


class AcknowledgeForm(ActForm):
    symptomatic = one_of((("no", "No symptoms"), ("yes", "Symptoms")), "The patient has")
    action = words("What was done")
    provider_notified = words("Provider who was told", most=120)
    provider_reply = words("The provider's reply")


class DriverForm(ActForm):
    name = words("Full name", most=120)
    relationship = words("Relationship", most=60)
    phone = words("Phone", most=30)
    transport = one_of(TransportKind.choices, "Way home")


class DischargeForm(ActForm):
    checks = some_of(
        (
            ("alert_and_steady", "Alert and steady"),
            ("nausea_controlled", "Nausea controlled"),
            ("iv_out", "IV line out"),
            ("instructions_given", "Instructions given"),
        ),
        "Checked",
    )
    name = words("Driver, full name", most=120)
    relationship = words("Relationship", most=60)
    phone = words("Phone", most=30)
    transport = one_of(TransportKind.choices, "Way home", required=False)
    seen = forms.BooleanField(label="I have seen this driver here", required=False)


class LeaveForm(ActForm):
    reason = words("Why the patient leaves now")
    provider = forms.ModelChoiceField(
        StaffUser.objects.none(), label="Provider who was told", required=False, empty_label="Nobody yet"
    )


class VitalsForm(ActForm):
    """One set off the keypad. Numbers may be missing here; the rule says which and why that stops."""

    sbp = WholeField(required=False)
    dbp = WholeField(required=False)
    hr = WholeField(required=False)
    spo2 = WholeField(required=False)
    rhythm = one_of(Rhythm.choices, "Rhythm", required=False)
    symptoms = some_of([("none", "None"), *VitalSet.Symptom.choices], "Symptoms")
    unable = forms.MultipleChoiceField(choices=[(sign.value, sign.label) for sign in NUMBERS], required=False)
    unable_because = one_of(UNABLE, "Why it could not be obtained", required=False)
    taken_at = forms.TimeField(label="Taken at, if earlier", required=False)
    device_at = forms.DateTimeField(required=False)
    clock_offset_ms = forms.IntegerField(required=False, min_value=-(2**31), max_value=2**31 - 1)

    def clean_symptoms(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["symptoms"]
        if not chosen:
            raise forms.ValidationError("Symptoms are not answered. Tap None, or all that apply.")
        if "none" in chosen and len(chosen) > 1:
            raise forms.ValidationError("None and a symptom are both tapped. Choose one of them.")
        return [word for word in chosen if word != "none"]

    @property
    def reading(self) -> Vitals:
        data = self.cleaned_data
        rhythm = Rhythm(data["rhythm"]) if data["rhythm"] else None
        return Vitals(data["sbp"], data["dbp"], data["hr"], data["spo2"], rhythm)

    @property
    def reasons(self) -> dict[Sign, str]:
        """Why each sign that is missing could not be obtained."""
        because = self.cleaned_data["unable_because"]
        return {Sign(name): because for name in self.cleaned_data["unable"]}

    def occurred_at(self, at: datetime) -> datetime:
        """When it was read: now, or the clinic's time that was typed, today or just before midnight."""
        typed = self.cleaned_data["taken_at"]
        if typed is None:
            return at
        moment = self.site.instant(self.site.today(at), typed.hour * 60 + typed.minute)
        return moment - timedelta(days=1) if moment - at > timedelta(hours=12) else moment


class CorrectForm(VitalsForm):
    vital_set = forms.IntegerField(widget=forms.HiddenInput)
    reason = words("Why it is corrected")
