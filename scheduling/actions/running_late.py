"""The day itself: a patient stays longer, and whoever comes next makes room."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, refuse_if
from scheduling.actions.cover import write_cover
from scheduling.actions.holds import lock_sequence
from scheduling.actions.moving import PLACE_FIELDS
from scheduling.actions.suite import note_change
from scheduling.models import Visit
from scheduling.queries.running_late import prolonged
from scheduling.rules.running_late import SCH_65, Shift
from scheduling.states import VisitState


@transaction.atomic
def prolong_observation(
    *, visit: Visit, minutes: int, by: StaffUser, at: datetime, confirmed: frozenset[str] = frozenset()
) -> Visit:
    """Keep a patient who is here for some minutes more; a fact, refused only where the next one has no place.

    A later start of the next patient is confirmed first (SCH-65); cover opens where nurses are too few.
    """
    held = lock_sequence(visit.sequence)
    row = held.sequence.visits.select_related("site", "suite_day").get(pk=visit.pk)
    if row.state != VisitState.ARRIVED or row.date != row.site.today(at):
        refuse_if([Blocker(SCH_65.id, "Only a patient who is here now stays longer. Reload the page.")])
    found = prolonged(row, minutes, at=at)
    refuse_if(found.problems, confirmed=confirmed)
    day = next(day for day in held.days if day.date == row.date)
    cover = write_cover(day, found.plan, by=by, at=at)  # before the fact: the database counts at once
    _write(row, minutes, found.shifts)
    note_change([day])
    detail = {
        "minutes": minutes,
        "shifts": [[one.key, one.from_start, one.start, one.from_chair, one.chair] for one in found.shifts],
        "cover": len(cover),
    }
    audit.record(
        event="observation_prolonged",
        by=by,
        at=at,
        site=row.site,
        subject=row,
        patient_id=row.patient_id,
        detail=detail,
    )
    return row


def _write(row: Visit, minutes: int, shifts: tuple[Shift, ...]) -> None:
    """Write the longer stay and whoever makes room in one statement, so that chairs may swap."""
    row.observation_minutes += minutes
    keys = [shift.key for shift in shifts]
    others = {one.pk: one for one in Visit.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    for shift in shifts:
        other = others[shift.key]
        other.start_minute, other.chair = shift.start, shift.chair
        if shift.is_later:
            other.driver_confirmed_at, other.driver_confirmed_via, other.driver_confirmed_by = None, "", None
    Visit.objects.bulk_update([row, *others.values()], [*PLACE_FIELDS, "observation_minutes"])
