"""The simulated nurses: they chart every visit through the real actions, up to a moment."""

import heapq
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.db.models import Max

from infusions import actions
from infusions.models import Flag, Infusion, InfusionEvent, VitalSet
from infusions.queries.course import course_of
from infusions.queries.orders import current_order
from infusions.rules.vitals import Vitals
from infusions.states import OPEN_INFUSION, Identifier, InfusionState, Rhythm, StopReason
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Role
from outcomes.simulation.script import Act, Habits, Script, usual_habits
from scheduling.actions import mark_missed
from scheduling.models import NurseShift, Visit
from scheduling.rules.drivers import Driver
from scheduling.states import MissedReason, PregnancyState, VisitState

logger = logging.getLogger("kitclinic.simulation")

AGAIN = timedelta(minutes=2)  # a refused act is tried again
GIVES_UP = timedelta(minutes=45)  # after which the visit is left as it stands
PERSON_STAYS = timedelta(minutes=20)  # since a person's last act at a chair
MISSED_AFTER = timedelta(minutes=20)  # after the booked start
WAITS = frozenset({"arrive", "start", "complete", "stop", "discharge"})  # tried until they pass
CHECKS = frozenset({"alert_and_steady", "nausea_controlled", "iv_out", "instructions_given"})
Kind = InfusionEvent.Kind


@dataclass
class Chair:
    """One visit being charted. wait: when a refused act is tried again; person_at: a person's last act here."""

    visit: Visit
    script: Script
    infusion: Infusion | None = None
    tried_since: dict[str, datetime] = field(default_factory=dict)
    wait: dict[str, datetime] = field(default_factory=dict)
    sets_again: int = 0
    done: set[str] = field(default_factory=set)
    person_at: datetime | None = None

    def key(self, name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"kitclinic:{self.script.seed}:{name}")

    def refresh(self) -> None:
        """Look again at what is stored: a person may have acted meanwhile."""
        visits = Visit.objects.select_related("site", "patient", "sequence", "suite_day")
        self.visit = visits.get(pk=self.visit.pk)
        found = Infusion.objects.select_related("visit", "patient", "site", "nurse").filter(visit=self.visit)
        self.infusion = found.first()
        self.person_at = _last_act_of_a_person(self)


def chair_of(visit: Visit, habits: Habits | None = None) -> Chair:
    """Take up a visit wherever it stands."""
    seed = f"{visit.site_id}:{visit.pk}"
    script = Script(seed, habits or usual_habits(seed, day_index=visit.day_index))
    chair = Chair(visit=visit, script=script)
    chair.refresh()
    return chair


def run(chairs: Iterable[Chair], *, until: datetime) -> int:
    """Perform every act that is due up to ``until``, over all chairs in order of time; return how many."""
    numbers, performed = count(), 0
    queue: list[tuple[datetime, int, Act, Chair]] = []
    for chair in chairs:
        for act in _next_acts(chair):
            heapq.heappush(queue, (max(act.at, chair.wait.get(act.label, act.at)), next(numbers), act, chair))
    while queue and queue[0][0] <= until:
        at, _, act, chair = heapq.heappop(queue)
        if act.label in chair.done:
            continue
        try:
            more = perform(chair, act, at)
        except Refused as refused:
            if _tries_again(chair, act, at, refused):
                heapq.heappush(queue, (at + AGAIN, next(numbers), act, chair))
            continue
        chair.done.add(act.label)
        performed += 1
        for following in more:
            heapq.heappush(queue, (max(following.at, at), next(numbers), following, chair))
    return performed


def _tries_again(chair: Chair, act: Act, at: datetime, refused: Refused) -> bool:
    """Whether a refused act is tried again later; if not, it is left for good."""
    since = chair.tried_since.setdefault(act.label, at)
    if act.name == "start" and chair.infusion is not None:
        _baseline_again(chair, at)
    if act.name in WAITS and at - since < GIVES_UP:
        chair.wait[act.label] = at + AGAIN
        return True
    chair.done.add(act.label)
    if act.name == "start" and chair.infusion is not None:
        _do_not_start(chair, at, str(refused))
    logger.info("Visit %s: %s refused: %s", chair.visit.pk, act.label, refused)
    return False


