"""The facts behind "may this infusion start?", read from rows; the answer is ``rules.readiness``."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from infusions.models import Affirmation, Infusion, InfusionEvent, Intake, Order
from infusions.queries.chairside import chairside_settings
from infusions.queries.course import Course, Kind
from infusions.queries.intake import intakes_of
from infusions.queries.ledger import Hand, hand_of
from infusions.queries.opening import Opening, opening_of
from infusions.queries.orders import CURRENT, current_order, first_infusions, last_day, newest_order, pregnancy_of
from infusions.queries.pump import READ, read_by_two
from infusions.rules.allergies import drugs_named
from infusions.rules.order_set import STANDARD
from infusions.rules.readiness import StartFacts, start_problems
from infusions.rules.vitals import TakenSet, choose_baseline
from infusions.states import OPEN_INFUSION, Identifier, OrderState, PregnancyResult, PremedStatus
from kitclinic.problems import Problem
from scheduling.models import Eligibility, Visit, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.queries.standing import problems_before_start
from scheduling.rules.drivers import Driver
from scheduling.states import Caution, PregnancyState


def driver_of(visit: Visit) -> Driver:
    """The driver named at booking, not seen yet."""
    return Driver(visit.driver_transport, visit.driver_name, visit.driver_relationship, visit.driver_phone)


def order_of(visit: Visit) -> Order | None:
    """The order this visit would run on: the current version, or the newest where none is current."""
    return current_order(visit.sequence) or newest_order(visit.sequence)


def dosing_weight_kg(order: Order) -> Decimal:
    """The weight the order stands for: its own, or the one a prescriber affirmed it for."""
    rows = Affirmation.objects.filter(site_id=order.site_id, order=order).select_related("weight")
    affirmed = rows.order_by("-at", "-pk").first()
    return affirmed.weight.weight_kg if affirmed else order.weight_kg


@dataclass(frozen=True)
class Readiness:
    """What the start guard knows, and everything that is still missing."""

    facts: StartFacts
    problems: tuple[Problem, ...]
    order: Order | None
    weight: Weight | None
    assessment: Eligibility | None
    hand: Hand
    opening: Opening
    intakes: tuple[Intake, ...]


def readiness(course: Course, *, at: datetime) -> Readiness:
    """Collect the facts of an infusion that has not started and ask the rule and the other apps."""
    infusion = course.infusion
    visit, patient = infusion.visit, infusion.patient
    order, weight, assessment = order_of(visit), latest_weight(patient), latest_eligibility(patient)
    hand, opening = hand_of(infusion), opening_of(infusion.site, at)
    facts = _facts(course, at=at, order=order, weight=weight, assessment=assessment, hand=hand, opening=opening)
    intakes = tuple(intakes_of(infusion))
    facts = replace(facts, intake_asked=bool(intakes))
    elsewhere = [problem for path in settings.READINESS_CHECKS for problem in import_string(path)(patient, at)]
    problems = (*start_problems(facts), *problems_before_start(patient), *elsewhere)
    return Readiness(facts, problems, order, weight, assessment, hand, opening, intakes)


def _facts(
    course: Course,
    *,
    at: datetime,
    order: Order | None,
    weight: Weight | None,
    assessment: Eligibility | None,
    hand: Hand,
    opening: Opening,
) -> StartFacts:
    infusion = course.infusion
    visit, patient, site = infusion.visit, infusion.patient, infusion.site
    first = first_infusions([visit.sequence_id], site).get(visit.sequence_id)
    pregnancy, pregnancy_on = _pregnancy(visit, assessment)
    identity, premed = (
        course.latest(Kind.IDENTITY_CHECKED),
        course.latest(Kind.PREMEDICATION, Kind.NO_PREMEDICATION),
    )
    pump, baseline = course.latest(*READ), _baseline(course, at)
    started = _started(visit)
    others = list(_other_open(infusion).values_list("patient_id", "chair", "nurse_id", "date"))
    return StartFacts(
        at=at,
        today=site.today(at),
        order_state=OrderState(order.state) if order else None,
        order_current=order is not None and order.state in CURRENT,
        order_last_day=last_day(order, first_infusion_on=first) if order else None,
        order_for_patient=order is not None and order.weight.patient_id == patient.pk,
        same_site=infusion.site_id == visit.site_id == patient.site_id == (order.site_id if order else site.pk),
        day_index=visit.day_index,
        first_day=first or site.today(at),
        patient_has_open=any(other == patient.pk for other, *_ in others),
        chair_has_open=any(chair == infusion.chair for _, chair, *_ in others),
        ordered_kg=dosing_weight_kg(order) if order else None,
        weight_kg=weight.weight_kg if weight else None,
        weight_on=site.today(weight.measured_at) if weight else None,
        pregnancy=pregnancy,
        pregnancy_on=pregnancy_on,
        misuse_history=assessment.misuse_history if assessment else None,
        misuse_decision=assessment.misuse_decision if assessment else "",
        substance_misuse=assessment.substance_misuse if assessment else None,
        substance_decision=assessment.substance_decision if assessment else "",
        open_cautions=_open_cautions(assessment),
        allergies_reviewed=bool(assessment and assessment.allergies_reviewed),
        open_allergies=_open_allergies(assessment, order),
        driver=driver_of(visit),
        baseline=baseline,
        provider_cleared=_cleared(course, baseline),
        nurse_named=identity is not None,
        identifiers=frozenset(Identifier(word) for word in identity.detail["identifiers"])
        if identity
        else frozenset(),
        premed=_premed(premed),
        premed_reason=premed.note if premed else "",
        pump_reconciled=bool(
            pump and order and pump.kind == Kind.PUMP_CHECKED and pump.detail.get("order") == order.pk
        ),
        pump_said=pump.note if pump and pump.kind == Kind.PUMP_MISMATCH else "",
        provider_on_site=opening.facts.provider_here,
        nurse_others=sum(nurse == infusion.nurse_id for _, _, nurse, _ in others),
        floor_others=sum(day == infusion.date for *_, day in others),
        floor_nurses=opening.facts.nurses,
        infusions_ordered=order.infusions_ordered if order else 0,
        protocol_days=order.order_set.days if order else STANDARD.days,
        started_on_order=sum(on == order.pk for on, _ in started) if order else 0,
        started_in_sequence=len(started),
        started_today=any(began is not None and site.today(began) == site.today(at) for _, began in started),
        draw_mg=order.draw_ml * order.strength_mg_per_ml if order else None,
        strength_mg_per_ml=order.strength_mg_per_ml if order else 0,
        in_hand_mg=hand.left_mg,
        drawn_mg_per_ml=hand.strengths,
        safety_tasks=0,  # asked of settings.READINESS_CHECKS, by those who know
        patient_name=patient.name,
        opening=opening.facts,
        second_asked=chairside_settings(site).second_pump_check,
        second_read=read_by_two(course, order),
    )


def _started(visit: Visit) -> list[tuple[int | None, datetime | None]]:
    """(order, when) of each started infusion of this sequence; the count is asked under the order's lock."""
    rows = Infusion.objects.filter(site=visit.site_id, visit__sequence=visit.sequence_id, started_at__isnull=False)
    return list(rows.values_list("order", "started_at"))


