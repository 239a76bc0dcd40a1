"""The day itself: what a longer stay would ask of it, and whether a late patient still fits."""

from datetime import datetime

from scheduling.models import Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.capacity import DayPlan
from scheduling.rules.running_late import Late, Prolonging, late_arrival, prolonging


def plan_of_day(visit: Visit, at: datetime) -> DayPlan:
    """Return the plan of the visit's day. Needs site and suite_day loaded."""
    return day_plans([visit.suite_day], today=visit.site.today(at))[visit.date]


def prolonged(visit: Visit, minutes: int, *, at: datetime) -> Prolonging:
    """Return what it would take to keep this patient some minutes longer."""
    return prolonging(plan_of_day(visit, at), visit.pk, minutes)


def late(visit: Visit, *, at: datetime) -> Late:
    """Return whether a booked patient who comes now still fits; the answer is a sentence to say aloud."""
    return late_arrival(plan_of_day(visit, at), visit.pk, visit.site.minute(at))
