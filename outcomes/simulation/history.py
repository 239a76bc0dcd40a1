"""Older history: a year of patients, some of whom come back, made through the same actions."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from infusions.models import Infusion
from infusions.states import InfusionOutcome
from kitclinic.actions import begin_long_task, finish_long_task, note_progress
from kitclinic.models import LongTask
from kitclinic.problems import Refused
from outcomes.rules.plans import FOLLOW_UPS
from outcomes.simulation import asking, enrolment
from outcomes.simulation.answers import look_at_safety_tasks
from outcomes.simulation.chairside import chair_of, run
from outcomes.simulation.clinic import TEMPLATE, Cast, ensure_days, weeks_before
from outcomes.simulation.courses import course, enrol_fully, hold_groups
from outcomes.simulation.enrolment import Enrolled
from scheduling.actions import cancel_sequence
from scheduling.models import GroupVisit, Sequence, Visit
from scheduling.states import GroupVisitState, SequenceState

logger = logging.getLogger("kitclinic.simulation")

KEY = "history"
SERIES = 100_000  # record numbers of people of older history
WEEKS = 52
COMES_BACK = 0.45  # of those who completed a sequence; the paper: 52.8% of completers returned


@dataclass
class Diary:
    """Who comes back in which week."""

    cast: Cast
    random: Random
    now: datetime
    returning: dict[date, list[Enrolled]] = field(default_factory=lambda: defaultdict(list))


def make_history(cast: Cast, *, now: datetime, seed: int, weeks: int = WEEKS) -> None:
    """Fill in the weeks before this one, oldest first, with a progress note on every page."""
    today = cast.site.today(now)
    first_days = [weeks_before(cast.site, today, before) for before in range(weeks, 0, -1)]
    task = begin_long_task(
        site=cast.site, key=KEY, title="Filling in older weeks of the simulated clinic", total=weeks, at=now
    )
    diary = Diary(cast, Random(f"{seed}:history"), now)
    for number, first_day in enumerate(first_days, start=1):
        if not is_made(cast, first_day):  # a history that was interrupted goes on where it was
            make_week(diary, first_day, patients=week_size(number, weeks))
        note_progress(task=task, done=number)
    look_at_safety_tasks(by=cast.psychologist, site_id=cast.site.pk, at=now, older_than=timedelta(hours=1))
    finish_long_task(task=task, at=now)


def is_finished(cast: Cast) -> bool:
    return LongTask.objects.filter(site=cast.site, key=KEY, finished_at__isnull=False).exists()


def is_made(cast: Cast, first_day: date) -> bool:
    """Whether this week has been filled in before, to its end: its group visits are closed."""
    groups = GroupVisit.objects.filter(site=cast.site, date=first_day - timedelta(days=7))
    return groups.exists() and not groups.filter(state=GroupVisitState.PLANNED).exists()


def week_size(number: int, weeks: int) -> int:
    """New patients in one week: the clinic grew from two to nine a week."""
    return 2 + round(7 * number / weeks)


def make_week(diary: Diary, first_day: date, *, patients: int) -> None:
    """One week: who is new, who comes back, five days at the chairs, and the questionnaires afterwards."""
    cast, random = diary.cast, diary.random
    days = cast.site.week_of(first_day)
    ensure_days(cast, days, at=cast.site.instant(first_day - timedelta(days=60), 540), nurses=5)
    starts = [cast.site.opens_minute + offset for offset in TEMPLATE[:40]]
    random.shuffle(starts)
    for start in starts[:patients]:
        with _told():
            new = enrol_fully(cast, random, first_day=first_day, start_minute=start, now=diary.now, series=SERIES)
            _treat(diary, new, first_day)
    for start, known in zip(starts[patients:], diary.returning.pop(first_day, []), strict=False):
        with _told():
            _treat(diary, come_back(diary, known, first_day=first_day, start_minute=start), first_day)
    hold_groups(cast, first_day - timedelta(days=7), at=diary.now)


@contextmanager
def _told() -> Iterator[None]:
    """One simulated patient whom a rule turns away is told in the log; the next one comes."""
    try:
        yield
    except Refused as refused:
        logger.info("A simulated patient was turned away: %s", refused)


def _treat(diary: Diary, enrolled: Enrolled | None, first_day: date) -> None:
    """Five days at the chair, in one transaction: nobody sees a chair of the past taken in between."""
    if enrolled is None:
        return
    cast = diary.cast
    calls_at = min(diary.now, cast.site.instant(first_day, 420))
    look_at_safety_tasks(by=cast.psychologist, site_id=cast.site.pk, at=calls_at, older_than=timedelta(hours=1))
    visits = Visit.objects.filter(sequence__patient=enrolled.patient, sequence__first_day=first_day)
    with transaction.atomic():
        run([chair_of(visit) for visit in visits.select_related("site")], until=diary.now)
        _settle(diary, enrolled, first_day)
    _afterwards(diary, enrolled, first_day)


def _settle(diary: Diary, enrolled: Enrolled, first_day: date) -> None:
    """A sequence with a missed day ends early; somebody decided so the day after."""
    cast = diary.cast
    interrupted = Sequence.objects.filter(
        site=cast.site, patient=enrolled.patient, first_day=first_day, state=SequenceState.INTERRUPTED
    )
    at = min(diary.now, cast.site.instant(first_day + timedelta(days=5), 600))
    for sequence in interrupted.select_related("site"):
        reason = sequence.visits.exclude(missed_reason="").values_list("missed_reason", flat=True)[0]
        cancel_sequence(sequence=sequence, reason=reason, by=cast.scheduler, at=at)


def come_back(diary: Diary, known: Enrolled, *, first_day: date, start_minute: int) -> Enrolled | None:
    """Another sequence of somebody who has had one: assessed anew, then like the first."""
    cast = diary.cast
    at = cast.site.instant(first_day - timedelta(days=28), 600)
    known.patient.refresh_from_db()
    enrolment.assess(cast, known, at=at)
    known.patient.refresh_from_db()
    return course(cast, diary.random, known, first_day=first_day, start_minute=start_minute, now=diary.now)


def _afterwards(diary: Diary, enrolled: Enrolled, first_day: date) -> None:
    """Questionnaires in the follow-up windows, and the decision to come back."""
    cast, random, site = diary.cast, diary.random, diary.cast.site
    done = Infusion.objects.filter(
        site=site, patient=enrolled.patient, outcome=InfusionOutcome.COMPLETED
    ).order_by("-started_at")
    last = done.first()
    if last is None or last.started_at is None:
        return
    again = first_day + timedelta(weeks=random.randrange(8, 20))
    returns = random.random() < COMES_BACK and again < site.week_of(site.today(diary.now))[0]
    if returns:
        diary.returning[again].append(enrolled)
    until = site.instant(again - timedelta(days=21), 540) if returns else diary.now
    since = site.instant(first_day + timedelta(days=5), 600)
    if since < diary.now:
        asking.ask(cast, enrolled.patient, occasions=FOLLOW_UPS, since=since, until=until)