def _next_acts(chair: Chair) -> list[Act]:
    """What is still to come at this chair, from what is stored."""
    visit, infusion = chair.visit, chair.infusion
    if visit.state not in {VisitState.BOOKED, VisitState.ARRIVED, VisitState.ATTENDED}:
        return []
    if infusion is None:
        if chair.script.habits.misses:
            return [Act("miss", visit.starts_at + MISSED_AFTER)]
        return [Act("arrive", chair.script.arrival(visit.starts_at))]
    if not infusion.is_open:
        return []
    if infusion.started_at is None:
        acts = chair.script.before_start(infusion.arrived_at)
    else:
        acts = chair.script.after_start(infusion.started_at)
    chair.done |= _done(chair, infusion, acts)
    return [_after_the_person(act, chair.person_at) for act in acts if _is_ours(act, chair.person_at)]


def _is_ours(act: Act, person_at: datetime | None) -> bool:
    """Whether the simulated nurse still does this: what fell into a person's time is theirs."""
    return person_at is None or act.name in WAITS or act.at > person_at + PERSON_STAYS


def _after_the_person(act: Act, person_at: datetime | None) -> Act:
    return act if person_at is None else replace(act, at=max(act.at, person_at + PERSON_STAYS))


def _done(chair: Chair, infusion: Infusion, acts: list[Act]) -> set[str]:
    """The labels of acts that have left their mark already."""
    keys = _stored_keys(infusion)
    done = {act.label for act in acts if chair.key(act.label) in keys}
    if infusion.weight_id:
        done.add("weigh:")
    return done


def _stored_keys(infusion: Infusion) -> set[UUID]:
    events = InfusionEvent.objects.filter(infusion=infusion).values_list("key", flat=True)
    sets = VitalSet.objects.filter(infusion=infusion).values_list("key", flat=True)
    return {*events, *sets}


def _last_act_of_a_person(chair: Chair) -> datetime | None:
    """When somebody other than the simulation last charted here: an act with a key that is not ours."""
    if chair.infusion is None:
        return None
    ours = {chair.key(act.label) for act in chair.script.before_start(chair.infusion.arrived_at)}
    ours |= {chair.key(act.label) for act in chair.script.after_start(chair.infusion.arrived_at)}
    ours |= {chair.key(name) for name in ("arrive:", *(f"baseline again {n}" for n in range(1, 40)))}
    foreign = _stored_keys(chair.infusion) - ours
    if not foreign:
        return None
    mine = {"infusion": chair.infusion, "key__in": foreign}
    last = [
        model.objects.filter(**mine).aggregate(last=Max("received_at"))["last"]
        for model in (VitalSet, InfusionEvent)
    ]
    return max((time for time in last if time is not None), default=None)


@transaction.atomic
def perform(chair: Chair, act: Act, at: datetime) -> list[Act]:
    """Do one act; return the acts that follow from it."""
    return ACTS[act.name](chair, act, at) or []


def _arrive(chair: Chair, act: Act, at: datetime) -> list[Act]:
    visit = chair.visit
    nurse = _nurse_for(visit, at)
    chair.infusion = actions.arrive(
        visit=visit, chair=visit.chair, nurse=nurse, by=nurse, at=at, key=chair.key("arrive:")
    )
    return chair.script.before_start(at)


