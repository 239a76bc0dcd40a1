"""Today at the simulated clinic: 51 visits, everybody enrolled properly, charted up to this moment."""

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from random import Random

from django.db.models import F

from infusions.models import Order
from infusions.states import OrderState
from kitclinic.actions import begin_long_task
from kitclinic.models import LongTask, OutboxMessage
from kitclinic.problems import Refused
from outcomes.actions import plan_asks
from outcomes.simulation import asking, cases, decisions, drugs, enrolment, inbox, next_day, planning, staffing
from outcomes.simulation.answers import answer_all, look_at_safety_tasks
from outcomes.simulation.chairside import Chair, chair_of, run
from outcomes.simulation.clinic import TEMPLATE, Cast, close_holidays, ensure_days
from outcomes.simulation.courses import FIRST_NUMBER, come_back, enrol_fully, hold_groups, next_number
from outcomes.simulation.script import Habits, Script, usual_habits
from scheduling.actions import open_weeks
from scheduling.models import Patient, Sequence, Visit

logger = logging.getLogger("kitclinic.simulation")
VISITS_A_DAY = 51
MOMENT = "simulated moment"  # key of the row that remembers when today was made
FORGOTTEN = 3  # visits of tomorrow without a driver
LATER_WEEKS = (14, 9, 5)  # sequences booked in the weeks to come
Step = Callable[[], object]


def make_today(cast: Cast, *, now: datetime, seed: int, step: Callable[[Iterable[Step]], None]) -> None:
    """Make whatever is missing of this week, and chart it up to now.

    step: runs the steps, one after the other, with whatever progress it shows.
    """
    site, today = cast.site, cast.site.today(now)
    week = site.week_of(today)
    founded = now - timedelta(days=60)
    ensure_days(cast, week, at=founded)
    open_weeks(site=site, by=cast.administrator, at=now, first=week[0] + timedelta(days=7), weeks=26)
    close_holidays(cast, first=week[-1] + timedelta(days=1), last=week[-1] + timedelta(days=190), at=now)
    _begin(cast, week[0], founded=founded, now=now)
    random = Random(f"{seed}:{week[0]}")
    missing = _free_starts(cast, week[0])
    random.shuffle(missing)
    new = not Patient.objects.filter(site=site, record_number__startswith="KC-3").exists()
    steps: list[Step] = [
        lambda minute=minute: enrol_fully(cast, random, first_day=week[0], start_minute=minute, now=now)  # type: ignore[misc]
        for minute in missing
    ]
    if new:
        steps += _to_come(cast, random, week[0], now)
        steps += _everything_else(cast, Random(f"{seed}:cases"), week[0], now)
        steps += _planned(cast, Random(f"{seed}:planning"), now)
    step(steps)
    decisions.decide_otherwise(cast, now=now)
    staffing.come_after_all(cast, now=now)
    planning.confirm_drivers(cast, now=now)
    for days_before in range(8):
        hold_groups(cast, today - timedelta(days=days_before), at=now)
    look_at_safety_tasks(by=cast.psychologist, site_id=site.pk, at=now, older_than=timedelta(hours=1))
    begin_long_task(site=site, key=MOMENT, title="Today", total=0, at=now)
    LongTask.objects.filter(site=site, key=MOMENT).update(finished_at=now)
    if today == week[0]:
        drugs.count_in_the_evening(cast, drugs.day_before(site, today))
    step([lambda day=day: chart_day(cast, day, now=now) for day in week if day <= today])  # type: ignore[misc]
    _afterwards(cast, now)


def _begin(cast: Cast, first_day: date, *, founded: datetime, now: datetime) -> None:
    """What a clinic has before its first patient: a plan of questions, a vault, a series of groups."""
    asking.begin_with_plan(cast, at=founded)
    drugs.begin(cast, now=now)
    cases.begin_series(cast, first_day=first_day, founded=founded, now=now)


def _afterwards(cast: Cast, now: datetime) -> None:
    """What is settled when the days are charted: old differences of the ledger, and who was called since."""
    drugs.answer_old_discrepancies(cast, at=now)
    next_day.call_round(cast, now=now)
    plan_asks(site=cast.site, at=now)


