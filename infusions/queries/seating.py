"""Who could take a patient who has just come in: three queries."""

from dataclasses import dataclass
from datetime import datetime

from infusions.models import Infusion
from infusions.states import OPEN_INFUSION
from kitclinic.models import Site
from scheduling.queries.clinic import chairs_out
from scheduling.queries.floor import nurses_on_floor
from scheduling.rules.capacity import PATIENTS_PER_NURSE


@dataclass(frozen=True)
class Seating:
    """Chairs and nurses as one-tap choices; a nurse's label says how many patients are there already."""

    chairs: list[tuple[int, str]]
    nurses: list[tuple[int, str]]


def seating(site: Site, at: datetime) -> Seating:
    today = site.today(at)
    open_now = Infusion.objects.filter(site=site, date=today, state__in=OPEN_INFUSION)
    held = list(open_now.values_list("nurse_id", flat=True))
    out = chairs_out(site, today)
    nurses = {shift.nurse_id: shift.nurse for shift in nurses_on_floor(site, at)}
    return Seating(
        chairs=[(chair, str(chair)) for chair in range(1, site.chairs + 1) if chair not in out],
        nurses=[
            (pk, f"{nurse.short_name}, {held.count(pk)} of {PATIENTS_PER_NURSE}") for pk, nurse in nurses.items()
        ],
    )
