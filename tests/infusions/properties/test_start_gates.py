"""No path starts an infusion without every gate: all 2^17 combinations, and every gate closed on real rows.

The gates are those that the text names; how each is asked, the rule says.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from infusions import actions
from infusions.models import Infusion, InfusionEvent, Order
from infusions.rules.readiness import StartFacts, start_problems
from infusions.rules.vitals import TakenSet, Vitals
from infusions.states import Identifier, OrderState, PremedStatus, Rhythm
from kitclinic.models import AuditEvent, Transition
from kitclinic.problems import Blocker, Refused
from scheduling.actions import Assessment, assess_eligibility, name_driver
from scheduling.actions.eligibility import Verdict
from scheduling.rules.drivers import Driver
from scheduling.states import Caution, MisuseDecision, PregnancyState, TransportKind
from tests.factories import infusions, ledger, outcomes, people, scheduling
from tests.factories import orders as order_factory
from tests.factories.infusions import Chair, Kind

AT = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
TODAY = date(2026, 9, 21)
CALM = TakenSet(Vitals(128, 78, 70, 98, Rhythm.SINUS), AT - timedelta(minutes=6))
OPEN: dict[str, Any] = {
    "at": AT,
    "today": TODAY,
    "order_state": OrderState.SIGNED,
    "order_current": True,
    "order_last_day": TODAY + timedelta(days=10),
    "order_for_patient": True,
    "same_site": True,
    "day_index": 2,
    "first_day": TODAY - timedelta(days=1),
    "patient_has_open": False,
    "chair_has_open": False,
    "ordered_kg": Decimal("82.5"),
    "weight_kg": Decimal("82.1"),
    "weight_on": TODAY,
    "pregnancy": PregnancyState.NEGATIVE,
    "pregnancy_on": TODAY - timedelta(days=1),
    "misuse_history": False,
    "misuse_decision": "",
    "substance_misuse": False,
    "open_cautions": (),
    "allergies_reviewed": True,
    "open_allergies": (),
    "driver": Driver(TransportKind.FRIEND, "Ines Okafor", "friend", "216 555 0142"),
    "baseline": CALM,
    "provider_cleared": False,
    "nurse_named": True,
    "identifiers": frozenset({Identifier.NAME, Identifier.BIRTH_DATE}),
    "premed": PremedStatus.GIVEN,
    "premed_reason": "",
    "pump_reconciled": True,
    "provider_on_site": True,
    "nurse_others": 1,
    "safety_tasks": 0,
    "patient_name": "Rowan Ashdown",
    "draw_mg": Decimal("41.5"),
    "strength_mg_per_ml": 50,
    "in_hand_mg": Decimal("41.5"),
    "drawn_mg_per_ml": frozenset({50}),
    "started_in_sequence": 1,
    "started_on_order": 1,
}
# The seventeen gates that the text names, each closed by one thing.
GATES: list[tuple[str, dict[str, Any]]] = [
    ("INF-01", {"order_state": OrderState.DRAFT}),
    ("INF-04", {"order_for_patient": False}),
    ("INF-06", {"day_index": 6}),
    ("INF-07", {"patient_has_open": True}),
    ("WGT-09", {"weight_on": TODAY - timedelta(days=8)}),
    ("INF-09", {"pregnancy": ""}),
    ("INF-13", {"open_cautions": ("Heart failure",)}),
    ("INF-14", {"allergies_reviewed": False}),
    ("DRV-01", {"driver": Driver("")}),
    ("VIT-12", {"baseline": replace(CALM, taken_at=AT - timedelta(minutes=16))}),
    ("INF-23", {"in_hand_mg": Decimal(0), "drawn_mg_per_ml": frozenset()}),
    ("INF-16", {"identifiers": frozenset({Identifier.NAME})}),
    ("INF-19", {"pump_reconciled": False}),
    ("INF-20", {"provider_on_site": False}),
    ("INF-21", {"nurse_others": 2}),
    ("INF-22", {"safety_tasks": 1}),
    ("INF-24", {"started_today": True}),
]
# What else closes one; facts that several share are closed one at a time.
ELSE: list[tuple[str, dict[str, Any]]] = [
    ("INF-01", {"order_current": False}),
    ("INF-02", {"order_state": OrderState.HELD}),
    ("INF-03", {"order_last_day": TODAY - timedelta(days=1)}),
    ("INF-05", {"same_site": False}),
    ("INF-08", {"chair_has_open": True}),
    ("WGT-07", {"weight_kg": Decimal("78.3")}),
    ("INF-10", {"pregnancy": PregnancyState.POSITIVE}),
    ("INF-11", {"pregnancy_on": TODAY - timedelta(days=2)}),
    ("INF-12", {"misuse_history": None}),
    ("INF-12", {"misuse_history": True, "misuse_decision": MisuseDecision.DECLINE}),
    ("INF-12", {"substance_misuse": None}),
    ("INF-15", {"open_allergies": ("ketamine",)}),
    ("INF-16", {"nurse_named": False}),
    ("INF-17", {"premed": None}),
    ("INF-18", {"baseline": replace(CALM, vitals=replace(CALM.vitals, sbp=180))}),
    ("INF-18", {"baseline": replace(CALM, vitals=replace(CALM.vitals, dbp=110))}),
    ("INF-21", {"floor_others": 2, "floor_nurses": 1}),
    ("INF-23", {"in_hand_mg": Decimal("41.0")}),
    ("INF-23", {"drawn_mg_per_ml": frozenset({100})}),
    ("INF-24", {"started_in_sequence": 5, "infusions_ordered": 9}),
    ("INF-24", {"started_on_order": 3, "infusions_ordered": 3}),
]


def missing(changes: list[dict[str, Any]]) -> list[str]:
    facts = dict(OPEN)
    for change in changes:
        facts |= change
    problems = start_problems(StartFacts(**facts))
    assert all(type(problem) is Blocker for problem in problems)  # none of them is a question to be ticked away
    return sorted(problem.rule for problem in problems)


def test_inf_01_to_inf_24_all_2_to_the_17_combinations_start_only_when_every_gate_is_open():
    assert len(GATES) == 17
    assert len({rule for rule, _ in GATES}) == 17
    known = {field.name for field in fields(StartFacts)}
    assert all(set(change) <= known for _, change in GATES + ELSE)
    starts = 0
    for bits in range(2 ** len(GATES)):
        closed = [GATES[nth] for nth in range(len(GATES)) if bits >> nth & 1]
        found = missing([change for _, change in closed])
        starts += not found
        if found != sorted(rule for rule, _ in closed):
            pytest.fail(f"closed {[rule for rule, _ in closed]}, listed {found}")
    assert starts == 1


def test_every_other_way_to_close_a_gate_is_listed_with_any_two_and_any_crowd_of_others():
    every = GATES + ELSE
    dice = random.Random(5)  # the seed is the number
    crowds = [dice.sample(every, dice.randint(3, 12)) for _ in range(10_000)]
    for closed in [*combinations(every, 1), *combinations(every, 2), *crowds]:
        names = Counter(name for _, change in closed for name in change)
        if names.most_common(1)[0][1] > 1:
            continue  # two of them are about one fact: it has one value
        found = missing([change for _, change in closed])
        expected = sorted({rule for rule, _ in closed})
        overruled = {"INF-11"} if {"INF-09", "INF-10"} & set(expected) else set()  # there is no negative test then
        assert set(expected) - overruled <= set(found), f"closed {closed}, listed {found}"
        assert found, "something is closed and nothing is listed"
        assert set(found) <= set(expected), f"closed {closed}, listed {found}"


# -- on real rows, through the action


@pytest.fixture
def chair(site) -> Chair:
    return infusions.chair(site=site, driver=False)


def written() -> tuple[int, ...]:
    return InfusionEvent.objects.count(), Transition.objects.count(), AuditEvent.objects.count()


def start(chair: Chair) -> list[str]:
    """Press Start; what was missing. A refusal writes nothing."""
    before, row = written(), Infusion.objects.filter(pk=chair.infusion.pk).values().get()
    try:
        with transaction.atomic():
            actions.start_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())
    except Refused as refused:
        listed = sorted(problem.rule for problem in refused.problems)
    else:
        listed = []
    now = Infusion.objects.get(pk=chair.infusion.pk)
    if listed:
        assert written() == before
        assert Infusion.objects.filter(pk=chair.infusion.pk).values().get() == row
    assert (now.started_at is None) is bool(listed)
    return listed


def drive(chair: Chair) -> None:
    name_driver(
        visits=[chair.visit],
        name="Robin Quist",
        relationship="sister",
        phone="216 555 0142",
        transport="family",
        by=scheduling.actor("scheduler", chair.visit.site),
        at=chair.at,
    )


# Everything that is done before a start, in the order of the day; each has its own rule.
STEPS: list[tuple[str, Callable[[Chair], Any]]] = [
    ("DRV-01", drive),
    ("WGT-08", lambda chair: chair.weigh()),
    ("INF-16", lambda chair: chair.identify()),
    ("INF-17", lambda chair: chair.premed()),
    ("INF-23", lambda chair: chair.draw()),
    ("INF-19", lambda chair: chair.pump()),
    ("VIT-12", lambda chair: chair.vitals()),
]


def test_all_2_to_the_7_days_on_which_steps_were_left_out_list_exactly_those_steps(site, chair):
    chair.arrive()
    ledger.stocked(site, at=chair.at)
    leaves = []

    def day(nth: int, left_out: tuple[str, ...]) -> None:
        if nth == len(STEPS):
            listed = start(chair)
            assert listed == sorted(left_out)
            leaves.append(listed)
            return
        rule, step = STEPS[nth]
        for done in (False, True):
            with transaction.atomic():
                if done:
                    step(chair)
                chair.visit.refresh_from_db()
                day(nth + 1, left_out if done else (*left_out, rule))
                transaction.set_rollback(True)

    day(0, ())
    assert len(leaves) == 2 ** len(STEPS)
    assert sum(not listed for listed in leaves) == 1


def reassessed(chair: Chair, *, allergies: str = "None known", **answers: Any) -> None:
    assess_eligibility(
        patient=chair.visit.patient,
        assessment=Assessment(facts=scheduling.facts(**answers), allergies=allergies),
        by=scheduling.actor("physician", chair.visit.site),
        at=chair.at,
        verdict=Verdict.OPEN,
    )


def order_of(chair: Chair) -> Order:
    return Order.objects.select_related("site", "sequence__patient").get(
        sequence=chair.visit.sequence, state__in=["draft", "signed", "held"]
    )


def ended(act: Callable[..., Any], **more: Any) -> Callable[[Chair], Any]:
    def close(chair: Chair) -> None:
        doctor = scheduling.actor("physician", chair.visit.site)
        act(order=order_of(chair), by=doctor, at=chair.at, reason="something was seen", **more)

    return close


def new_version(chair: Chair) -> None:
    """Signed anew: what the pump was compared with is another order now."""
    draft = order_factory.supersede(order_of(chair), at=chair.at)
    order_factory.sign(draft, at=chair.at)


def two_others(chair: Chair) -> None:
    for minute in (550, 560):
        infusions.infusion(site=chair.visit.site, nurse=chair.nurse, minute=minute, at=chair.at)


def self_harm(chair: Chair) -> None:
    outcomes.safety_task(site=chair.visit.site, patient=chair.visit.patient, at=chair.at)


def waste_the_dose(chair: Chair) -> None:
    chair.waste_rest()


def pregnant(chair: Chair) -> None:
    chair.event(Kind.PREGNANCY_TEST, result="positive", method="urine", lot="A1")


def hypertensive(chair: Chair) -> None:
    chair.vitals(Vitals(180, 100, 70, 98, Rhythm.SINUS))


CLOSED: list[tuple[str, Callable[[Chair], Any]]] = [
    ("INF-02", ended(actions.hold_order)),
    ("INF-01", ended(actions.discontinue_order)),
    ("INF-01", ended(actions.supersede_order)),
    ("INF-19", new_version),
    ("WGT-07", lambda chair: chair.weigh("78.0", again_kg=Decimal("78.0"), reason="read twice")),
    ("INF-12", lambda chair: reassessed(chair, ketamine_misuse=True)),
    ("INF-13", lambda chair: reassessed(chair, cautions=frozenset({Caution.HEART_FAILURE}))),
    ("INF-14", lambda chair: reassessed(chair, allergies_reviewed=False)),
    ("INF-15", lambda chair: reassessed(chair, allergies="Ketamine: rash")),
    ("INF-09", lambda chair: reassessed(chair, childbearing_potential=True)),
    ("INF-10", pregnant),
    ("INF-18", hypertensive),
    ("VIT-12", lambda chair: chair.later(minutes=16)),
    ("INF-20", lambda chair: infusions.provider_leaves(site=chair.visit.site, at=chair.at)),
    ("INF-21", two_others),
    ("PRO-18", self_harm),  # INF-22, asked of the app that knows
    ("INF-23", waste_the_dose),
]


def test_each_gate_closed_alone_on_real_rows_refuses_and_writes_nothing(site):
    chair = infusions.infusion(site=site, at_state="ready")
    at, infusion = chair.at, chair.infusion
    for rule, close in CLOSED:
        with transaction.atomic():
            close(chair)
            listed = start(chair)
            assert rule in listed, f"{rule} is closed by {close}, listed is {listed}"
            transaction.set_rollback(True)
        chair.at, chair.infusion = at, Infusion.objects.get(pk=infusion.pk)
    assert start(chair) == []  # and with all of them open it starts


def test_an_order_that_was_signed_too_long_ago_starts_nothing(site):
    booked = infusions.visit(site=site, signed=False)
    doctor = scheduling.actor("physician", site)
    for days, listed in ((30, []), (31, ["INF-03"])):
        with transaction.atomic():
            infusions.signed_order(booked.sequence, by=doctor, at=booked.starts_at - timedelta(days=days))
            chair = infusions.chair(site=site, visit=booked)
            if listed:  # nothing is drawn on it either
                chair.arrive().weigh().identify().premed().pump().vitals()
                assert start(chair) == ["INF-03", "INF-23"]
            else:
                assert start(chair.ready()) == []
            transaction.set_rollback(True)


def test_inf_24_a_second_start_of_one_day_is_refused_by_the_rule_and_by_the_database(site):
    chair = infusions.infusion(site=site, at_state="discharged")
    second = people.staff("nurse", site=site)
    with pytest.raises((Refused, IntegrityError)), transaction.atomic():
        actions.arrive(
            visit=chair.visit, chair=chair.infusion.chair, nurse=second, by=second, at=chair.at, key=uuid4()
        )
    next_day = infusions.chair(
        site=site, visit=chair.visit.sequence.visits.select_related("site", "patient", "sequence").get(day_index=2)
    )
    next_day.ready().start().run().observe().discharge()
    with pytest.raises(IntegrityError, match="infusion_one_start_a_day"), transaction.atomic():
        Infusion.objects.filter(pk=next_day.infusion.pk).update(date=chair.infusion.date)
