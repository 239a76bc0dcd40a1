"""Cover that a day needs: what stands red until a named person takes it."""

from dataclasses import dataclass
from datetime import date

from kitclinic.models import Site
from scheduling.models import CoverNeeded
from scheduling.queries.plans import day_plans
from scheduling.rules.capacity import Span, clock
from scheduling.rules.staffing import uncovered_patients


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One person missing for a time. patients: how many depend on it; taken_by: a name, "" while nobody has it."""

    pk: int
    kind: str  # a CoverKind
    from_clock: str
    to_clock: str
    how_many: int
    patients: int
    taken_by: str
    span: Span

    @property
    def is_taken(self) -> bool:
        return bool(self.taken_by)


def open_cover(site: Site, day: date) -> list[CoverLine]:
    """Return the cover that a day needs, earliest first. One query on a day without, five on a day with."""
    rows = list(
        CoverNeeded.objects.filter(site=site, suite_day__date=day, closed_at=None)
        .select_related("suite_day", "taken_by")
        .order_by("from_minute", "kind", "pk")
    )
    if not rows:
        return []
    plan = day_plans([rows[0].suite_day], today=day)[day]
    patients = uncovered_patients(plan, [(row.kind, (row.from_minute, row.to_minute)) for row in rows])
    return [
        CoverLine(
            pk=row.pk,
            kind=row.kind,
            from_clock=clock(row.from_minute),
            to_clock=clock(row.to_minute),
            how_many=row.how_many,
            patients=count,
            taken_by=row.taken_by.name if row.taken_by else "",
            span=(row.from_minute, row.to_minute),
        )
        for row, count in zip(rows, patients, strict=True)
    ]
