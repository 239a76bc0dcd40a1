"""What the simulated nurses do, each act through the real action."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions import actions
from infusions.models import Flag, Infusion, InfusionEvent, Intake, VitalSet
from infusions.queries.chairside import chairside_settings
from infusions.queries.course import course_of
from infusions.queries.pump import read_by_two, standing_readings
from infusions.rules.before_start import Answers
from infusions.rules.vitals import Vitals
from infusions.states import OPEN_INFUSION, Identifier, InfusionState, Rhythm, StopReason
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Role
from kitclinic.signing import simulated_proof
from outcomes.simulation import drugs, events, next_day
from outcomes.simulation.chair import Chair
from outcomes.simulation.opening import open_suite
from outcomes.simulation.script import Act
from scheduling.actions import mark_missed
from scheduling.models import Visit
from scheduling.queries.floor import nurses_on_floor, shifts_today
from scheduling.rules.drivers import Driver
from scheduling.states import MissedReason, PregnancyState

CHECKS = frozenset({"alert_and_steady", "nausea_controlled", "iv_out", "instructions_given"})
Kind = InfusionEvent.Kind
MARKS = {  # what each act before the start leaves on the chart, whoever does it
    "identity": {Kind.IDENTITY_CHECKED},
    "pregnancy": {Kind.PREGNANCY_TEST},
    "iv": {Kind.IV_PLACED},
    "premedication": {Kind.PREMEDICATION, Kind.NO_PREMEDICATION},
    "pump": {Kind.PUMP_CHECKED},
}


@transaction.atomic
def perform(chair: Chair, act: Act, at: datetime) -> list[Act]:
    """Do one act; return the acts that follow from it."""
    return ACTS[act.name](chair, act, at) or []


def _arrive(chair: Chair, act: Act, at: datetime) -> list[Act]:
    visit = chair.visit
    nurse = _nurse_for(visit, at)
    open_suite(visit.site, by=nurse, at=at)
    chair.infusion = actions.arrive(
        visit=visit, chair=visit.chair, nurse=nurse, by=nurse, at=at, key=chair.key("arrive:")
    )
    return chair.script.before_start(at)


def _nurse_for(visit: Visit, at: datetime) -> StaffUser:
    """The nurse of this pair of chairs if on the floor with a place free, else any who has one."""
    roster = {shift.nurse for shift in shifts_today(visit.site, at)}
    floor = {shift.nurse for shift in nurses_on_floor(visit.site, at)}
    open_now = Infusion.objects.filter(site=visit.site, date=visit.date, state__in=OPEN_INFUSION)
    busy = list(open_now.values_list("nurse", flat=True))
    free = [nurse for nurse in floor if busy.count(nurse.pk) < 2]
    free = free or [nurse for nurse in roster if busy.count(nurse.pk) < 2] or list(floor)
    neighbor = visit.chair + 1 if visit.chair % 2 else visit.chair - 1
    beside = open_now.filter(chair=neighbor).values_list("nurse", flat=True).first()
    preferred = [nurse for nurse in free if nurse.pk == beside]
    choices = preferred or sorted(free, key=lambda nurse: (busy.count(nurse.pk), nurse.pk))
    return choices[0] if choices else visit.site.staff.filter(role=Role.NURSE).order_by("pk")[0]


def _weigh(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    order = chair.order
    usual = order.weight_kg if order else Decimal(80)
    drift = Decimal(Random(f"{chair.script.seed}:weight").randrange(-4, 5)) / 10
    weight = usual + drift
    actions.weigh(
        infusion=infusion, weight_kg=weight, again_kg=weight, reason="scale read twice", by=infusion.nurse, at=at
    )


def _identity(chair: Chair, act: Act, at: datetime) -> None:
    both = [Identifier.NAME.value, Identifier.BIRTH_DATE.value]
    _event(chair, act, at, Kind.IDENTITY_CHECKED, detail={"identifiers": both})
    next_day.ask_at_chair(_infusion(chair), at=at)


def _pregnancy(chair: Chair, act: Act, at: datetime) -> None:
    """On the first day of the sequence on which the patient comes."""
    last = chair.visit.patient.eligibilities.order_by("-version").first()
    tests = InfusionEvent.objects.filter(
        kind=Kind.PREGNANCY_TEST, infusion__visit__sequence=chair.visit.sequence_id
    )
    if last is not None and last.childbearing_potential and not tests.exists():
        detail = {"result": PregnancyState.NEGATIVE.value, "method": "urine", "lot": "HC2291"}
        _event(chair, act, at, Kind.PREGNANCY_TEST, detail=detail)


def _iv(chair: Chair, act: Act, at: datetime) -> None:
    _ask(chair, at)
    random = Random(f"{chair.script.seed}:line")
    detail = {
        "site": random.choice(["forearm", "forearm", "hand", "antecubital"]),
        "side": random.choice(["left", "right"]),
        "gauge": random.choice([20, 22, 22, 22, 24]),
        "attempts": random.choice([1, 1, 1, 1, 2]),
    }
    _event(chair, act, at, Kind.IV_PLACED, detail=detail)


def _ask(chair: Chair, at: datetime) -> None:
    """Pain, functional status and analgesics, before the first infusion of the course."""
    infusion = _infusion(chair)
    first = not Infusion.objects.filter(visit__sequence=chair.visit.sequence_id).exclude(started_at=None).exists()
    if not first or Intake.objects.filter(infusion=infusion).exists():
        return
    random = Random(f"{chair.script.seed}:intake")
    last = chair.visit.patient.eligibilities.order_by("-version").first()
    listed = last.analgesics.strip() if last is not None else ""
    now = random.randrange(4, 9)
    answers = Answers(
        pain_now=now,
        pain_average=random.randrange(4, 9),
        pain_worst=random.randrange(max(now, 8), 11),
        function=random.choice(["independent", "some_help", "some_help", "much_help"]),
        analgesics=listed,
        no_analgesics=not listed,
    )
    actions.record_intake(infusion=infusion, answers=answers, by=infusion.nurse, at=at, key=chair.key("intake:"))


def _premedication(chair: Chair, act: Act, at: datetime) -> None:
    order = chair.order
    if order is not None and order.ondansetron:
        _event(chair, act, at, Kind.PREMEDICATION)
    elif order is not None:
        _event(chair, act, at, Kind.NO_PREMEDICATION, note="left out of the order")


def _pump(chair: Chair, act: Act, at: datetime) -> None:
    order = chair.order
    if order is not None:
        drugs.draw(_infusion(chair), order=order, at=at)
        infusion = _infusion(chair)
        actions.check_pump(
            infusion=infusion,
            rate_ml_per_h=order.rate_ml_per_h,
            volume_ml=order.total_ml,
            by=infusion.nurse,
            at=at,
            key=chair.key(act.label),
        )
        _read_again(chair, at)


def _read_again(chair: Chair, at: datetime) -> None:
    """A colleague reads the pump too, where the clinic wants it."""
    infusion, order = _infusion(chair), chair.order
    course = course_of(infusion)
    wanted = chairside_settings(infusion.site).second_pump_check and bool(standing_readings(course, order))
    if order is None or not wanted or read_by_two(course, order):
        return
    reader = drugs.colleague(infusion.site, infusion.nurse)
    actions.check_pump_again(
        infusion=infusion,
        rate_ml_per_h=order.rate_ml_per_h,
        volume_ml=order.total_ml,
        reader=reader,
        proof=simulated_proof(user=reader, at=at),
        by=infusion.nurse,
        at=at,
        key=chair.key("pump again:"),
    )


def _vitals(chair: Chair, act: Act, at: datetime) -> None:
    reading = act.reading
    if reading is not None:
        _record(chair, chair.key(act.label), at, symptoms=reading.symptoms, act=act)


def _record(chair: Chair, key: UUID, at: datetime, *, symptoms: tuple[str, ...], act: Act | None) -> None:
    reading = act.reading if act and act.reading else chair.script.baseline
    infusion = _infusion(chair)
    actions.record_vitals(
        infusion=infusion,
        reading=Vitals(reading.sbp, reading.dbp, reading.hr, reading.spo2, Rhythm.SINUS),
        key=key,
        by=infusion.nurse,
        at=at,
        occurred_at=at,
        symptoms=symptoms,
    )


def make_ready(chair: Chair, at: datetime) -> None:
    """Do what a refused start still lacks: the order came late, or a person began and went away."""
    infusion = _infusion(chair)
    infusion.refresh_from_db(fields=["weight"])
    kinds = set(InfusionEvent.objects.filter(infusion=infusion).values_list("kind", flat=True))
    for act in chair.script.before_start(infusion.arrived_at):
        lacks = infusion.weight_id is None if act.name == "weigh" else not MARKS.get(act.name, kinds) & kinds
        if lacks:
            with suppress(Refused):
                perform(chair, act, at)
    with suppress(Refused):
        drugs.draw(infusion, order=chair.order, at=at)
    with suppress(Refused):
        _ask(chair, at)
        _read_again(chair, at)
    _baseline_again(chair, at)


def _baseline_again(chair: Chair, at: datetime) -> None:
    """A patient who waits for the start gets a fresh baseline before the last one is too old."""
    last = VitalSet.objects.filter(infusion=_infusion(chair)).order_by("-occurred_at").first()
    if last is None or at - last.occurred_at > timedelta(minutes=12):
        chair.sets_again += 1
        _record(chair, chair.key(f"baseline again {chair.sets_again}"), at, symptoms=(), act=None)


def _start(chair: Chair, act: Act, at: datetime) -> list[Act]:
    infusion = _infusion(chair)
    open_suite(infusion.site, by=infusion.nurse, at=at)
    every = frozenset(f"DRV-{n:02d}" for n in range(1, 6))
    key = chair.key("start:")
    chair.infusion = actions.start_infusion(infusion=infusion, by=infusion.nurse, at=at, key=key, confirmed=every)
    return chair.script.after_start(at)


def do_not_start(chair: Chair, at: datetime, why: str) -> None:
    infusion = _infusion(chair)
    chair.infusion = actions.do_not_start(
        infusion=infusion,
        reason=MissedReason.HELD_BY_PROVIDER,
        note=why[:200],
        by=infusion.nurse,
        at=at,
        key=chair.key("not started"),
    )
    drugs.take_back(chair.infusion, at=at)


def _complete(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    delivered = drugs.delivered_by_pump(chair.order, seed=chair.script.seed)
    chair.infusion = actions.complete_infusion(
        infusion=infusion, delivered_mg=delivered, by=infusion.nurse, at=at, key=chair.key("complete:")
    )
    drugs.waste_rest(chair.infusion, at=at)


def _stop(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    ran = at - infusion.started_at if infusion.started_at else timedelta(0)
    fell = chair.script.habits.event
    chair.infusion = actions.stop_infusion(
        infusion=infusion,
        by=infusion.nurse,
        at=at,
        key=chair.key("stop:"),
        reason=StopReason.MEDICAL_EVENT if fell else StopReason.PATIENT_CHOICE,
        note="pressure fell, dizzy" if fell else "felt well enough, wished to end",
        delivered_mg=drugs.delivered_by_pump(chair.order, seed=chair.script.seed, runs=ran),
    )
    drugs.waste_rest(chair.infusion, at=at)


def _as_needed(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    if infusion.state in {InfusionState.INFUSING, InfusionState.OBSERVING} and "as_needed:" not in chair.done:
        actions.give_as_needed_ondansetron(
            infusion=infusion,
            assessment="nausea, no vomiting",
            by=infusion.nurse,
            at=at,
            key=chair.key("as_needed:"),
        )


def _acknowledge(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    if not Flag.objects.filter(vital_set__infusion=infusion, acknowledgement=None).exists():
        return
    for flag in course_of(infusion).open_flags:
        told: dict[str, Any] = {
            "provider_notified": "Dr Vantongeren",
            "provider_reply": "go on, watch the next",
        }
        for extra in ({}, told):
            try:
                actions.acknowledge_flag(
                    flag=flag, symptomatic=False, action="watched closely", by=infusion.nurse, at=at, **extra
                )
            except Refused:
                if extra:
                    raise
            else:
                break


def _discharge(chair: Chair, act: Act, at: datetime) -> None:
    infusion, visit = _infusion(chair), chair.visit
    drugs.waste_rest(infusion, at=at)  # of an infusion that a person has ended
    driver = Driver(
        visit.driver_transport,
        visit.driver_name,
        visit.driver_relationship,
        visit.driver_phone,
        seen_by=infusion.nurse.name,
    )
    chair.infusion = actions.discharge(
        infusion=infusion,
        checks=CHECKS,
        language=infusion.patient.language,
        driver=driver,
        by=infusion.nurse,
        at=at,
        key=chair.key("discharge:"),
        confirmed=frozenset(f"DRV-{n:02d}" for n in range(1, 6)),
    )


def _miss(chair: Chair, act: Act, at: datetime) -> None:
    visit = chair.visit
    nurse = visit.site.staff.filter(role=Role.SCHEDULER).order_by("pk")[0]
    mark_missed(visit=visit, reason=chair.script.habits.misses, by=nurse, at=at)


def _event(
    chair: Chair, act: Act, at: datetime, kind: str, *, detail: dict[str, Any] | None = None, note: str = ""
) -> None:
    infusion = _infusion(chair)
    actions.record_event(
        infusion=infusion,
        kind=kind,
        key=chair.key(act.label),
        by=infusion.nurse,
        at=at,
        detail=detail,
        note=note,
    )


def _infusion(chair: Chair) -> Infusion:
    if chair.infusion is None:
        raise ValueError("nothing can be charted before the patient sits down")
    return chair.infusion


ACTS: dict[str, Callable[[Chair, Act, datetime], list[Act] | None]] = {
    **dict.fromkeys(events.FACTS, events.chart_fact),
    "arrive": _arrive,
    "weigh": _weigh,
    "identity": _identity,
    "pregnancy": _pregnancy,
    "iv": _iv,
    "premedication": _premedication,
    "vitals": _vitals,
    "pump": _pump,
    "start": _start,
    "complete": _complete,
    "stop": _stop,
    "as_needed": _as_needed,
    "acknowledge": _acknowledge,
    "discharge": _discharge,
    "miss": _miss,
}
