"""What is known before an order is written: the weight, and what 0.5 mg/kg of it makes."""

from dataclasses import dataclass
from decimal import Decimal

from infusions.models import Formulary
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