def _free_starts(cast: Cast, first_day: date) -> list[int]:
    """Clock times of the template that are not booked yet, up to 51 visits a day."""
    site = cast.site
    taken = list(
        Sequence.objects.filter(site=site, first_day=first_day)
        .exclude(state="cancelled")
        .values_list("start_minute", flat=True)
    )
    starts = [site.opens_minute + offset for offset in TEMPLATE[:VISITS_A_DAY]]
    for minute in taken:
        if minute in starts:
            starts.remove(minute)
    return starts[: max(0, VISITS_A_DAY - len(taken))]


def _to_come(cast: Cast, random: Random, first_day: date, now: datetime) -> list[Step]:
    """The weeks to come, the requests that wait, and a few things that wait for somebody now."""
    site = cast.site
    steps: list[Step] = []
    for weeks, number in enumerate(LATER_WEEKS, start=1):
        for place in range(number):
            minute = site.opens_minute + 85 * (place % 6) + 10 * (place // 6 % 2)
            steps.append(
                lambda weeks=weeks, place=place, minute=minute: enrol_fully(  # type: ignore[misc]
                    cast,
                    random,
                    first_day=first_day + timedelta(weeks=weeks),
                    start_minute=minute,
                    now=now,
                    signs=place not in (1, 4, 7),
                    drivers=0 if place % 3 == 2 else 5,
                )
            )
    steps += [lambda: _waiting(cast, random, now)] * 2
    steps.append(lambda: _waiting(cast, random, now, first_day=first_day + timedelta(weeks=2)))
    steps.append(lambda: _unfinished_questionnaires(cast, first_day + timedelta(weeks=1), now))
    steps.append(lambda: _forget_drivers(cast, now))
    return steps


def _everything_else(cast: Cast, random: Random, first_day: date, now: datetime) -> list[Step]:
    """The inbox, the groups around today, and every path that is not the straight one. Needs everybody booked."""

    def number() -> int:
        return next_number(cast, FIRST_NUMBER)

    return [
        lambda: inbox.fill_inbox(cast, random, now=now),
        lambda: inbox.fill_older_months(cast, random, now=now),
        lambda: inbox.somebody_twice(cast, random, number=number(), now=now),
        lambda: cases.not_eligible(cast, random, number, now=now),
        lambda: cases.last_week(cast, random, number, now=now),
        lambda: cases.roster_of_today(cast, random, number, now=now),
        lambda: cases.next_week(cast, random, number, now=now),
        lambda: come_back(cast, random, first_day=first_day, now=now),
    ]


def _planned(cast: Cast, random: Random, now: datetime) -> list[Step]:
    """What the scheduler has in hand. Needs everybody booked; whoever only has a wish comes before who waits."""
    return [
        lambda: planning.write_wishes(cast, now=now),
        lambda: planning.hold_a_place(cast, now=now),
        lambda: planning.wait_for_places(cast, now=now),
        lambda: planning.promise_weeks(cast, now=now),
        lambda: planning.make_up_a_day(cast, random, now=now),
        lambda: staffing.decide_holidays(cast, now=now),
        lambda: staffing.plan_leave(cast, now=now),
        lambda: staffing.call_out(cast, now=now),
        lambda: _letters_have_left(cast, now),
    ]


def _letters_have_left(cast: Cast, now: datetime) -> None:
    """What was due before this day left when it was due; today's messages are for the worker."""
    start_of_day = cast.site.instant(cast.site.today(now), 0)
    past = OutboxMessage.objects.filter(
        site=cast.site, sent_at=None, key__startswith="seat-", due_at__lt=start_of_day
    )
    past.update(sent_at=F("due_at"), attempts=1)


def _waiting(cast: Cast, random: Random, now: datetime, *, first_day: date | None = None) -> None:
    """Somebody found eligible who waits for dates; with a first day, the seat in the group is booked."""
    at = now - timedelta(days=random.randrange(1, 10), hours=3)
    enrolled = enrolment.refer(cast, random, number=next_number(cast, FIRST_NUMBER), at=at)
    if first_day is not None:
        enrolment.seat_in_group(cast, enrolled, first_day=first_day, at=at + timedelta(hours=3))


def _unfinished_questionnaires(cast: Cast, first_day: date, now: datetime) -> None:
    """One questionnaire half done, and one answer that worries."""
    patients = [
        sequence.patient
        for sequence in Sequence.objects.filter(site=cast.site, first_day=first_day).select_related(
            "patient__site"
        )
    ]
    if len(patients) < 2:
        return
    half, worried = patients[0], patients[1]
    soon = timedelta(minutes=10)
    answer_all(half, occasion="baseline", sent_at=now - timedelta(hours=2), by=cast.scheduler, most=6, after=soon)
    answer_all(
        worried,
        occasion="baseline",
        sent_at=now - timedelta(minutes=45),
        by=cast.scheduler,
        worries=True,
        after=soon,
    )


def _forget_drivers(cast: Cast, now: datetime) -> None:
    """A few patients whose driver for tomorrow is not known yet."""
    tomorrow = cast.site.today(now) + timedelta(days=1)
    for visit in Visit.objects.filter(site=cast.site, date=tomorrow).order_by("pk")[:FORGOTTEN]:
        Visit.objects.filter(pk=visit.pk).update(
            driver_name="", driver_relationship="", driver_phone="", driver_transport=""
        )


def chart_day(cast: Cast, day: date, *, now: datetime) -> int:
    """Chart one day's visits up to now, and count the vault when it is over; return how many acts that took."""
    acts = run(chairs_of_day(cast, day), until=now)
    if day < cast.site.today(now):
        drugs.count_in_the_evening(cast, day)
    return acts


def chairs_of_day(cast: Cast, day: date) -> list[Chair]:
    visits = list(
        Visit.objects.filter(site=cast.site, date=day)
        .select_related("site", "patient", "sequence", "suite_day")
        .order_by("start_minute", "chair")
    )
    moment = LongTask.objects.filter(site=cast.site, key=MOMENT).values_list("started_at", flat=True).first()
    unusual = striking(visits, moment) if moment else {}
    return [chair_of(visit, unusual.get(visit.pk)) for visit in visits]


def striking(visits: list[Visit], moment: datetime) -> dict[int, Habits]:
    """Habits that make this moment worth seeing: a set that is late, a flag that is open, an event to review.

    The same visits and the same moment give the same answer, so a later process goes on with it.
    """
    found: dict[int, Habits] = {}
    for visit in visits:
        script = Script(f"{visit.site_id}:{visit.pk}", usual_habits(f"{visit.site_id}:{visit.pk}", day_index=1))
        ran = moment - (script.arrival(visit.starts_at) + timedelta(seconds=570))
        if timedelta(minutes=22) <= ran <= timedelta(minutes=28) and "late" not in map(_what, found.values()):
            found[visit.pk] = Habits(slow_set="start+15", slow_by=timedelta(minutes=29))
        elif timedelta(minutes=18) <= ran <= timedelta(minutes=39) and "flag" not in map(_what, found.values()):
            found[visit.pk] = Habits(rises=True, keeps_flag=True)
        elif timedelta(minutes=73) <= ran <= timedelta(minutes=77) and "driver" not in map(_what, found.values()):
            found[visit.pk] = Habits(driver_late=True)
        elif timedelta(minutes=95) <= ran <= timedelta(hours=9) and "event" not in map(_what, found.values()):
            found[visit.pk] = Habits(event=True)
    return found


def _what(habits: Habits) -> str:
    if habits.slow_set:
        return "late"
    if habits.event:
        return "event"
    return "flag" if habits.keeps_flag else "driver"


def sign_what_starts_soon(cast: Cast, *, now: datetime) -> None:
    """The simulated physician signs what nobody signed a day before it is needed, and settles what is held."""
    soon = cast.site.today(now) + timedelta(days=1)
    waiting = Order.objects.filter(site=cast.site, state=OrderState.DRAFT, sequence__first_day__lte=soon)
    for order in waiting.select_related("site", "sequence__patient"):
        try:
            enrolment.signed(cast, order, at=now)
        except Refused as refused:  # a person signed or ended it just now; the clinic goes on
            logger.info("The simulated physician did not sign %s: %s", order, refused)
    decisions.settle_held(cast, at=now)
