"""Series of group visits: begin one, plan its visits ahead, end it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.states import move
from scheduling.actions.group_plans import Confirmed, lock_plans, people_problems, time_problems, write_group
from scheduling.actions.seats import note_act
from scheduling.models import GroupSeat, GroupSeries, GroupVisit
from scheduling.queries.closures import closed_days
from scheduling.rules.capacity import date_words
from scheduling.rules.group_plans import (
    ENR_65,
    ENR_66,
    WEEKS_PLANNED,
    Meeting,
    SeriesPlan,
    over_problems,
    series_days,
    series_problems,
)
from scheduling.states import GroupVisitState, SeatState

PLANNED_WITH_THE_SERIES = "planned with its series"


@dataclass(frozen=True, slots=True)
class NewSeries:
    """What a new series looks like. plan: its day, time, room, seats and language."""

    plan: SeriesPlan
    physician: StaffUser
    psychologist: StaffUser


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning ahead has done. left_out: dates without a group visit, each with the reason."""

    groups: tuple[GroupVisit, ...] = ()
    left_out: dict[date, str] = field(default_factory=dict)


@transaction.atomic
def start_series(
    *, site: Site, new: NewSeries, by: StaffUser, at: datetime, confirmed: Confirmed | None = None
) -> tuple[GroupSeries, Planned]:
    """Begin a series and plan its group visits 12 weeks ahead. Refused where no visit at all can be planned.

    confirmed: rule id → reason, for what the person at the screen confirmed.
    """
    site, plan = lock_plans(site), new.plan
    today = site.today(at)
    refuse_if(series_problems(plan, today) + people_problems(new.physician, new.psychologist, site))
    series = GroupSeries.objects.create(
        site=site,
        weekday=plan.weekday,
        start_minute=plan.start,
        minutes=plan.minutes,
        room=plan.room.strip(),
        capacity=plan.places,
        language=plan.language.strip(),
        physician=new.physician,
        psychologist=new.psychologist,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        created_at=at,
    )
    audit.record(event="series begun", by=by, at=at, site=site, subject=series)
    planned = _plan(series, by=by, at=at, weeks=WEEKS_PLANNED, confirmed=confirmed or {})
    if not planned.groups and planned.left_out:
        reasons = dict.fromkeys(planned.left_out.values())
        raise Refused(
            [Blocker(ENR_66.id, f"No group visit of this series can be planned. {one}") for one in reasons]
        )
    return series, planned


@transaction.atomic
def plan_series_visits(
    *,
    series: GroupSeries,
    by: StaffUser | None,
    at: datetime,
    weeks: int = WEEKS_PLANNED,
    confirmed: Confirmed | None = None,
) -> Planned:
    """Plan the group visits of a series for the coming weeks that are missing; said again, it adds nothing.

    by: None for the clinic's own clockwork. A date planned before stays as it is, cancelled ones too.
    """
    lock_plans(series.site)
    rows = GroupSeries.objects.select_related("site", "physician", "psychologist")
    return _plan(rows.get(pk=series.pk), by=by, at=at, weeks=weeks, confirmed=confirmed or {})


@transaction.atomic
def extend_all_series(*, at: datetime) -> int:
    """Plan ahead every series that goes on; returns the number of new group visits."""
    made = 0
    for series in GroupSeries.objects.select_related("site").order_by("pk"):
        if series.ends_on is None or series.ends_on >= series.site.today(at):
            confirmed = {"ENR-64": PLANNED_WITH_THE_SERIES}
            made += len(plan_series_visits(series=series, by=None, at=at, confirmed=confirmed).groups)
    return made


@transaction.atomic
def end_series(*, series: GroupSeries, last_day: date, by: StaffUser, at: datetime) -> list[GroupVisit]:
    """Let a series end on this day and cancel what is empty after it; returns the group visits with patients."""
    site = lock_plans(by.site)
    found = GroupSeries.objects.get(site=site, pk=series.pk)
    if last_day < found.starts_on or last_day < site.today(at) - timedelta(days=1):
        raise Refused([Blocker(ENR_66.id, "This day is over. Let the series end today or later.", "last_day")])
    found.ends_on = last_day
    found.save(update_fields=["ends_on"])
    audit.record(event="series ended", by=by, at=at, site=site, subject=found, detail={"on": last_day.isoformat()})
    later = GroupVisit.objects.select_for_update().filter(series=found, date__gt=last_day)
    kept = []
    for group in later.filter(state=GroupVisitState.PLANNED).order_by("date"):
        if GroupSeat.objects.filter(group=group).exclude(state=SeatState.CANCELLED).exists():
            kept.append(group)
            continue
        move(group, GroupVisitState.CANCELLED, by=by, at=at, reason="the series has ended")
        note_act("group visit cancelled", group, by, at, seats=0)
    return kept


def _plan(series: GroupSeries, *, by: StaffUser | None, at: datetime, weeks: int, confirmed: Confirmed) -> Planned:
    days = list(series_days(plan_of_series(series), series.site.today(at), weeks))
    known = GroupVisit.objects.filter(series=series, date__in=days).values_list("date", flat=True)
    missing = sorted(set(days) - set(known))
    closed = closed_days(series.site, missing[0], missing[-1]) if missing else {}
    meetings: list[Meeting] = []
    left_out: dict[date, str] = {}
    asked: list[Problem] = []
    for day in missing:
        meeting = _meeting(series, day)
        problems = _problems(series, meeting, closed.get(day, ""), at)
        blocked = [problem.sentence for problem in problems if isinstance(problem, Blocker)]
        if blocked:
            left_out[day] = " ".join(blocked)
        else:
            meetings.append(meeting)
            asked += problems
    reasons = {rule: reason for rule, reason in confirmed.items() if reason.strip()}
    refuse_if(asked, confirmed=frozenset(reasons))
    groups = tuple(
        write_group(
            site=series.site,
            meeting=meeting,
            capacity=series.capacity,
            language=series.language,
            series=series,
            by=by,
            at=at,
            reasons=reasons if asked else {},
        )
        for meeting in meetings
    )
    return Planned(groups, left_out)


def _meeting(series: GroupSeries, day: date) -> Meeting:
    return Meeting(
        day, series.start_minute, series.minutes, series.room, series.physician_id, series.psychologist_id
    )


def _problems(series: GroupSeries, meeting: Meeting, closed: str, at: datetime) -> list[Problem]:
    """Return why this date is left out (blockers), or what is asked about it. closed: why the day is."""
    if closed:
        return [Blocker(ENR_65.id, f"{date_words(meeting.day)} is closed: {closed}.", "starts_on")]
    site = series.site
    problems = time_problems(site, meeting, series.physician, series.psychologist)
    return problems + over_problems(meeting.day, meeting.span[1], site.today(at), site.minute(at))


def plan_of_series(series: GroupSeries) -> SeriesPlan:
    """Return a series as the rules read it."""
    return SeriesPlan(
        series.weekday,
        series.start_minute,
        series.minutes,
        series.room,
        series.capacity,
        series.language,
        series.starts_on,
        series.ends_on,
    )
