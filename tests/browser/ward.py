"""A clinic at noon with somebody in every state, made through the real actions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from infusions.actions import declare_discrepancy, do_not_start, record_next_day_call
from infusions.models import Discrepancy, MonitorReading, Movement, Order
from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.models import Assessment, SafetyTask
from scheduling import actions
from scheduling.models import (
    GroupSeat,
    GroupSeries,
    GroupVisit,
    Patient,
    PatientMerge,
    Referral,
    Sequence,
    SuiteDay,
    Visit,
)
from scheduling.rules.group_plans import SeriesPlan
from scheduling.rules.places import Wait
from tests.browser.live import noon_site
from tests.factories import infusions, kept_aside, ledger, monitors, orders, outcomes, registry, scheduling, suite
from tests.factories.infusions import Chair

HIGH = infusions.Vitals(160, 78, 70, 98, infusions.Rhythm.SINUS)  # 25% above the calm 128


@dataclass(frozen=True)
class Noon:
    """A clinic whose suite is open today and in a week, with a group visit this morning."""

    site: Site
    now: datetime

    @property
    def today(self) -> date:
        return self.site.today(self.now)

    @property
    def next_week(self) -> date:
        return self.today + timedelta(days=7)

    def staff(self, role: str) -> StaffUser:
        return scheduling.actor(role, self.site)

    def chair(self, minutes_ago: int, *, minute: int = 660, **fields: object) -> Chair:
        """A booked visit of today beside its nurse, so many minutes ago."""
        visit = infusions.visit(site=self.site, monday=self.today, minute=minute, **fields)  # type: ignore[arg-type]
        return Chair(visit, self.staff("nurse"), self.now - timedelta(minutes=minutes_ago))

    def group(self, *, start_minute: int = 540) -> GroupVisit:
        at = self.site.instant(self.today, 480)
        return scheduling.group_visit(
            site=self.site, day=self.today, start_minute=start_minute, at=at, capacity=20
        )


def noon() -> Noon:
    now = timezone.now().replace(second=0, microsecond=0)
    made = Noon(noon_site(), now)
    for role in ("nurse", "physician", "psychologist", "scheduler", "clinic_lead", "administrator"):
        made.staff(role)
    for day in (made.today, made.next_week):
        suite.open_week(made.site, day)
    return made


@dataclass(frozen=True)
class Ward:
    """Everybody the pages of the product are about. registry: slug of an imported cohort.

    here: a seat whose patient is checked in; letter: a referral to decide; other: somebody like nobody else.
    """

    noon: Noon
    referred: Patient
    cleared: Patient
    group: GroupVisit
    running: Chair
    preparing: Chair
    observing: Chair
    expected: Visit
    gone: Chair
    to_sign: Order
    to_write: Sequence
    task: SafetyTask
    answered: Assessment
    out: Assessment  # nobody has opened it yet
    day: SuiteDay
    registry: str
    here: GroupSeat
    letter: Referral
    other: Patient
    merge: PatientMerge
    series: GroupSeries
    waiting: Patient
    dose: Movement
    gap: Discrepancy
    offered: MonitorReading  # at the chart of the running infusion


def ward(folder: Path) -> Ward:
    made = noon()
    site, now, today = made.site, made.now, made.today
    group = made.group()
    _to_call(made)
    gone = made.chair(170, minute=550).ready().start().run().observe()
    gone.event("emergency_team")  # an adverse event, to be reviewed
    gone.discharge()
    running = made.chair(40).ready().start().later(minutes=15)
    running.vitals(HIGH)
    running.later(minutes=15).vitals()
    kept_aside.entry(running)
    observing = made.chair(80, minute=640).ready().start().run().observe()
    preparing = _preparing(made)
    scheduling.booked_patient(site=site, group=group, at=site.instant(today, 490))
    cleared = scheduling.cleared_patient(site=site, group=group, at=site.instant(today, 500))
    to_sign = orders.draft(orders.sequence(site, made.next_week), at=now)
    to_write = orders.sequence(site, made.next_week, start_minute=660)
    slug = import_registry(
        site=site, directory=registry.simulated(folder), label="Made up", by=None, at=now
    ).record.site.slug
    return Ward(
        noon=made,
        referred=scheduling.patient(site=site, at=now),
        cleared=cleared,
        group=group,
        running=running,
        preparing=preparing,
        observing=observing,
        expected=infusions.visit(site=site, monday=today, minute=780),
        gone=gone,
        to_sign=to_sign,
        to_write=to_write,
        task=outcomes.safety_task(site=site, at=now - timedelta(minutes=50)),
        answered=outcomes.completed(site=site, at=now - timedelta(hours=2)).assessment,
        out=outcomes.sent(site=site, at=now - timedelta(hours=1)).assessment,
        day=SuiteDay.objects.get(site=site, date=today),
        registry=slug,
        waiting=_waiting(made, group),
        **_enrolment(made, group),
        **_ledger(made),
        offered=_monitor(made, running),
    )


def _to_call(made: Noon) -> None:
    """Somebody infused a week ago whom nobody reached since."""
    chair = infusions.infusion(
        site=made.site, monday=made.today - timedelta(days=7), at_state="discharged", nurse=made.staff("nurse")
    )
    record_next_day_call(
        infusion=chair.infusion, reached=False, by=chair.nurse, at=chair.at + timedelta(days=1), key=uuid4()
    )


def _enrolment(made: Noon, group: GroupVisit) -> dict[str, Any]:
    """What the pages of enrolment are about."""
    site, by, at = made.site, made.staff("scheduler"), made.now
    came = scheduling.booked_patient(site=site, group=group, at=site.instant(made.today, 495))
    seat = GroupSeat.objects.get(patient=came)
    checked_in = actions.check_in_seat(seat=seat, support_attended=True, by=made.staff("nurse"), at=at)
    actions.write_team_note(
        patient=came, note="Calm in the group.", goals="Walk to the garden", by=made.staff("psychologist"), at=at
    )
    scheduling.booked_patient(site=site, group=group, at=site.instant(made.today, 496))  # expected
    kept, folded = (scheduling.patient(site=site, at=at) for _ in range(2))
    leads = {role: made.staff(role) for role in ("physician", "psychologist")}
    plan = SeriesPlan(made.today.weekday(), 18 * 60, 60, "Room 2", 12, "English", made.today)
    series, _ = actions.start_series(
        site=site, new=actions.NewSeries(plan, **leads), by=by, at=at, confirmed={"ENR-64": "a colleague is there"}
    )
    return {
        "here": checked_in,
        "letter": scheduling.referral(site=site, at=at),
        "other": scheduling.patient(site=site, at=at),
        "merge": actions.merge_patients(kept=kept, folded=folded, reason="One passport.", by=by, at=at),
        "series": series,
    }


def _monitor(made: Noon, running: Chair) -> MonitorReading:
    """A reading offered at a chart, an older one beside it, and one that waits on the review list."""
    monitor, _ = monitors.monitor(site=made.site, at=made.now, chair=running.infusion.chair, name="Monitor 1")
    monitors.reading(monitor, made.now - timedelta(minutes=9))
    monitors.reading(monitor, made.now, subject="KC-204471")
    return monitors.reading(monitor, made.now)


def _ledger(made: Noon) -> dict[str, Any]:
    """A dose in hand of an infusion that was not started, and a difference that a nurse found."""
    chair = made.chair(9, minute=690)
    by = chair.nurse = suite.staffed(made.site, "nurse", 2)[1]
    chair.arrive()
    (dose,) = ledger.withdrawn(chair.infusion, by=by, at=chair.at)
    do_not_start(infusion=chair.infusion, reason="illness", by=by, at=chair.at, key=uuid4())
    given = {"mg": Decimal("-6"), "reason": "Less than the label says", "vial": dose.vial}
    return {"dose": dose, "gap": declare_discrepancy(by=by, at=made.now, key=uuid4(), **given)}


def _waiting(made: Noon, group: GroupVisit) -> Patient:
    """Two patients on the waiting list, the first with an offer that is open; returns one who is not on it."""
    site, at, by = made.site, made.now, made.staff("scheduler")
    people = [
        scheduling.cleared_patient(site=site, group=group, at=site.instant(made.today, minute))
        for minute in (502, 504, 506)
    ]
    for patient, wait in zip(
        people, (Wait(notice_hours=24), Wait(until_day=made.today + timedelta(days=3))), strict=False
    ):
        actions.wait_for_place(patient=patient, wait=wait, by=by, at=at)
    actions.offer_free_places(site=site, at=at)
    return people[2]


def _preparing(made: Noon) -> Chair:
    chair = made.chair(10, minute=720)
    chair.nurse = suite.staffed(made.site, "nurse", 2)[1]
    return chair.arrive()
