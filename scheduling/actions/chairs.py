"""Chairs out of service: booked visits change chairs first, at the same time; then the chair is out."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import ChairOutage, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import SCH_36
from scheduling.rules.chairs import ChairMove, empty_chair
from scheduling.rules.roster import chair_out_problems


@transaction.atomic
def take_chair_out(
    *, site: Site, chair: int, first_day: date, last_day: date | None, because: str, by: StaffUser, at: datetime
) -> ChairOutage:
    """Take a chair out of service from one day to another (None: until further notice).

    Its booked visits get other chairs at the same time where all of them fit; else Refused, visit by visit.
    """
    days = _days(site, first_day, last_day)
    problems = chair_out_problems(site.chairs, chair, (first_day, last_day), because=because, today=site.today(at))
    refuse_if(problems)
    moves, problems = _emptied(days, chair, at)
    refuse_if(problems)
    move_chairs(moves)
    outage = ChairOutage.objects.create(
        site=site,
        chair=chair,
        first_day=first_day,
        last_day=last_day,
        because=because.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    note_change(days)
    detail = {
        "chair": chair,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat() if last_day else "",
        "chair_moves": [[move.key, move.from_chair, move.to_chair] for move in moves],
    }
    audit.record(event="chair_out", by=by, at=at, site=site, subject=outage, detail=detail)
    return outage


@transaction.atomic
def return_chair(*, outage: ChairOutage, last_day: date, by: StaffUser, at: datetime) -> ChairOutage | None:
    """Put a chair back into service after ``last_day``; None is returned where it was never out then."""
    row = ChairOutage.objects.select_for_update().filter(site_id=outage.site_id, pk=outage.pk).first()
    if row is None or (row.last_day is not None and row.last_day <= last_day):
        raise Refused([Blocker(SCH_36.id, "This chair is back in service by then already. Reload the page.")])
    days = _days(row.site, max(row.first_day, last_day + timedelta(days=1)), row.last_day)
    detail = {"chair": row.chair, "last_day": last_day.isoformat()}
    audit.record(event="chair_back", by=by, at=at, site=row.site, subject=row, detail=detail)
    note_change(days)
    if last_day < row.first_day:
        row.delete()
        return None
    row.last_day = last_day
    row.save(update_fields=["last_day"])
    return row


def move_chairs(moves: list[ChairMove]) -> None:
    """Renumber chairs in one statement, so that patients may swap theirs."""
    to_chair = {int(move.key): move.to_chair for move in moves if move.key is not None}
    visits = list(Visit.objects.filter(pk__in=to_chair))
    for visit in visits:
        visit.chair = to_chair[visit.pk]
    if visits:
        Visit.objects.bulk_update(visits, ["chair"])


def _days(site: Site, first: date, last: date | None) -> list[SuiteDay]:
    rows = SuiteDay.objects.filter(site=site, date__gte=first)
    return lock_days(
        site=site, dates=(rows.filter(date__lte=last) if last else rows).values_list("date", flat=True)
    )


def _emptied(days: list[SuiteDay], chair: int, at: datetime) -> tuple[list[ChairMove], list[Problem]]:
    moves: list[ChairMove] = []
    problems: list[Problem] = []
    if not days:
        return moves, problems
    minute, today = days[0].site.minute(at), days[0].site.today(at)
    for date_, plan in day_plans(days, today=today).items():
        since = minute if date_ == today else 0
        found, against = empty_chair(replace(plan, out=plan.out | {chair}), chair, since=since)
        moves += found
        problems += against
    return moves, problems
