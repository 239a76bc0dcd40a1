"""A day and a week as the rules of repair and of re-timing read them: rows in, problems out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from kitclinic.models import Site
from scheduling.models import NurseBreak, Proposal, Sequence, SuiteDay, Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.plans import RELEASED, booked_days, current_seat, day_plans, week_dates
from scheduling.queries.rosters import rosters_of
from scheduling.queries.weeks import week_around
from scheduling.queries.wishes import wish_of
from scheduling.rules.blocks import WeekPlan, blocks_of, clinic_week
from scheduling.rules.capacity import GRID_MINUTES, DayPlan, Lengths, Span, on_floor
from scheduling.rules.protocols import STANDARD
from scheduling.rules.repair import Break, Nurse, RepairProblem, Seat, priority
from scheduling.rules.retime import SETTLED_DAYS, RetimeProblem, Wanted, may_be_retimed
from scheduling.rules.sequences import enrolment_problems, week_problems
from scheduling.rules.visits import open_sequence_problems
from scheduling.rules.wishes import aside_problems
from scheduling.states import ProposalState, SequenceState, VisitState

HELD_PRIORITY = 0  # a place that is only held goes first


@dataclass(frozen=True, slots=True)
class DayFacts:
    """The problem of one day, with the day as it is and the version it was read at."""

    problem: RepairProblem
    plan: DayPlan
    versions: dict[str, int]


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """The problem of one week. visits: of each tentative sequence, the visit of each date."""

    problem: RetimeProblem
    plans: dict[date, DayPlan]
    visits: dict[int, dict[date, int]]
    versions: dict[str, int]


def versions_of(days: Iterable[SuiteDay]) -> dict[str, int]:
    return {day.date.isoformat(): day.version for day in days}


def repair_facts(day: SuiteDay, *, at: datetime) -> DayFacts:
    """Return the problem of this day: who is seated, who may move, who is there. The news came at ``at``."""
    today = day.site.today(at)
    plan = day_plans([day], today=today)[day.date]
    now = -(-day.site.minute(at) // GRID_MINUTES) * GRID_MINUTES
    known_at = max(plan.open, now) if day.date == today else plan.open
    problem = RepairProblem(replace(plan, booked=()), tuple(_seats(day)), tuple(_nurses(day)), known_at)
    return DayFacts(problem, plan, versions_of([day]))


def _nurses(day: SuiteDay) -> Iterable[Nurse]:
    roster = rosters_of([day.pk])[day.pk]
    breaks: dict[int, list[Break]] = defaultdict(list)
    rows = NurseBreak.objects.filter(shift__suite_day=day).order_by("from_minute", "pk")
    for key, shift, start, end in rows.values_list("pk", "shift_id", "from_minute", "to_minute"):
        breaks[shift].append(Break(key, (start, end)))
    for entry in roster.shifts:
        away: list[Span] = [span for person, span in roster.out if person == entry.person]
        spans = on_floor(entry.span, away)
        if entry.counts and spans:
            yield Nurse(spans, tuple(breaks[entry.key]))


def _seats(day: SuiteDay) -> Iterable[Seat]:
    moved = _moved_before(day)
    visits = Visit.objects.filter(suite_day=day).exclude(state__in=RELEASED).select_related("sequence")
    for visit in visits.order_by("start_minute", "pk"):
        held = visit.sequence.state == SequenceState.HELD
        worth = priority(
            day_index=visit.day_index,
            makes_up=visit.makes_up_for_id is not None,
            moved_before=visit.sequence_id in moved,
        )
        yield Seat(
            visit.pk,
            visit.start_minute,
            lengths_of(visit),
            pinned=visit.state != VisitState.BOOKED,
            priority=HELD_PRIORITY if held else worth,
        )


def lengths_of(visit: Visit) -> Lengths:
    return Lengths(visit.iv_minutes, visit.infusion_minutes, visit.observation_minutes, visit.cleaning_minutes)


def _moved_before(day: SuiteDay) -> set[int]:
    """Sequences that an accepted plan has moved in this week already."""
    first = clinic_week(day.date, day.site.first_weekday)[0]
    rows = Proposal.objects.filter(
        site=day.site_id, state=ProposalState.ACCEPTED, first_day__gte=first, first_day__lte=day.date
    )
    keys = [move["visit"] for moves in rows.values_list("moves", flat=True) for move in moves]
    return set(Visit.objects.filter(pk__in=keys).values_list("sequence_id", flat=True)) if keys else set()


def retime_dates(site: Site, first_day: date) -> list[date]:
    """Return the days that re-timing this week may touch."""
    return week_dates(site, clinic_week(first_day, site.first_weekday)[0])


def retime_facts(site: Site, first_day: date, *, at: datetime) -> WeekFacts:
    """Return the problem of the clinic week that holds this day."""
    today = site.today(at)
    week = week_around(site, first_day, today=today)
    days = list(SuiteDay.objects.filter(site=site, date__in=retime_dates(site, first_day)).order_by("date"))
    plans = day_plans(days, today=today)
    visits: dict[int, dict[date, int]] = {}
    tentative = []
    for row in _tentative(site, week, today):
        own = {visit.date: visit for visit in row.visits.all() if visit.state == VisitState.BOOKED}
        if len(own) == row.planned_visits and set(own) <= set(plans):
            tentative.append(_wanted(row, own))
            visits[row.pk] = {day: visit.pk for day, visit in sorted(own.items())}
    moving = {key for by_day in visits.values() for key in by_day.values()}
    fixed = tuple(
        replace(plan, booked=tuple(visit for visit in plan.booked if visit.key not in moving))
        for plan in plans.values()
    )
    waiting = tuple(_waiting(site, week, plans, today))
    return WeekFacts(RetimeProblem(fixed, tuple(tentative), waiting), plans, visits, versions_of(days))


def _tentative(site: Site, week: WeekPlan, today: date) -> Iterable[Sequence]:
    rows = Sequence.objects.filter(site=site, state=SequenceState.TENTATIVE, first_day__in=week.dates)
    for row in rows.prefetch_related("visits").order_by("pk"):
        if row.first_day is not None and may_be_retimed(row.first_day, today=today):
            yield row


def _wanted(row: Sequence, own: dict[date, Visit]) -> Wanted:
    dates = tuple(sorted(own))
    start = row.start_minute or 0
    stays = (
        len({visit.start_minute for visit in own.values()}) > 1
    )  # one day was moved by hand: it keeps its times
    first = start if stays or row.promised_from_minute is None else row.promised_from_minute
    last = start if stays or row.promised_to_minute is None else row.promised_to_minute
    return Wanted(row.pk, dates, first, last, start, row.wish_minute, lengths_of(own[dates[0]]))


def _waiting(site: Site, week: WeekPlan, plans: dict[date, DayPlan], today: date) -> Iterable[Wanted]:
    """Requests that could begin in this week, each with the block and the window that it may take."""
    blocks = [block for block in blocks_of(week) if set(block.dates) <= set(plans)]
    standard = Q(protocol=None) | Q(protocol__protocol=STANDARD)
    rows = Sequence.objects.filter(standard, site=site, state=SequenceState.REQUESTED)
    for row in rows.select_related("patient__site").order_by("requested_at", "pk") if blocks else ():
        wish, patient = wish_of(row), row.patient
        states = list(patient.sequences.exclude(pk=row.pk).values_list("state", flat=True))
        if enrolment_problems(patient.state) or open_sequence_problems(states):
            continue
        seat = current_seat(patient)
        for block in blocks:
            lengths = plans[block.first_day].lengths
            first = wish.from_minute or 0
            last = (24 * 60 if wish.to_minute is None else wish.to_minute) - lengths.attended
            problems = week_problems(
                week,
                group_day=seat.group.date if seat else None,
                booked_days=booked_days(patient),
                today=today,
                window=window_of(site),
                clearance=clearance_of(patient),
                block=block,
            )
            if not problems and not aside_problems(wish, block.dates, first, lengths) and first <= last:
                yield Wanted(row.pk, block.dates, first, last, None, wish.minute, lengths)
                break


def weeks_to_retime(site: Site, *, at: datetime) -> list[date]:
    """Return the first day of each week with a tentative sequence that may still be moved."""
    rows = Sequence.objects.filter(
        site=site, state=SequenceState.TENTATIVE, first_day__gte=site.today(at) + timedelta(days=SETTLED_DAYS)
    )
    return sorted(
        {clinic_week(day, site.first_weekday)[0] for day in rows.values_list("first_day", flat=True) if day}
    )
