"""What a scheduler finds on a real day: wishes, a hold, promised weeks, the waiting list, a day made up."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from random import Random

from kitclinic.problems import Refused
from outcomes.simulation.cases import SMALL_CAPACITY
from outcomes.simulation.clinic import TEMPLATE, Cast, ensure_days
from outcomes.simulation.courses import enrol_fully, treat
from outcomes.simulation.enrolment import GROUP_CAPACITY
from scheduling.actions import (
    book_sequence,
    confirm_driver,
    make_up,
    name_driver,
    propose_retiming,
    request_sequence,
    wait_for_place,
)
from scheduling.models import GroupSeat, GroupVisit, Patient, Sequence, Visit
from scheduling.queries.moves import make_up_options
from scheduling.rules.places import Wait
from scheduling.rules.wishes import Wish
from scheduling.states import (
    EnrolmentState,
    GroupVisitState,
    MissedReason,
    SeatState,
    SequenceState,
    VisitState,
)

logger = logging.getLogger("kitclinic.simulation")

UNCONFIRMED = 2  # drivers of tomorrow who have not said yet that they come
NOON, HALF_PAST = 720, 750  # local minutes
SOON = timedelta(minutes=45)  # from now to a day that is made up, at least


@contextmanager
def told(what: str) -> Iterator[None]:
    """What a rule turns away is told in the log, and the demonstration opens without it."""
    try:
        yield
    except Refused as refused:
        logger.info("The simulated scheduler was refused %s: %s", what, refused)


# -- who asks, who holds, who waits ----------------------------------------------------------------------


def write_wishes(cast: Cast, *, now: datetime) -> None:
    """Five requests that wait: mornings, out by 12:30, not on one Friday, from far away, a returning patient."""
    site, today = cast.site, cast.site.today(now)
    friday = today + timedelta(days=7 + (4 - today.weekday()) % 7)
    wishes = (
        Wish(today, 540, site.opens_minute, NOON, (), "Mornings; the daughter drives and works from noon"),
        Wish(today, 600, None, HALF_PAST, (), "Has to meet the school bus"),
        Wish(today, None, None, None, (friday,), "A wedding on that Friday"),
        Wish(_week(cast, now, ahead=2), 690, 630, None, (), "Lives two hours away; not before 10:30"),
    )
    again = Wish(today + timedelta(days=7), 660, None, None, (), "The same nurse as last time, if that works")
    waiting = [*_of_next_weeks_group(cast, now)[: len(wishes)], *_returning(cast)[:1]]
    for place, (patient, wish) in enumerate(zip(waiting, (*wishes, again), strict=False)):
        at = now - timedelta(hours=1 + 7 * place)
        with told("a request"):
            request_sequence(patient=patient, wish=wish, by=cast.scheduler, at=at)


def hold_a_place(cast: Cast, *, now: datetime) -> None:
    """Somebody cleared today is on the phone: five places of next week are held until the hold runs out."""
    seats = _cleared_today(cast, now)
    if not seats:
        return
    patient, first_day = seats[0].patient, _week(cast, now, ahead=1)
    with told("a hold"):
        wish = Wish(first_day, 600, None, None, (), "Asks the husband about the week, on the phone")
        request_sequence(patient=patient, wish=wish, by=cast.scheduler, at=now - timedelta(minutes=2))
        book_sequence(
            patient=patient,
            first_day=first_day,
            start_minute=600,
            state=SequenceState.HELD,
            by=cast.scheduler,
            at=now,
        )


def promise_weeks(cast: Cast, *, now: datetime) -> None:
    """Three tentative sequences; in one week two of them are half an hour off the wish, which is free by now."""
    near, later = _week(cast, now, ahead=2), _week(cast, now, ahead=3)
    for patient in _of_next_weeks_group(cast, now)[:1]:
        _promise(cast, patient, first_day=near, wished=600, minute=600, now=now)
    groups = GroupVisit.objects.filter(
        site=cast.site,
        date=later - timedelta(days=cast.site.sma_target_days),
        state=GroupVisitState.PLANNED,
        capacity=GROUP_CAPACITY,
    )
    group = groups.order_by("start_minute").first()
    pairs = ((540, 570), (780, 750))
    for patient, (wished, minute) in zip(_without_anything(cast), pairs, strict=False):
        if group is not None:
            _promise(cast, patient, first_day=later, wished=wished, minute=minute, now=now, group=group)
    with told("better times"):
        propose_retiming(site=cast.site, first_day=later, by=cast.scheduler, at=now)


def _promise(
    cast: Cast,
    patient: Patient,
    *,
    first_day: date,
    wished: int,
    minute: int,
    now: datetime,
    group: GroupVisit | None = None,
) -> None:
    """A request, and the week promised some minutes later; with a group, its seat is booked along."""
    wish = Wish(first_day, wished)
    with told("a tentative sequence"):
        request_sequence(patient=patient, wish=wish, by=cast.scheduler, at=now - timedelta(minutes=50))
        book_sequence(
            patient=patient,
            first_day=first_day,
            start_minute=minute,
            state=SequenceState.TENTATIVE,
            group=group,
            support_person="Rowan Ellery" if group else "",
            support_relationship="friend" if group else "",
            by=cast.scheduler,
            at=now - timedelta(minutes=40),
        )


def wait_for_places(cast: Cast, *, now: datetime) -> None:
    """Three patients who would come sooner: at a day's notice, out by 12:30, and earlier than they are booked."""
    cleared = [seat.patient for seat in _cleared_today(cast, now)]
    asked = Sequence.objects.filter(site=cast.site, state=SequenceState.REQUESTED, wish_to_minute=HALF_PAST)
    booked = Sequence.objects.filter(
        site=cast.site, state=SequenceState.CONFIRMED, first_day__gt=cast.site.today(now)
    ).order_by("-first_day", "pk")
    waits = (
        (cleared[:1], Wait(notice_hours=24, note="Can come at a day's notice")),
        ([row.patient for row in asked.select_related("patient")[:1]], Wait(to_minute=HALF_PAST)),
        (
            [row.patient for row in booked.select_related("patient")[:1]],
            Wait(to_minute=NOON + 120, note="Would come sooner, pain is worse"),
        ),
    )
    for place, (patients, wait) in enumerate(waits):
        for patient in patients:
            with told("the waiting list"):
                at = now - timedelta(minutes=20 + 15 * place)
                wait_for_place(patient=patient, wait=wait, by=cast.scheduler, at=at)


