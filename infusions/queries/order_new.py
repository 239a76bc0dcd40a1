"""What is known before an order is written: the weight, and what 0.5 mg/kg of it makes."""

from dataclasses import dataclass
from decimal import Decimal

from infusions.models import Formulary, Order
from infusions.queries.formulary import strengths_in_use
from infusions.queries.orders import against_ondansetron, formulary_of
from infusions.rules.dosing import Preparation, dose_mg, preparation_problems, prepare
from infusions.states import FillMode
from kitclinic.problems import Problem
from scheduling.models import Eligibility, Sequence, Visit, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight


@dataclass(frozen=True, slots=True)
class DraftPage:
    """weight, made: None while nobody has weighed the patient; problems: questions about the preparation."""

    weight: Weight | None
    made: Preparation | None
    formulary: Formulary
    eligibility: Eligibility | None
    against: str
    visit: Visit | None
    problems: tuple[Problem, ...]


def draft_page(sequence: Sequence) -> DraftPage:
    """Collect what the page of a new order shows; five queries."""
    eligibility, weight = latest_eligibility(sequence.patient), latest_weight(sequence.patient)
    formulary = formulary_of(sequence.site)
    made = _made(formulary, weight)
    return DraftPage(
        weight=weight,
        made=made,
        formulary=formulary,
        eligibility=eligibility,
        against=against_ondansetron(eligibility),
        visit=sequence.visits.select_related("site").order_by("date").first(),
        problems=tuple(preparation_problems(made)) if made else (),
    )


def _made(formulary: Formulary, weight: Weight | None) -> Preparation | None:
    if weight is None:
        return None
    return prepare(
        dose_mg=dose_mg(weight.weight_kg),
        strength_mg_per_ml=Decimal(formulary.strength_mg_per_ml),
        bag_ml=Decimal(formulary.bag_ml),
        fill=FillMode(formulary.fill),
    )


def strengths_to_choose(formulary: Formulary) -> tuple[int, ...]:
    """Strengths of the vials in use, in mg/mL, weakest first; the usual one where no vial was entered yet."""
    return tuple(strengths_in_use(formulary.site)) or (formulary.strength_mg_per_ml,)


def usual_strength(formulary: Formulary, strengths: tuple[int, ...]) -> int:
    """The clinic's usual strength, or the weakest in use where that one is not."""
    usual = formulary.strength_mg_per_ml
    return usual if usual in strengths else strengths[0]


def antihypertensives_before(sequence: Sequence) -> str:
    """What the patient's newest order noted, one a line; "" for a first one."""
    rows = Order.objects.filter(site=sequence.site_id, sequence__patient=sequence.patient_id)
    newest = rows.order_by("-drafted_at", "-pk").values_list("antihypertensives", flat=True).first()
    return newest or ""
