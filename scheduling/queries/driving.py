"""Who drives more than one patient home on a day."""

from collections.abc import Sequence

from kitclinic.problems import Problem
from scheduling.models import Visit
from scheduling.rules.shared_drivers import Drive, shared_problems
from scheduling.states import VisitState


def shared_drivers(visits: Sequence[Visit]) -> list[Problem]:
    """Return a notice for every one of these days whose driver takes another patient home too. One query."""
    mine = [visit for visit in visits if visit.driver_phone]
    if not mine:
        return []
    others = Visit.objects.filter(
        site=mine[0].site_id,
        date__in=[visit.date for visit in mine],
        state__in=[VisitState.BOOKED, VisitState.ARRIVED],
    ).exclude(driver_phone="")
    return shared_problems(map(_drive, mine), map(_drive, others.order_by("date", "start_minute")))


def _drive(visit: Visit) -> Drive:
    return Drive(visit.patient_id, visit.date, visit.start_minute, visit.driver_name, visit.driver_phone)
