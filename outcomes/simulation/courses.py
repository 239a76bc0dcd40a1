"""One invented person from the referral to five booked days, and back again for a further course."""

from datetime import date, datetime, timedelta
from random import Random

from infusions.models import Infusion
from infusions.states import InfusionOutcome
from kitclinic.problems import Refused
from outcomes.rules.windows import BASELINE
from outcomes.simulation import asking, enrolment, events
from outcomes.simulation.answers import look_at_safety_tasks
from outcomes.simulation.chairside import chair_of, run
from outcomes.simulation.clinic import TEMPLATE, Cast, ensure_days
from outcomes.simulation.enrolment import Enrolled
from outcomes.simulation.script import Habits
from scheduling.actions import mark_group_held
from scheduling.models import GroupVisit, Patient, Visit
from scheduling.states import EnrolmentState, GroupVisitState, SeatState

FIRST_NUMBER = 300_000  # record numbers of people made for today; older history counts from 100,000
DAYS_LATE = (None, None, 0, 0, 0, 0, 0, 3, 7, 7, 14)  # wished first day to booked first day; None: none was said
WEEKS_AGO = 8  # first course of the patient who is back


def days_late(patient: Patient, first_day: date) -> int | None:
    """How many days after the wished one this course begins; None where nobody asked. The same at every run."""
    return Random(f"{patient.record_number}:{first_day}").choice(DAYS_LATE)


def next_number(cast: Cast, base: int) -> int:
    """The next record number of a series."""
    prefix = str(base)[0]
    numbers = Patient.objects.filter(site=cast.site, record_number__regex=rf"^KC-{prefix}\d{{5}}$")
    last = numbers.order_by("-record_number").values_list("record_number", flat=True).first()
    return int(last.removeprefix("KC-")) + 1 if last else base + 1


def enrol_fully(
    cast: Cast,
    random: Random,
    *,
    first_day: date,
    start_minute: int,
    now: datetime,
    signs: bool = True,
    drivers: int = 5,
    series: int = FIRST_NUMBER,
) -> Enrolled | None:
    """Referral to driver for one new person; what lies after ``now`` has not happened yet."""
    at = cast.site.instant(first_day - timedelta(days=random.randrange(26, 40)), 60 * random.randrange(9, 16))
    enrolled = enrolment.refer(cast, random, number=next_number(cast, series), at=at, days=random.randrange(5))
    return course(
        cast,
        random,
        enrolled,
        first_day=first_day,
        start_minute=start_minute,
        now=now,
        signs=signs,
        drivers=drivers,
    )


def course(
    cast: Cast,
    random: Random,
    enrolled: Enrolled,
    *,
    first_day: date,
    start_minute: int,
    now: datetime,
    signs: bool = True,
    drivers: int = 5,
) -> Enrolled | None:
    """Group visit, five booked days, order, driver and baseline questionnaire of one enrolled person."""

    def day(days_before: int, minute: int) -> datetime:
        return cast.site.instant(first_day - timedelta(days=days_before), minute + random.randrange(40))

    seat = None
    if enrolled.patient.state == EnrolmentState.CLEARED:  # the clearing still holds: only the health screen is due
        enrolment.screen(cast, enrolled.patient, at=min(now, day(21, 540)))
    else:
        seat = enrolment.seat_in_group(cast, enrolled, first_day=first_day, at=min(now, day(21, 600)))
    try:
        sequence = enrolment.book(
            cast,
            enrolled,
            first_day=first_day,
            start_minute=start_minute,
            at=min(now, day(21, 660)),
            late=days_late(enrolled.patient, first_day),
        )
    except Refused:
        return None
    if drivers:
        enrolment.drive(cast, sequence, enrolled.person, at=min(now, day(10, 600)), days=drivers)
    if seat is not None:
        if cast.site.instant(seat.group.date, seat.group.start_minute + 90) > now:
            return enrolled
        enrolment.attend_group(cast, seat, weight_kg=enrolled.person.weight_kg)
    order = enrolment.drafted(cast, sequence, at=min(now, day(6, 540)))
    if signs:
        enrolment.signed(cast, order, at=min(now, order.drafted_at + timedelta(minutes=3)))
    first = cast.site.instant(first_day, cast.site.opens_minute)
    asking.ask(cast, enrolled.patient, occasions=(BASELINE,), since=min(now, day(6, 600)), until=min(now, first))
    return enrolled


def hold_groups(cast: Cast, day: date, *, at: datetime) -> None:
    """Close the group visits of a day on which everybody has been decided."""
    for group in GroupVisit.objects.filter(site=cast.site, date=day, state=GroupVisitState.PLANNED):
        ends = cast.site.instant(group.date, group.start_minute + group.minutes)
        if ends < at and not group.seats.filter(state__in=(SeatState.BOOKED, SeatState.ATTENDED)).exists():
            mark_group_held(group=group, by=cast.psychologist, at=ends)


def come_back(cast: Cast, random: Random, *, first_day: date, now: datetime) -> None:
    """Somebody whose course was some weeks ago asks for another: cleared still, but the health screen is due."""
    before = first_day - timedelta(weeks=WEEKS_AGO)
    ensure_days(cast, cast.site.week_of(before), at=cast.site.instant(before - timedelta(days=60), 540))
    start = cast.site.opens_minute + TEMPLATE[-1]
    enrolled = enrol_fully(cast, random, first_day=before, start_minute=start, now=now)
    if enrolled is None:
        return
    treat(cast, enrolled, first_day=before, now=now, event_on=2)
    past = Infusion.objects.select_related("site", "patient", "visit__sequence", "order__protocol", "nurse")
    for infusion in past.filter(site=cast.site, patient=enrolled.patient, outcome=InfusionOutcome.STOPPED):
        events.review_what_happened(cast.physician, infusion)
    enrolled.patient.refresh_from_db()
    enrolment.assess(cast, enrolled, at=now - timedelta(days=3))


def treat(
    cast: Cast, enrolled: Enrolled, *, first_day: date, now: datetime, misses_last: str = "", event_on: int = 0
) -> None:
    """The days at the chair; the last one is missed for this reason, if any is given.

    event_on: the day on which the infusion is stopped for an adverse event; 0 for none.

    Somebody has looked at what worried in the answers before, or no infusion would start.
    """
    calls_at = min(now, cast.site.instant(first_day, 420))
    look_at_safety_tasks(by=cast.psychologist, site_id=cast.site.pk, at=calls_at, older_than=timedelta(hours=1))
    mine = Visit.objects.filter(sequence__patient=enrolled.patient, sequence__first_day=first_day)
    visits = list(mine.select_related("site").order_by("date"))
    habits = [Habits(event=visit.day_index == event_on) for visit in visits[:-1]] + [Habits(misses=misses_last)]
    run([chair_of(visit, one) for visit, one in zip(visits, habits, strict=True)], until=now)