def _nurse_for(visit: Visit, at: datetime) -> StaffUser:
    """The nurse of this pair of chairs if on the floor with a place free, else any who has one."""
    minute = visit.site.minute(at)
    shifts = NurseShift.objects.filter(suite_day=visit.suite_day).select_related("nurse").order_by("nurse")
    roster = {shift.nurse for shift in shifts}
    floor = {shift.nurse for shift in shifts if shift.from_minute <= minute < shift.to_minute}
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
    order = current_order(chair.visit.sequence)
    usual = order.weight_kg if order else Decimal(80)
    drift = Decimal(Random(f"{chair.script.seed}:weight").randrange(-4, 5)) / 10
    weight = usual + drift
    actions.weigh(
        infusion=infusion, weight_kg=weight, again_kg=weight, reason="scale read twice", by=infusion.nurse, at=at
    )


def _identity(chair: Chair, act: Act, at: datetime) -> None:
    both = [Identifier.NAME.value, Identifier.BIRTH_DATE.value]
    _event(chair, act, at, Kind.IDENTITY_CHECKED, detail={"identifiers": both})


def _pregnancy(chair: Chair, act: Act, at: datetime) -> None:
    last = chair.visit.patient.eligibilities.order_by("-version").first()
    if chair.visit.day_index == 1 and last is not None and last.childbearing_potential:
        detail = {"result": PregnancyState.NEGATIVE.value, "method": "urine", "lot": "HC2291"}
        _event(chair, act, at, Kind.PREGNANCY_TEST, detail=detail)


def _iv(chair: Chair, act: Act, at: datetime) -> None:
    _event(chair, act, at, Kind.IV_PLACED, note="left forearm, 22 gauge, first attempt")


def _premedication(chair: Chair, act: Act, at: datetime) -> None:
    order = current_order(chair.visit.sequence)
    if order is not None and order.ondansetron:
        _event(chair, act, at, Kind.PREMEDICATION)
    else:
        _event(chair, act, at, Kind.NO_PREMEDICATION, note="left out of the order")


def _pump(chair: Chair, act: Act, at: datetime) -> None:
    order = current_order(chair.visit.sequence)
    if order is not None:
        detail = {"rate_ml_per_h": str(order.rate_ml_per_h), "volume_ml": str(order.total_ml)}
        _event(chair, act, at, Kind.PUMP_CHECKED, detail=detail)


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


def _baseline_again(chair: Chair, at: datetime) -> None:
    """A patient who waits for the start gets a fresh baseline before the last one is too old."""
    last = VitalSet.objects.filter(infusion=_infusion(chair)).order_by("-occurred_at").first()
    if last is None or at - last.occurred_at > timedelta(minutes=12):
        chair.sets_again += 1
        _record(chair, chair.key(f"baseline again {chair.sets_again}"), at, symptoms=(), act=None)


def _start(chair: Chair, act: Act, at: datetime) -> list[Act]:
    infusion = _infusion(chair)
    every = frozenset(f"DRV-{n:02d}" for n in range(1, 6))
    key = chair.key("start:")
    chair.infusion = actions.start_infusion(infusion=infusion, by=infusion.nurse, at=at, key=key, confirmed=every)
    return chair.script.after_start(at)


def _do_not_start(chair: Chair, at: datetime, why: str) -> None:
    infusion = _infusion(chair)
    chair.infusion = actions.do_not_start(
        infusion=infusion,
        reason=MissedReason.HELD_BY_PROVIDER,
        note=why[:200],
        by=infusion.nurse,
        at=at,
        key=chair.key("not started"),
    )


def _complete(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    order = current_order(chair.visit.sequence)
    delivered = order.draw_ml * order.strength_mg_per_ml if order else Decimal(0)
    chair.infusion = actions.complete_infusion(
        infusion=infusion, delivered_mg=delivered, by=infusion.nurse, at=at, key=chair.key("complete:")
    )


def _stop(chair: Chair, act: Act, at: datetime) -> None:
    infusion = _infusion(chair)
    chair.infusion = actions.stop_infusion(
        infusion=infusion,
        by=infusion.nurse,
        at=at,
        key=chair.key("stop:"),
        reason=StopReason.PATIENT_CHOICE,
        note="felt well enough, wished to end",
    )


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
        told = {"provider_notified": "Dr Vantongeren", "provider_reply": "go on, watch the next set"}
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
