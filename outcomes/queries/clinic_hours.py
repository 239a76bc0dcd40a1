"""When somebody is at the clinic to act."""

from datetime import date, datetime, timedelta

from kitclinic.models import Site
from outcomes.rules.safety_times import Span
from scheduling.models import SuiteDay
from scheduling.queries.clinic import hours_of

LOOK_AHEAD_DAYS = 28


def opening_spans(site: Site, first: date, last: date) -> list[Span]:
    """Return opening and closing of every clinic day in these dates, in order. Two queries.

    A day without a row of its own has the hours of its weekday, or the clinic's, on its five clinic days.
    """
    rows = {row.date: row for row in SuiteDay.objects.filter(site=site, date__range=(first, last))}
    weekdays, usual = hours_of(site), (site.opens_minute, site.closes_minute)
    spans = []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        row = rows.get(day)
        if row.is_closed if row else day not in site.week_of(day):
            continue
        opens, closes = (row.opens_minute, row.closes_minute) if row else weekdays.get(day.weekday(), usual)
        spans.append((site.instant(day, opens), site.instant(day, closes)))
    return spans


def spans_ahead(site: Site, at: datetime) -> list[Span]:
    """Return the opening times of today and the four weeks after it. Two queries."""
    today = site.today(at)
    return opening_spans(site, today, today + timedelta(days=LOOK_AHEAD_DAYS))


def next_open(site: Site, at: datetime) -> datetime:
    """Return ``at`` while the clinic is open, else when it opens next. Two queries."""
    for opens, closes in spans_ahead(site, at):
        if at < closes:
            return max(at, opens)
    return at
