"""The roster of a real day: a call-out tomorrow, a nurse's leave, weeks with a public holiday decided."""

from datetime import date, datetime, timedelta

from outcomes.simulation.clinic import BREAKS, Cast
from outcomes.simulation.planning import told
from scheduling.actions import (
    close_date,
    decide_week,
    plan_presences,
    plan_shifts,
    record_leave,
    report_call_out,
    withdraw_call_out,
)
from scheduling.models import CallOut, CoverNeeded, NurseShift, SuiteDay
from scheduling.queries.closures import public_holidays
from scheduling.rules.blocks import VISITS
from scheduling.states import WeekRule

WEEKS_SEEN = 26  # weeks to come in which holidays are decided
LEAVE_AHEAD = 6  # weeks from this one to the one of the leave
AWAY = 270  # minutes from the beginning of the shift of the nurse who has called out
OWN_CLOSURE_AHEAD = 8  # the same, to the week that the clinic closes for a day where no holiday begins a week
ILL = "A child is ill; comes at noon"
TRAINING = "Staff training and inventory"
SATURDAY = "Five consecutive days in spite of the closed one"
SHORT = "Patients asked: most would rather come for four days than wait a week"


def call_out(cast: Cast, *, now: datetime) -> None:
    """A nurse has called out for the next morning: cover is needed then, and plans wait. Today stays calm."""
    site, today = cast.site, cast.site.today(now)
    later = SuiteDay.objects.filter(site=site, date__gt=today, closed_because="").order_by("date")
    day = later.select_related("site").first()
    if day is None:
        return
    shift = NurseShift.objects.filter(suite_day=day).select_related("nurse").order_by("-nurse_id").first()
    if shift is not None:
        report_call_out(
            suite_day=day,
            person=shift.nurse,
            from_minute=shift.from_minute,
            to_minute=shift.from_minute + AWAY,
            because=ILL,
            by=cast.scheduler,
            at=now - timedelta(minutes=30),
        )


def come_after_all(cast: Cast, *, now: datetime) -> None:
    """The nurse who had called out comes after all, where nobody has taken the cover by the day itself."""
    today = cast.site.today(now)
    rows = CallOut.objects.filter(
        site=cast.site, because=ILL, taken_back_at=None, suite_day__date__lte=today
    ).select_related("suite_day__site")
    for row in rows:
        if CoverNeeded.objects.filter(suite_day=row.suite_day, closed_at=None, taken_by=None).exists():
            with told("a call-out taken back"):
                withdraw_call_out(call_out=row, by=cast.scheduler, at=now)


def plan_leave(cast: Cast, *, now: datetime) -> None:
    """A nurse is on leave for a whole week that lies some weeks ahead."""
    week = _weeks_ahead(cast, now, LEAVE_AHEAD)
    with told("a leave"):
        record_leave(
            person=cast.nurses[-2],
            first_day=week[0],
            last_day=week[-1],
            because="Annual leave",
            by=cast.administrator,
            at=now - timedelta(days=1),
        )


def decide_holidays(cast: Cast, *, now: datetime) -> None:
    """One week opens the day after its fifth, with a roster; another has short courses.

    The day after the fifth helps where the first day is closed. A clinic week begins on any weekday, so that
    perhaps no public holiday does that; then the clinic closes such a day itself.
    """
    site = cast.site
    first = _weeks_ahead(cast, now, 1)[0]
    closed: dict[date, list[date]] = {}
    for day in sorted(public_holidays(site, first, first + timedelta(weeks=WEEKS_SEEN))):
        if day in site.week_of(day):
            closed.setdefault(site.week_of(day)[0], []).append(day)
    alone = {week: days[0] for week, days in closed.items() if len(days) == 1}
    opened = next((week for week, day in alone.items() if day == week), None)
    with told("the day after the fifth"):
        _open_sixth_day(cast, opened or _close_one(cast, set(closed), now), now)
    short = next((week for week in alone if week != opened), None)
    if short is not None:
        with told("a short course"):
            decide_week(
                site=site, first_day=short, rule=WeekRule.SHORT, because=SHORT, by=cast.administrator, at=now
            )


def _close_one(cast: Cast, taken: set[date], now: datetime) -> date:
    """Close the first day of a week without a holiday; return it."""
    weeks = (_weeks_ahead(cast, now, ahead)[0] for ahead in range(OWN_CLOSURE_AHEAD, WEEKS_SEEN))
    week = next(week for week in weeks if week not in taken)
    rule = WeekRule.SATURDAY
    close_date(site=cast.site, date=week, because=TRAINING, rule=rule, by=cast.administrator, at=now)
    return week


def _open_sixth_day(cast: Cast, week: date, now: datetime) -> None:
    site, by = cast.site, cast.administrator
    decide_week(site=site, first_day=week, rule=WeekRule.SATURDAY, because=SATURDAY, by=by, at=now)
    dates = [week + timedelta(days=VISITS)]
    first, last = site.opens_minute, min(site.closes_minute + 30, 1440)
    for nurse, breaks in zip(cast.nurses, BREAKS, strict=False):
        pauses = [(first + start, first + end) for start, end in breaks]
        plan_shifts(nurse=nurse, dates=dates, from_minute=first, to_minute=last, breaks=pauses, by=by, at=now)
    plan_presences(provider=cast.physician, dates=dates, from_minute=first, to_minute=last, by=by, at=now)


def _weeks_ahead(cast: Cast, now: datetime, weeks: int) -> list[date]:
    return cast.site.week_of(cast.site.today(now) + timedelta(weeks=weeks))
