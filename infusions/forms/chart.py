"""What is typed at the chair. Forms read; whether it may be is asked of the rules, by the actions."""

from typing import Any

from django import forms

from infusions.rules.before_start import ATTEMPTS_MOST, GAUGES
from infusions.states import Identifier, IvSide, IvSite, PauseReason, PregnancyResult
from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission
from scheduling.forms.numbers import NumberField, ScaleField
from scheduling.states import MissedReason, TransportKind

MOST_MS = 2**31 - 1  # 24 days; a tablet whose clock is further off says so by device_at alone
NURSES = [role for role, permissions in ROLES.items() if Permission.CHART in permissions]
PROVIDERS = [role for role, permissions in ROLES.items() if Permission.CLEAR_FOR_START in permissions]


class Taps(forms.ChoiceField):
    """Choices as buttons; columns: how many stand side by side."""

    columns = 3


def one_of(choices: Any, label: str, *, required: bool = True, columns: int = 3) -> Taps:
    """One tap, nothing chosen before it."""
    field = Taps(choices=choices, widget=forms.RadioSelect, label=label, required=required)
    field.columns = columns
    return field


def some_of(choices: Any, label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, label=label, required=False
    )


def words(label: str, *, required: bool = False, most: int = 200) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=most)


class ActForm(forms.Form):
    """Every act carries the key that makes it happen once; the site limits what can be chosen."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    device_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)  # the tablet's clock
    clock_offset_ms = forms.IntegerField(widget=forms.HiddenInput, required=False)  # tablet minus server

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        for name, roles in (("nurse", NURSES), ("provider", PROVIDERS)):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                people = StaffUser.objects.at(site, roles=roles)
                field.queryset = people.order_by("name")

    def clean_clock_offset_ms(self) -> int | None:
        """A clock of 1969 is off by more than the column holds; such a tablet's act is taken all the same."""
        offset: int | None = self.cleaned_data["clock_offset_ms"]
        return None if offset is not None and abs(offset) > MOST_MS else offset

    @property
    def confirmed(self) -> frozenset[str]:
        """Rule ids that were confirmed beside the list of problems."""
        data: Any = self.data
        return frozenset(data.getlist("confirmed")) if hasattr(data, "getlist") else frozenset()


class IvForm(ActForm):
    """Where the line is; the same words where no attempt placed one."""

    placed = one_of((("yes", "The line is in"), ("no", "Not placed")), "Result", columns=2)
    side = one_of(IvSide.choices, "Side", columns=2)
    site_of_line = one_of(IvSite.choices, "Site")
    gauge = one_of([(number, f"{number} G") for number in GAUGES], "Gauge", columns=4)
    attempts = one_of([(number, str(number)) for number in range(1, ATTEMPTS_MOST + 1)], "Attempts", columns=9)
    note = words("Note")

    @property
    def detail(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "site": data["site_of_line"],
            "side": data["side"],
            "gauge": int(data["gauge"]),
            "attempts": int(data["attempts"]),
        }


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


class HandOverForm(ActForm):
    """To whom, nobody chosen before; ``offer`` gives the choices their words and order."""

    nurse = forms.ModelChoiceField(
        StaffUser.objects.none(),
        label="To",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Tap the nurse who takes the patient. Nobody was handed over."},
    )
    note = words("What the next nurse needs to know", most=300)

    def offer(self, choices: list[tuple[int, str]]) -> None:
        field = self.fields["nurse"]
        assert isinstance(field, forms.ModelChoiceField)
        field.choices = choices


class NotStartedForm(ActForm):
    reason = one_of(MissedReason.choices, "Why it is not started today")
    note = words("Note")


class DriverForm(ActForm):
    name = words("Full name", most=120)
    relationship = words("Relationship", most=60)
    phone = words("Phone", most=30)
    transport = one_of(TransportKind.choices, "Way home")
