"""Who else is at the simulated clinic: every path through enrolment that is not the straight one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from kitclinic.models import StaffUser
from outcomes.simulation import enrolment
from outcomes.simulation.clinic import Cast
from outcomes.simulation.enrolment import Enrolled
from scheduling.actions import (
    NewSeries,
    clear_seat,
    decline_seat,
    extend_all_series,
    mark_seat_absent,
    measure_seat,
    note_questions,
    plan_group_visit,
    review_seat,
    start_series,
    teach_room,
    teach_seat,
    wait_for_seat,
    write_team_note,
)
from scheduling.models import GroupSeat, GroupSeries, GroupVisit
from scheduling.rules.group_plans import SeriesPlan
from scheduling.states import EducationItem, MisuseDecision, PregnancyState, Verdict

LARGE_START = 540  # 09:00
SMALL_CAPACITY, SMALL_ROOM = 12, "Cedar room"
RUNNING = 40  # minutes since the small group began
CONDITIONS = "Blood pressure below 150/95 on day 1; the own medicine is taken that morning"
NOTES = (
    (
        "Catastrophizing is high, sleep poor. Knows breathing exercises.",
        "Walk 20 minutes a day\nSleep before midnight",
    ),
    ("Worried about losing control during the infusion; was told what to expect.", "Cook for the family again"),
    ("Good support at home. Wants to return to part-time work.", "Work two mornings a week\nPlay the piano again"),
)
JUST_NOW = timedelta(minutes=25)  # since the scheduler booked the last two seats, and their letters wait to leave
Number = Callable[[], int]


def begin_series(cast: Cast, *, first_day: date, founded: datetime, now: datetime) -> None:
    """Two weekly groups: a large one a week before each first day, and a small one on the weekday of today."""
    site, today = cast.site, cast.site.today(now)
    if GroupSeries.objects.filter(site=site).exists():
        return
    minute = max(0, (site.minute(now) - RUNNING) // 5 * 5)
    week_ago = timedelta(days=7)
    large = SeriesPlan(
        (first_day - week_ago).weekday(),
        LARGE_START,
        90,
        enrolment.ROOM,
        enrolment.GROUP_CAPACITY,
        "English",
        first_day - week_ago,
    )
    small = SeriesPlan(today.weekday(), minute, 90, SMALL_ROOM, SMALL_CAPACITY, "English", today - week_ago)
    leads = ((large, cast.physician, cast.psychologists[-1]), (small, cast.physicians[-1], cast.psychologist))
    for plan, physician, psychologist in leads:
        start_series(
            site=site,
            new=NewSeries(plan, physician, psychologist),
            by=cast.scheduler,
            at=founded,
            confirmed=enrolment.COVERED,
        )
    extend_all_series(at=now)


def small_group(cast: Cast, day: date, *, at: datetime) -> GroupVisit:
    """The small group of this day; planned by itself where the series leaves a holiday out."""
    series = GroupSeries.objects.get(site=cast.site, capacity=SMALL_CAPACITY)
    planned = GroupVisit.objects.filter(site=cast.site, series=series, date=day).first()
    return planned or plan_group_visit(
        site=cast.site,
        day=day,
        start_minute=series.start_minute,
        capacity=SMALL_CAPACITY,
        physician=series.physician,
        psychologist=series.psychologist,
        room=SMALL_ROOM,
        by=cast.scheduler,
        at=at,
        confirmed=enrolment.COVERED,
    )


def newcomer(
    cast: Cast,
    random: Random,
    number: Number,
    *,
    days: int,
    at: datetime,
    by: StaffUser | None = None,
    **answers: Any,
) -> Enrolled:
    """Somebody accepted ``days`` days before ``at`` and assessed then, with the result the answers make."""
    accepted = at - timedelta(days=days)
    who = enrolment.someone(cast, random, at=accepted)
    if answers.get("pregnancy"):
        who = replace(who, sex="female", birth_date=cast.site.today(at) - timedelta(days=34 * 365))
    enrolled = enrolment.take_in(cast, random, who, number=number(), at=accepted)
    enrolment.assess(cast, enrolled, at=at, by=by, verdict=None, **answers)
    enrolled.patient.refresh_from_db()
    return enrolled


def not_eligible(cast: Cast, random: Random, number: Number, *, now: datetime) -> None:
    """A pregnant patient, whom nothing lets through, and one whose pain is too young, declined."""
    at = now - timedelta(days=1, hours=2)
    pregnant: dict[str, Any] = {
        "childbearing_potential": True,
        "pregnancy": PregnancyState.POSITIVE,
        "pregnancy_tested_on": None,
    }
    newcomer(cast, random, number, days=3, at=at, note="Test at the first visit.", **pregnant)
    short = newcomer(cast, random, number, days=5, at=at - timedelta(days=2), pain_months=3)
    enrolment.assess(
        cast,
        short,
        at=at,
        verdict=Verdict.DECLINE,
        note="Pain for 3 months; the referring provider was told to try physical therapy first",
        pain_months=3,
    )


def roster_of_today(cast: Cast, random: Random, number: Number, *, now: datetime) -> None:
    """The small group that is under way: six patients, five of them here, each a step further."""
    group = small_group(cast, cast.site.today(now), at=now)
    begins = group.starts_at
    booked_at = begins - timedelta(days=12)
    people = [newcomer(cast, random, number, days=3 + n, at=booked_at - timedelta(hours=5)) for n in range(6)]
    seats = [enrolment.seat(cast, one, group, at=booked_at) for one in people]

    def after(minutes: float) -> datetime:
        return min(now, begins + timedelta(minutes=minutes))

    for n, seat in enumerate(seats[:5]):
        weight = people[n].person.weight_kg
        enrolment.arrive_at_group(cast, seat, weight_kg=weight, at=after(2 * n), alone=n == 4)
        measure_seat(
            seat=seat,
            sbp=118 + 7 * n,
            dbp=72 + 4 * n,
            hr=66 + 3 * n,
            spo2=99 - n,
            by=cast.nurses[0],
            at=after(12 + n),
        )
    yes = [{}, {"blood_pressure": True}, {"liver": True, "medicines": True}, {}]
    for n, (seat, answers) in enumerate(zip(seats, yes, strict=False)):
        note = "Takes a new blood pressure tablet since May." if answers else ""
        enrolment.screen(cast, seat.patient, at=after(16 + n), seat=seat, note=note, **answers)
    for minutes, item in ((22, EducationItem.KETAMINE), (33, EducationItem.NEUROSCIENCE)):
        teach_room(group=group, item=item, by=cast.psychologist, at=after(minutes))
    _decide_some(cast, seats, after)


def _decide_some(cast: Cast, seats: list[GroupSeat], after: Callable[[float], datetime]) -> None:
    """One cleared, one cleared with conditions, one to review; one has signed and waits for the decision."""
    first, second, third, fourth, *_ = seats
    physician = cast.physicians[-1]
    for seat in (first, second, fourth):
        enrolment.sign(cast, seat, at=after(34))
    for seat, (note, goals) in zip((first, second, fourth), NOTES, strict=True):
        write_team_note(
            patient=seat.patient, note=note, goals=goals, by=cast.psychologist, at=after(35), seat=seat
        )
    question = "May I drive on the day after? What if I fall asleep?"
    note_questions(seat=fourth, questions=question, by=cast.nurses[0], at=after(35))
    for item in EducationItem:
        teach_seat(seat=first, item=item, by=cast.psychologist, at=after(36))
    clear_seat(seat=first, by=physician, at=after(37))
    clear_seat(seat=second, by=physician, at=after(38), note="Screen talked through.", conditions=CONDITIONS)
    review_seat(seat=third, note="Liver values asked for from the family practice", by=physician, at=after(39))


def last_week(cast: Cast, random: Random, number: Number, *, now: datetime) -> None:
    """The small group a week ago: one patient did not come, one is not suitable."""
    group = small_group(cast, cast.site.today(now) - timedelta(days=7), at=now - timedelta(days=30))
    begins, booked_at = group.starts_at, group.starts_at - timedelta(days=10)
    absent, unfit = (newcomer(cast, random, number, days=4, at=booked_at - timedelta(hours=5)) for _ in range(2))
    seat = enrolment.seat(cast, absent, group, at=booked_at)
    reason = "called the same afternoon: no one to come along"
    mark_seat_absent(seat=seat, by=cast.psychologist, at=begins + timedelta(minutes=30), reason=reason)
    seat = enrolment.seat(cast, unfit, group, at=booked_at)
    enrolment.arrive_at_group(cast, seat, weight_kg=unfit.person.weight_kg, at=begins)
    decline_seat(
        seat=seat,
        note="Unstable angina under investigation; may be referred again afterwards",
        by=cast.physicians[-1],
        at=begins + timedelta(minutes=80),
        final=True,
    )


def next_week(cast: Cast, random: Random, number: Number, *, now: datetime) -> None:
    """The small group in a week is full, and two patients wait for a seat; three needed a decision."""
    group = small_group(cast, cast.site.today(now) + timedelta(days=7), at=now)
    at = now - timedelta(days=2, hours=3)
    alcohol: dict[str, Any] = {
        "substance_misuse": True,
        "substance_decision": MisuseDecision.ACCEPT,
        "substance_rationale": "Alcohol; agreed to abstain, breath test on each infusion day",
    }
    past_misuse: dict[str, Any] = {
        "ketamine_misuse": True,
        "misuse_decision": MisuseDecision.ACCEPT,
        "misuse_rationale": "Recreational use eleven years ago; urine screen clear, addiction medicine agrees",
    }
    coming = [newcomer(cast, random, number, days=3, at=at, by=cast.scheduler, ketamine_misuse=True)]
    coming.append(newcomer(cast, random, number, days=4, at=at, **alcohol))
    coming += [newcomer(cast, random, number, days=2 + n, at=at) for n in range(SMALL_CAPACITY // 2 - 2)]
    for enrolled in coming:
        this_morning = enrolled in coming[-2:]
        enrolment.seat(cast, enrolled, group, at=now - JUST_NOW if this_morning else at + timedelta(hours=1))
    waiting = [newcomer(cast, random, number, days=5, at=at, **past_misuse)]
    waiting.append(newcomer(cast, random, number, days=1, at=at))
    for enrolled in waiting:
        note = "can come on short notice" if enrolled is waiting[-1] else "mornings only"
        by, since = cast.scheduler, now - JUST_NOW / 2
        wait_for_seat(patient=enrolled.patient, by=by, at=since, series=group.series, note=note)
