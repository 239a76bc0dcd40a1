"""Emergency access: what stands open, what waits for review, what was looked at meanwhile."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.models.audit import LOOKED
from scheduling.models import BreakGlass


def open_glass(*, site: Site, by: StaffUser, patient_id: Any, at: datetime) -> BreakGlass | None:
    """The access of this person to this patient that stands open now. patient_id: the key, or a query for it."""
    rows = BreakGlass.objects.filter(site=site, by=by, opened_at__lte=at, until__gt=at, end__isnull=True)
    return rows.filter(patient_id=patient_id).select_related("by").order_by("-pk").first()


def glasses(site: Site) -> "QuerySet[BreakGlass]":
    return BreakGlass.objects.filter(site=site).select_related("patient", "by__site", "end", "review__by", "site")


def waiting_number(site: Site, at: datetime) -> int:
    """How many emergency accesses nobody reviewed yet: the number beside the link on the clinic's page."""
    return BreakGlass.objects.filter(site=site, opened_at__lte=at, review__isnull=True).count()


@dataclass(frozen=True, slots=True)
class GlassLine:
    """One emergency access as the reviewer sees it."""

    glass: BreakGlass
    looks: int  # pages opened through it
    is_open: bool
    is_late: bool  # not reviewed on the clinic's day it was opened (ACC-25)
    is_own: bool


def glass_lines(rows: list[BreakGlass], *, reader: StaffUser, at: datetime) -> list[GlassLine]:
    """The lines of the queue. Two queries, however many rows."""
    looked = _looked(rows) if rows else {}
    return [_line(row, looked[row.pk], reader, at) for row in rows]


def _looked(rows: list[BreakGlass]) -> dict[int, int]:
    """Pages opened through each access."""
    found: dict[int, int] = dict.fromkeys((row.pk for row in rows), 0)
    patients, first = {row.patient_id for row in rows}, min(row.opened_at for row in rows)
    events = AuditEvent.objects.filter(
        site=rows[0].site, patient_id__in=patients, at__gte=first, event__in=LOOKED, detail__has_key="break_glass"
    )
    for key in events.values_list("detail__break_glass", flat=True):
        if key in found:
            found[key] += 1
    return found


def _line(row: BreakGlass, looks: int, reader: StaffUser, at: datetime) -> GlassLine:
    ended, reviewed = getattr(row, "end", None), getattr(row, "review", None)
    return GlassLine(
        row,
        looks,
        is_open=ended is None and row.opened_at <= at < row.until,
        is_late=reviewed is None and row.site.today(at) > _due(row),
        is_own=row.by_id == reader.pk,
    )


def _due(row: BreakGlass) -> date:
    return row.site.today(row.opened_at)
