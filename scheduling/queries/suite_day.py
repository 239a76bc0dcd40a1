"""One suite-day: its hours, who works, who is missing, which chairs are out, what still fits."""

from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.roles import PRESCRIBERS, Role
from scheduling.models import CallOut, ChairOutage, CoverNeeded, SuiteDay
from scheduling.queries.plans import day_plans
from scheduling.queries.roster_lanes import Axis, Lane, axis_of, rostered
from scheduling.queries.roster_week import FLOOR_HEIGHT, DayHead, head_of, lanes_of, people_of
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import clock


@dataclass(frozen=True, slots=True)
class DayPage:
    """The page. head: the floor against the bookings; breaches: sentences, empty on a sound day.

    call_outs: of the day, those taken back too.
    """

    day: SuiteDay
    head: DayHead
    axis: Axis
    nurses: tuple[Lane, ...]
    providers: tuple[Lane, ...]
    breaches: tuple[str, ...]
    call_outs: tuple[CallOut, ...]
    outages: tuple[ChairOutage, ...]
    previous: date | None
    following: date | None

    @property
    def opens(self) -> str:
        return clock(self.day.opens_minute)

    @property
    def closes(self) -> str:
        return clock(self.day.closes_minute)

    @property
    def floor_height(self) -> int:
        return FLOOR_HEIGHT

    @property
    def usable(self) -> int:
        """Chairs in service."""
        return self.day.chairs - len(self.outages)


def day_page(day: SuiteDay, *, at: datetime) -> DayPage:
    """Return one day. The same number of queries, whoever works and whatever is booked."""
    today = day.site.today(at)
    plan = day_plans([day], today=today)[day.date]
    found = rostered([day], site_pk=day.site_id, first=day.date, last=day.date)
    entries = [one for group in (found.shifts, found.presences) for lot in group.values() for one in lot]
    axis, dates, days = axis_of([day], entries), [day.date], {day.date: day}
    cover = CoverNeeded.objects.filter(suite_day=day, closed_at=None).select_related("taken_by", "suite_day")
    call_outs = CallOut.objects.filter(suite_day=day).select_related("person", "recorded_by", "taken_back_by")
    out = ChairOutage.objects.filter(site=day.site_id, first_day__lte=day.date, chair__lte=day.chairs)
    others = SuiteDay.objects.filter(site=day.site_id)
    return DayPage(
        day=day,
        head=head_of(day.date, day, plan, "", cover.order_by("from_minute", "kind"), axis, today=today),
        axis=axis,
        nurses=lanes_of(people_of([], found.nurses, {Role.NURSE}), dates, days, found, axis),
        providers=lanes_of(people_of([], found.providers, PRESCRIBERS), dates, days, found, axis),
        breaches=tuple(breach.sentence for breach in breaches(plan)),
        call_outs=tuple(call_outs.order_by("from_minute", "pk")),
        outages=tuple(out.exclude(last_day__lt=day.date).order_by("chair")),
        previous=others.filter(date__lt=day.date).order_by("-date").values_list("date", flat=True).first(),
        following=others.filter(date__gt=day.date).order_by("date").values_list("date", flat=True).first(),
    )
