"""What stands at the right of the queue: what is still to settle and where, and the text of a co-signature."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from infusions.models import Order, VerbalOrder
from infusions.queries.order_sheet import FINGERPRINT, spaced
from infusions.queries.verbal import cosign_text_of
from kitclinic import signing
from kitclinic.problems import Problem

IN_DRAFT = frozenset(
    "weight dose_mg weight_reason allergy_reason preparation_reason medication_noted driver_plan contraindication "
    "contraindication_reason".split()
)


@dataclass(frozen=True, slots=True)
class ToSettle:
    """One thing that is missing before the signature, and where it is settled. url: "" where nothing leads on."""

    problem: Problem
    url: str
    label: str


def settle(order: Order, problems: Iterable[Problem]) -> list[ToSettle]:
    """Return what is missing, each with the page on which it is recorded."""
    return [ToSettle(problem, *_where(order, problem.field)) for problem in problems]


def _where(order: Order, field: str) -> tuple[str, str]:
    patient = order.sequence.patient_id
    if not field:
        return "", ""
    if field in IN_DRAFT:
        return reverse("infusions:order_new", args=[order.sequence_id]), "Change the draft"
    if field == "consent":
        return reverse("scheduling:consent", args=[patient]), "Record the consent"
    if field == "sma_cleared":
        return reverse("scheduling:patient", args=[patient]), "To the patient"
    return reverse("scheduling:eligibility", args=[patient]), "Record it in the assessment"


@dataclass(frozen=True, slots=True)
class CoSignSheet:
    """A verbal order as its prescriber signs it. disputes: in the text; digest: of that text."""

    verbal: VerbalOrder
    text: str
    digest: str
    disputes: str

    @property
    def fingerprint(self) -> str:
        return spaced(self.digest[:FINGERPRINT])


def cosign_sheet(verbal: VerbalOrder, *, disputes: str = "") -> CoSignSheet:
    text = cosign_text_of(verbal, disputes=disputes)
    return CoSignSheet(verbal, text, signing.digest(text), disputes)
