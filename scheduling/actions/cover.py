"""Cover needed: opened with a call-out, taken by a named person, closed when nobody is missing any more."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import PRESCRIBERS, Role
from scheduling.actions.suite import LockedDay, lock_day, note_change
from scheduling.models import CoverNeeded, SuiteDay
from scheduling.queries.plans import day_plans
from scheduling.rules.capacity import DayPlan, Span
from scheduling.rules.staffing import OpenCover, TakerFacts, cover_change, cover_needed, taker_problems
from scheduling.states import CoverKind


def settle_cover(day: SuiteDay, *, by: StaffUser, at: datetime) -> list[CoverNeeded]:
    """Work out the open cover of a locked day anew after any change; close what is no longer needed.

    Returns the rows it opened: the parts that are still needed of rows that it closed.
    """
    if not CoverNeeded.objects.filter(suite_day=day, closed_at=None).exists():
        return []
    return write_cover(day, day_plans([day], today=day.site.today(at))[day.date], by=by, at=at)


def write_cover(day: SuiteDay, plan: DayPlan, *, by: StaffUser, at: datetime) -> list[CoverNeeded]:
    """Make the open cover of a locked day exactly what ``plan`` needs: the day as it is, or as it will be.

    Before a fact is written that takes somebody away, give the day as it will be: the database counts at once.
    New rows stand before old ones close, so that the count never fails in between.
    """
    rows = list(CoverNeeded.objects.filter(suite_day=day, closed_at=None).order_by("pk"))
    needed = cover_needed(plan)
    opened: list[CoverNeeded] = []
    closed: list[int] = []
    for kind in CoverKind:
        now = [
            OpenCover(row.pk, (row.from_minute, row.to_minute), row.taken_by_id is not None)
            for row in rows
            if row.kind == kind
        ]
        change = cover_change(now, needed[kind])
        closed += change.close
        keepers = {row.pk: row for row in rows}
        opened += [_row(day, kind, span, keepers.get(key or 0), by=by, at=at) for span, key in change.open]
    CoverNeeded.objects.bulk_create(opened)
    CoverNeeded.objects.filter(pk__in=closed).update(closed_at=at)
    if opened or closed:
        detail = {"opened": [[row.kind, row.from_minute, row.to_minute] for row in opened], "closed": closed}
        audit.record(event="cover_needed", by=by, at=at, site=day.site, subject=day, detail=detail)
    return opened


def _row(
    day: SuiteDay, kind: CoverKind, span: Span, keeps: CoverNeeded | None, *, by: StaffUser, at: datetime
) -> CoverNeeded:
    return CoverNeeded(
        site=day.site,
        suite_day=day,
        kind=kind,
        from_minute=span[0],
        to_minute=span[1],
        how_many=1,
        opened_at=keeps.opened_at if keeps else at,
        opened_by=keeps.opened_by if keeps else by,
        taken_by=keeps.taken_by if keeps else None,
        taken_at=keeps.taken_at if keeps else None,
    )


@transaction.atomic
def take_cover(*, cover: CoverNeeded, person: StaffUser, by: StaffUser, at: datetime) -> CoverNeeded:
    """Name who takes a missing person's place; the row stays open and counts for nothing new."""
    locked = lock_day(cover.suite_day, at=at)
    row = CoverNeeded.objects.select_for_update(of=("self",)).select_related("taken_by").get(pk=cover.pk)
    refuse_if(taker_problems(row.kind, (row.from_minute, row.to_minute), _facts(row, person, locked)))
    row.taken_by, row.taken_at = person, at
    row.save(update_fields=["taken_by", "taken_at"])
    note_change([locked.day])
    detail = {"cover": row.pk, "person": person.pk, "from_minute": row.from_minute, "to_minute": row.to_minute}
    audit.record(event="cover_taken", by=by, at=at, site=locked.day.site, subject=locked.day, detail=detail)
    return row


def _facts(row: CoverNeeded, person: StaffUser, locked: LockedDay) -> TakerFacts:
    roster = locked.roster
    entries = roster.presences if row.kind == CoverKind.PROVIDER else [one for one in roster.shifts if one.counts]
    mine = [span for entry in entries if entry.person == person.pk for span in roster.there(entry)]
    others = CoverNeeded.objects.filter(suite_day=locked.day, taken_by=person, closed_at=None)
    return TakerFacts(
        name=person.name,
        of_site=person.is_active and person.site_id == locked.day.site_id,
        is_nurse=person.role == Role.NURSE,
        trained=person.is_ketamine_trained,
        is_prescriber=person.role in PRESCRIBERS,
        there=(*mine, *others.values_list("from_minute", "to_minute")),
        taker=row.taken_by.name if row.taken_by else "",
        closed=row.closed_at is not None,
    )
