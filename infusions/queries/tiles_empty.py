"""Tiles of chairs without a patient: free, being cleaned, out of service. No queries."""

from datetime import datetime

from infusions.queries.tiles import Ring, Tile
from infusions.queries.words import minutes_to
from kitclinic.models import Site
from scheduling.models import ChairOutage, Visit


def empty_tile(
    chair: int,
    *,
    site: Site,
    at: datetime,
    free_at: datetime | None,
    next_visit: Visit | None,
    names: bool = False,
) -> Tile:
    """A chair without a patient: being cleaned, or free."""
    who = "" if not next_visit else next_visit.patient.name if names else next_visit.patient.initials
    initials = f"Next {who}" if who else "Nobody booked"
    starts_at = site.instant(next_visit.date, next_visit.start_minute) if next_visit else None
    counts_to = free_at or starts_at
    driver = "driver named" if next_visit and next_visit.driver_named else "no driver named"
    return Tile(
        chair=chair,
        kind="free",
        word="Cleaning" if free_at else "Free",
        place=f"Free at {site.clock(free_at)}" if free_at else "",
        number=str(minutes_to(counts_to, at)) if counts_to else "",
        counts_to=counts_to,
        what=f"{initials} at {site.clock(starts_at)}" if starts_at else initials,
        then=f"·{next_visit.patient.record_tail}, {driver}" if next_visit else "",
        visit_id=next_visit.pk if next_visit else None,
        expected=next_visit.patient if next_visit else None,
        note="Vitals appear with the first set.",
    )


def out_tile(outage: ChairOutage, *, next_visit: Visit | None) -> Tile:
    """A chair that is out of service today; a visit still booked in it needs another chair."""
    until = f"Until {outage.last_day:%a %d %b}" if outage.last_day else "Until further notice"
    return Tile(
        chair=outage.chair,
        kind="out",
        word="Out of service",
        ring=Ring("Out of service"),
        what=outage.because,
        then=until,
        visit_id=next_visit.pk if next_visit else None,
        expected=next_visit.patient if next_visit else None,
        note="Nobody is seated here.",
    )
