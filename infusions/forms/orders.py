"""Forms around an order: signing, drafting, and the acts that need a reason."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from infusions.actions import UnmeasuredWeight
from infusions.models import Formulary, Order
from infusions.queries.order_new import Choices, medication_before
from infusions.queries.orders import contraindication_of
from infusions.states import FillMode, OndansetronContraindication
from kitclinic.display import in_sentence, show
from scheduling.forms.numbers import ScaleField
from scheduling.models import Sequence
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.numbers import BLANKS
from scheduling.states import WeightSource

UNMEASURED = (WeightSource.CARRIED_FORWARD, WeightSource.STATED, WeightSource.ESTIMATED)
SOURCES = [
    (WeightSource.MEASURED.value, "Measured"),
    *((source.value, str(source.label)) for source in UNMEASURED),
]


def one_a_line(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text="One a line; empty for none.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )


def _password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"})
    missing = "Type your password. Nothing was signed."
    return forms.CharField(
        label="Your password, again", widget=widget, strip=False, error_messages={"required": missing}
    )


def _reason(label: str, longest: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, error_messages={"required": "Give the reason in a few words."}
    )


class SignForm(forms.Form):
    """The password again, and the digest of the text that stood on the page."""

    shown_digest = forms.CharField(widget=forms.HiddenInput, min_length=64, max_length=64)
    password = _password()


class ReleaseForm(SignForm):
    reason = _reason("Why the signed dose stands")
    field_order = ["shown_digest", "reason", "password"]


class ReasonForm(forms.Form):
    """Why an order is held, returned or discontinued."""

    reason = _reason("Reason")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].widget.attrs["autofocus"] = True  # where it is used, a dialog opens on it


class DraftForm(forms.Form):
    """What a prescriber may choose in a draft; the dose is not among it."""

    reason = _reason("Why a new version", 300)
    weight_source = forms.ChoiceField(choices=SOURCES, required=False)
    weight_kg = ScaleField(label="Weight in kg", required=False)
    again_kg = ScaleField(label="The same weight, typed once more", required=False)
    weight_reason = forms.CharField(
        label="Why this weight, and why it is right",
        help_text="Stands in the text you sign.",
        max_length=200,
        required=False,
    )
    strength = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    bag_ml = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    fill = forms.ChoiceField(
        choices=[(mode.value, str(mode.label).capitalize()) for mode in FillMode], required=False
    )
    preparation_reason = forms.CharField(
        label="Why this preparation all the same",
        help_text="Stands in the text you sign.",
        max_length=200,
        required=False,
    )
    no_ondansetron = forms.ChoiceField(
        label="8 mg IV before the start, and exactly once more as needed",
        choices=[
            ("none", "Ordered"),
            *[
                (value, f"Left out: {in_sentence(label)}")
                for value, label in OndansetronContraindication.choices
                if value != OndansetronContraindication.NONE
            ],
        ],
        required=False,
    )
    no_ondansetron_note = forms.CharField(
        label="Why it is left out, or ordered all the same",
        help_text="Needed when something speaks against it.",
        max_length=120,
        required=False,
    )
    psychotropics = one_a_line("Psychotropic medication")
    antihypertensives = one_a_line("Antihypertensive medication")
    medication_noted = forms.BooleanField(
        label="I have read both lists; what stands there is what the patient takes now.", required=False
    )
    driver_plan = forms.CharField(
        label="Plan for the way home",
        help_text="Who drives, or how that will be settled. A named driver stands in the order too.",
        max_length=200,
        required=False,
    )
    allergy_reason = forms.CharField(
        label="Why ketamine is ordered in spite of a recorded allergy", max_length=200, required=False
    )
    note = forms.CharField(label="Note", help_text="Stands in the text you sign.", max_length=300, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        first: bool,
        strengths: Iterable[int] = (),
        bags: Iterable[int] = (),
        **more: Any,
    ) -> None:
        """first: whether there is no version yet that this one replaces; strengths, bags: of the formulary."""
        super().__init__(data, **more)
        self.posted = data or QueryDict()
        self._offer("strength", [(str(value), show(value, "mg/mL")) for value in strengths])
        self._offer("bag_ml", [(str(value), show(value, "mL")) for value in bags])
        if first:
            del self.fields["reason"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("weight_source") in UNMEASURED:
            if given.get("weight_kg") is None and "weight_kg" not in self.errors:
                self.add_error("weight_kg", "Type the weight in kg, such as 82.5.")
            if not given.get("weight_reason"):
                self.add_error("weight_reason", "Say why a weight that was not measured is used.")
        else:  # the fields of another weight are not shown, so nothing in them counts
            for name in ("weight_kg", "again_kg"):
                self.errors.pop(name, None)
                given[name] = None
        return given

    @property
    def unread_weight(self) -> str:
        """Why the typed weight cannot be read, as the field itself says it; "" where nothing was typed."""
        typed = str(self["weight_kg"].value() or "").strip(BLANKS)
        return str(next(iter(self.errors.get("weight_kg", ())), "")) if typed else ""

    def now(self) -> Choices:
        """What stands in the form, as far as it can be read; of an empty form, what it begins with."""
        read = self.cleaned_data if self.is_bound else self.initial
        return Choices(**{name: value for name, value in read.items() if value not in (None, "")})

    def choices(self) -> dict[str, Any]:
        """The answers as ``draft_order`` takes them, with what was confirmed and why."""
        given = dict(self.cleaned_data)
        given.pop("reason", None)
        source, kg, again = given.pop("weight_source"), given.pop("weight_kg"), given.pop("again_kg")
        if source in UNMEASURED:
            given["unmeasured"] = UnmeasuredWeight(kg, source, given.pop("weight_reason"), again)
        else:
            del given["weight_reason"]
        for name in ("psychotropics", "antihypertensives"):
            if name not in self.posted:  # one tap with the defaults: what is known already
                given[name] = None
        return given | self._confirmed(given["preparation_reason"])

    def _confirmed(self, typed: str) -> dict[str, Any]:
        """The questions that were answered: in the field of the page, or beside the refusal."""
        confirmed = self.posted.getlist("confirmed")
        reasons = [typed, *(self.posted.get(f"reason_{rule}", "").strip()[:200] for rule in confirmed)]
        why = "; ".join(dict.fromkeys(reason for reason in reasons if reason))[:200]
        return {"confirmed": frozenset(confirmed), "preparation_reason": why}


def draft_initial(old: Order | None, sequence: Sequence, formulary: Formulary, strength: int) -> dict[str, Any]:
    """What the page begins with: the usual preparation, what is known, or what the version before says.

    The tick is never taken over: medication is read again for each version.
    """
    eligibility = latest_eligibility(sequence.patient)
    psychotropics, antihypertensives = medication_before(sequence, eligibility)
    known = {
        "weight_source": WeightSource.MEASURED,
        "strength": strength,
        "bag_ml": formulary.bag_ml,
        "fill": formulary.fill,
        "no_ondansetron": str(contraindication_of(eligibility)),
        "no_ondansetron_note": eligibility.ondansetron_other if eligibility else "",
        "psychotropics": psychotropics,
        "antihypertensives": antihypertensives,
    }
    kept = ("bag_ml", "fill", "no_ondansetron", "no_ondansetron_note", "driver_plan", "allergy_reason", "note")
    return known | ({name: getattr(old, name) for name in kept} if old else {})
