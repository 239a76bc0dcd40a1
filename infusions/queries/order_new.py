"""The page of a new order while it is written: the arithmetic, and everything a signature would miss."""

from collections.abc import Sequence as Listed
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from infusions.models import Formulary, Order
from infusions.models.orders import order_set_of
from infusions.queries.formulary import order_settings_of, strengths_in_use
from infusions.queries.orders import (
    against_ondansetron,
    consent_of,
    contraindication_of,
    formulary_of,
    infusions_left,
    named_driver,
    sign_facts,
    text_of,
)
from infusions.rules.allergies import drugs_named
from infusions.rules.dosing import Preparation, dose_mg, preparation_problems, prepare
from infusions.rules.order_decisions import ConsentOnRecord
from infusions.rules.order_links import LINKS, Where
from infusions.rules.order_set import OrderSet
from infusions.rules.orders import may_sign
from infusions.states import FillMode, OndansetronContraindication, OrderState
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from scheduling.models import Eligibility, Sequence, Visit, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.rules.weights import age_words, hold_limits_kg, open_questions, source_problems, weight_problems
from scheduling.states import WeightSource

# What a problem names, and what the form calls it.
FIELDS = {"contraindication": "no_ondansetron", "contraindication_reason": "no_ondansetron_note"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What stands in the form now; None and "" for what is not chosen, or was typed wrongly.

    weight_kg: of a weight that was not measured; again_kg: the same, typed once more.
    """

    weight_source: str = WeightSource.MEASURED
    weight_kg: Decimal | None = None
    again_kg: Decimal | None = None
    weight_reason: str = ""
    strength: int | None = None
    bag_ml: int | None = None
    fill: str = ""
    no_ondansetron: str = ""
    no_ondansetron_note: str = ""
    medication_noted: bool = False
    psychotropics: str = ""
    antihypertensives: str = ""
    driver_plan: str = ""
    allergy_reason: str = ""
    note: str = ""
    reason: str = ""
    preparation_reason: str = ""


UNCHANGED = Choices()


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing a signature would miss, and where it is recorded. url: "" where there is no such place."""

    problem: Problem
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """weight: the one to order from, None while there is none; last: the last measured one, last_words: its age.

    made: None without a weight; problems: questions about the preparation; questions: about a weight that was
    not measured; text: what would be signed if the draft were written now.
    """

    weight: Weight | None
    last: Weight | None
    last_words: str
    made: Preparation | None
    protocol: OrderSet
    formulary: Formulary
    eligibility: Eligibility | None
    against: str
    visit: Visit | None
    driver: str
    consent: ConsentOnRecord
    infusions: int
    problems: tuple[Problem, ...]
    questions: tuple[Problem, ...] = ()
    missing: tuple[Missing, ...] = ()
    hold_kg: tuple[Decimal, Decimal] | None = None
    text: str = ""
    leaves_out: str = ""
    asks_allergy: bool = False

    @property
    def confirmations(self) -> tuple[str, ...]:
        """Ids of the questions that the reason for the preparation answers."""
        return tuple(problem.rule for problem in self.problems if isinstance(problem, NeedsConfirmation))

    @property
    def asks_again(self) -> bool:
        """Whether the weight is to be typed once more."""
        return any(not isinstance(problem, Blocker) for problem in self.questions)


def draft_page(
    sequence: Sequence,
    choices: Choices = UNCHANGED,
    *,
    reader: StaffUser | None = None,
    at: datetime | None = None,
) -> DraftPage:
    """Collect what the page of a new order shows. reader, at: who writes and when; without, nothing is said about
    what is missing."""
    patient, site = sequence.patient, sequence.site
    eligibility, last = latest_eligibility(patient), latest_weight(patient)
    formulary, protocol = formulary_of(site), order_set_of(sequence.protocol)
    weight = _weight(sequence, choices, last, reader, at)
    made = _made(formulary, protocol, weight, choices)
    chosen = choices.no_ondansetron or str(contraindication_of(eligibility))
    infusions = infusions_left(sequence)
    missing: tuple[Missing, ...] = ()
    text = ""
    if weight is not None and made is not None and reader is not None and at is not None:
        order = _order(sequence, choices, weight, made, chosen, eligibility, reader, at, infusions)
        found = may_sign(sign_facts(order, signer=reader, eligibility=eligibility))
        missing = tuple(_missing(problem, sequence) for problem in found)
        text = text_of(order, eligibility=eligibility, at=at)
    return DraftPage(
        weight=weight,
        last=last,
        last_words=_age(last, at),
        made=made,
        protocol=protocol,
        formulary=formulary,
        eligibility=eligibility,
        against=against_ondansetron(eligibility),
        visit=sequence.visits.select_related("site").order_by("date").first(),
        driver=named_driver(sequence),
        consent=consent_of(patient),
        infusions=infusions,
        problems=tuple(preparation_problems(made)) if made else (),
        questions=_questions(sequence, choices, last, reader),
        missing=missing,
        hold_kg=hold_limits_kg(weight.weight_kg) if weight else None,
        text=text,
        asks_allergy="ketamine" in drugs_named(eligibility.allergies if eligibility else ""),
        leaves_out="" if chosen == OndansetronContraindication.NONE else OndansetronContraindication(chosen).label,
    )


def strengths_to_choose(formulary: Formulary) -> tuple[int, ...]:
    """Strengths of the vials in use, in mg/mL, weakest first; the usual one where no vial was entered yet."""
    return tuple(strengths_in_use(formulary.site)) or (formulary.strength_mg_per_ml,)


def bags_to_choose(formulary: Formulary) -> tuple[int, ...]:
    """The bags an order may choose, in mL, smallest first."""
    return tuple(sorted({formulary.bag_ml, *formulary.bags_ml}))


def usual_strength(formulary: Formulary, strengths: Listed[int]) -> int:
    """The clinic's usual strength, or the weakest in use where that one is not."""
    usual = formulary.strength_mg_per_ml
    return usual if usual in strengths else strengths[0]


def medication_before(sequence: Sequence, eligibility: Eligibility | None) -> tuple[str, str]:
    """Return the psychotropics and the antihypertensives as last known, one a line.

    The patient's newest order says both; an assessment after it says the psychotropics anew.
    """
    rows = Order.objects.filter(site=sequence.site_id, sequence__patient=sequence.patient_id)
    newest = rows.order_by("-drafted_at", "-pk").first()
    if newest is None:
        return eligibility.psychotropics if eligibility else "", ""
    if eligibility is not None and eligibility.assessed_at > newest.drafted_at:
        return eligibility.psychotropics, newest.antihypertensives
    return newest.psychotropics, newest.antihypertensives


def _weight(
    sequence: Sequence, choices: Choices, last: Weight | None, reader: StaffUser | None, at: datetime | None
) -> Weight | None:
    """The last measured weight, or the one typed as it would be stored; nothing is stored here."""
    if choices.weight_source == WeightSource.MEASURED:
        return last
    if choices.weight_kg is None or reader is None or at is None:
        return None
    carried = last is not None and choices.weight_source == WeightSource.CARRIED_FORWARD
    return Weight(
        site=sequence.site,
        patient=sequence.patient,
        weight_kg=choices.weight_kg,
        source=choices.weight_source,
        measured_at=last.measured_at if carried and last else at,
        measured_by=reader,
    )


def _age(last: Weight | None, at: datetime | None) -> str:
    if last is None or at is None:
        return ""
    return age_words(measured_on=last.site.today(last.measured_at), today=last.site.today(at))


def _questions(
    sequence: Sequence, choices: Choices, last: Weight | None, reader: StaffUser | None
) -> tuple[Problem, ...]:
    """What is asked about a weight that was not measured; the action asks the same."""
    kg = choices.weight_kg
    if choices.weight_source == WeightSource.MEASURED or kg is None or reader is None:
        return ()
    last_kg = last.weight_kg if last else None
    height = sequence.patient.height_cm
    asked = weight_problems(
        weight_kg=kg,
        height_cm=None if height is None else Decimal(height),
        previous_kg=last_kg,
        source=choices.weight_source,
    )
    stops = source_problems(
        source=choices.weight_source,
        weight_kg=kg,
        last_kg=last_kg,
        by_prescriber=True,
        reason=choices.weight_reason,
    )
    again, reason = choices.again_kg, choices.weight_reason
    return (*stops, *open_questions(asked, weight_kg=kg, again_kg=again, reason=reason))


def _made(formulary: Formulary, protocol: OrderSet, weight: Weight | None, choices: Choices) -> Preparation | None:
    if weight is None:
        return None
    strengths = strengths_to_choose(formulary)
    return prepare(
        dose_mg=dose_mg(weight.weight_kg, protocol.mg_per_kg),
        strength_mg_per_ml=Decimal(choices.strength or usual_strength(formulary, strengths)),
        bag_ml=Decimal(choices.bag_ml or formulary.bag_ml),
        fill=FillMode(choices.fill or formulary.fill),
        minutes=protocol.minutes,
    )


def _order(
    sequence: Sequence,
    choices: Choices,
    weight: Weight,
    made: Preparation,
    against: str,
    eligibility: Eligibility | None,
    reader: StaffUser,
    at: datetime,
    infusions: int,
) -> Order:
    """The draft as it would be written; never stored."""
    protocol, settings = order_set_of(sequence.protocol), order_settings_of(sequence.site)
    last = sequence.orders.order_by("-version").values_list("version", flat=True).first()
    other = against == OndansetronContraindication.OTHER and eligibility is not None
    return Order(
        site=sequence.site,
        sequence=sequence,
        protocol=sequence.protocol,
        infusions_ordered=infusions,
        version=(last or 0) + 1,
        weight=weight,
        weight_kg=weight.weight_kg,
        weight_reason=choices.weight_reason,
        mg_per_kg=protocol.mg_per_kg,
        infusion_minutes=protocol.minutes,
        dose_mg=made.dose_mg,
        strength_mg_per_ml=int(made.strength_mg_per_ml),
        bag_ml=int(made.bag_ml),
        fill=made.fill,
        draw_ml=made.draw_ml,
        total_ml=made.final_volume_ml,
        rate_ml_per_h=made.rate_ml_per_h,
        no_ondansetron=against,
        no_ondansetron_note=choices.no_ondansetron_note
        or (eligibility.ondansetron_other if other and eligibility else ""),
        medication_noted=choices.medication_noted,
        psychotropics=choices.psychotropics,
        antihypertensives=choices.antihypertensives,
        driver_plan=choices.driver_plan,
        allergy_reason=choices.allergy_reason,
        preparation_reason=choices.preparation_reason,
        supersedes_reason=choices.reason,
        note=choices.note,
        state=OrderState.DRAFT,
        drafted_by=reader,
        drafted_at=at,
        first_use_days=settings.first_use_days,
        after_first_days=settings.after_first_days,
    )


def _missing(problem: Problem, sequence: Sequence) -> Missing:
    """Where to record it: the assessment, the patient's page, or a field of this page."""
    by_word = LINKS.get(problem.field.split("_")[0], (Where.NOWHERE, ""))
    where, label = LINKS.get(problem.field, by_word)
    urls = {
        Where.ASSESSMENT: lambda: reverse("scheduling:eligibility", args=[sequence.patient_id]),
        Where.PATIENT: lambda: reverse("scheduling:patient", args=[sequence.patient_id]),
        Where.SEQUENCE: lambda: reverse("scheduling:sequence", args=[sequence.pk]),
        Where.HERE: lambda: f"#id_{FIELDS.get(problem.field, problem.field)}",
        Where.NOWHERE: lambda: "",
    }
    return Missing(problem, urls[where](), label)