def _other_open(infusion: Infusion) -> QuerySet[Infusion]:
    """Other open infusions of this clinic day; of this patient on any day."""
    rows = Infusion.objects.filter(site_id=infusion.site_id, state__in=OPEN_INFUSION)
    here = Q(date=infusion.date) | Q(patient_id=infusion.patient_id)
    return rows.filter(here).exclude(pk=infusion.pk)


def _pregnancy(visit: Visit, assessment: Eligibility | None) -> tuple[str, date | None]:
    """The newest answer and its day: a test at the chair in this sequence, or the assessment's."""
    test = (
        InfusionEvent.objects.filter(
            site_id=visit.site_id,
            infusion__visit__sequence_id=visit.sequence_id,
            kind=Kind.PREGNANCY_TEST,
        )
        .order_by("-received_at", "-pk")
        .first()
    )
    if test is not None and (assessment is None or test.received_at >= assessment.assessed_at):
        positive = test.detail["result"] == PregnancyResult.POSITIVE
        return str(PregnancyState.POSITIVE if positive else PregnancyState.NEGATIVE), visit.site.today(
            test.occurred_at
        )
    return pregnancy_of(assessment), assessment.pregnancy_tested_on if assessment else None


def _open_cautions(assessment: Eligibility | None) -> tuple[str, ...]:
    if assessment is None:
        return ()
    missing = set(assessment.cautions) - set(assessment.acknowledged_cautions)
    return tuple(str(caution.label) for caution in Caution if caution in missing)


def _open_allergies(assessment: Eligibility | None, order: Order | None) -> tuple[str, ...]:
    """Drugs of the order that the allergies name and for which the order gives no reason."""
    if assessment is None or order is None:
        return ()
    named = drugs_named(assessment.allergies)
    if assessment.ondansetron_allergy:
        named |= {"ondansetron"}
    settled = {
        "ketamine": bool(order.allergy_reason),
        "ondansetron": not order.ondansetron or bool(order.no_ondansetron_note),
    }
    return tuple(drug for drug in sorted(named) if not settled[drug])


def _baseline(course: Course, at: datetime) -> TakenSet | None:
    candidates = course.candidates()
    standing = [taken for taken in candidates if not taken.struck]
    return choose_baseline(candidates, at=at) or (standing[-1] if standing else None)


def _cleared(course: Course, baseline: TakenSet | None) -> bool:
    cleared = course.latest(Kind.PROVIDER_CLEARED)
    return cleared is not None and (baseline is None or cleared.occurred_at >= baseline.taken_at)


def _premed(event: InfusionEvent | None) -> PremedStatus | None:
    if event is None:
        return None
    return PremedStatus.GIVEN if event.kind == Kind.PREMEDICATION else PremedStatus.NOT_GIVEN