def _week(cast: Cast, now: datetime, *, ahead: int) -> date:
    return cast.site.week_of(cast.site.today(now))[0] + timedelta(weeks=ahead)


def _of_next_weeks_group(cast: Cast, now: datetime) -> list[Patient]:
    """Who is booked into the small group of next week, found eligible, and has asked for no dates yet."""
    seats = GroupSeat.objects.filter(
        site=cast.site,
        group__date=cast.site.today(now) + timedelta(days=7),
        group__capacity=SMALL_CAPACITY,
        state=SeatState.BOOKED,
        patient__sequences=None,
    ).exclude(patient__eligibilities__result="pending")
    return [seat.patient for seat in seats.select_related("patient__site").order_by("pk")]


def _cleared_today(cast: Cast, now: datetime) -> list[GroupSeat]:
    seats = GroupSeat.objects.filter(
        site=cast.site,
        group__date=cast.site.today(now),
        group__capacity=SMALL_CAPACITY,
        state=SeatState.CLEARED,
        patient__sequences=None,
    )
    return list(seats.select_related("patient__site").order_by("pk"))


def _returning(cast: Cast) -> list[Patient]:
    done = Patient.objects.filter(
        site=cast.site, state=EnrolmentState.CLEARED, sequences__state=SequenceState.COMPLETED
    )
    return list(done.select_related("site").distinct().order_by("pk"))


def _without_anything(cast: Cast) -> list[Patient]:
    """Eligible patients who wait for dates, and for nothing else."""
    waiting = Patient.objects.filter(
        site=cast.site, state=EnrolmentState.ELIGIBLE, seats=None, waits=None, sequences=None
    )
    return list(waiting.select_related("site").order_by("pk"))


# -- drivers, and a day made up --------------------------------------------------------------------------


def confirm_drivers(cast: Cast, *, now: datetime) -> None:
    """The scheduler has called the drivers of tomorrow; two have not answered."""
    tomorrow = cast.site.today(now) + timedelta(days=1)
    visits = Visit.objects.filter(
        site=cast.site, date=tomorrow, state=VisitState.BOOKED, driver_confirmed_at=None
    ).exclude(driver_name="")
    for visit in list(visits.select_related("site").order_by("-start_minute", "pk"))[UNCONFIRMED:]:
        with told("a driver"):
            confirm_driver(visits=[visit], by=cast.scheduler, at=now - timedelta(hours=1))


def make_up_a_day(cast: Cast, random: Random, *, now: datetime) -> None:
    """Somebody was ill on the fifth day of last week; a physician agreed, and the day is made up this week."""
    site, first_day = cast.site, _week(cast, now, ahead=-1)
    ensure_days(cast, site.week_of(first_day), at=site.instant(first_day - timedelta(days=60), 540))
    start = site.opens_minute + TEMPLATE[-1]
    enrolled = enrol_fully(cast, random, first_day=first_day, start_minute=start, now=now)
    if enrolled is None:
        return
    treat(cast, enrolled, first_day=first_day, now=now, misses_last=MissedReason.ILLNESS)
    days = Visit.objects.filter(patient=enrolled.patient).select_related("site", "sequence__site")
    missed = days.order_by("date").last()
    if missed is not None and missed.state == VisitState.MISSED:
        with told("a make-up"):
            _book_again(cast, missed, enrolled.person.support_person, enrolled.person.support_phone, now)


def _book_again(cast: Cast, missed: Visit, driver: str, phone: str, now: datetime) -> None:
    site = cast.site
    for option in make_up_options(missed, now):
        soonest = site.minute(now + SOON) if option.day == site.today(now) else 0
        for start in [start for start in option.starts if start >= soonest][:1]:
            at = now - timedelta(minutes=70)
            row = make_up(
                visit=missed,
                date=option.day,
                start_minute=start,
                approved_by=cast.physician,
                by=cast.scheduler,
                at=at,
                confirmed=frozenset({"SCH-61", "SCH-11"}),
                reason="The patient agreed to the only time that is free",
            )
            name_driver(
                visits=[row],
                name=driver,
                relationship=missed.driver_relationship,
                phone=phone,
                transport=missed.driver_transport,
                confirmed=frozenset(f"DRV-{n:02d}" for n in range(1, 6)),
                by=cast.scheduler,
                at=at,
            )
            return
