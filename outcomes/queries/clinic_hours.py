"""When somebody is at the clinic to act."""

from datetime import datetime, timedelta

from kitclinic.models import Site
from scheduling.models import SuiteDay

LOOK_AHEAD_DAYS = 14


def next_open(site: Site, at: datetime) -> datetime:
    """Return ``at`` while the clinic is open, else when it opens next; one query.

    A day without a row of its own has the site's hours on its five clinic days.
    """
    today = site.today(at)
    last = today + timedelta(days=LOOK_AHEAD_DAYS)
    rows = {row.date: row for row in SuiteDay.objects.filter(site=site, date__range=(today, last))}
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = today + timedelta(days=ahead)
        row = rows.get(day)
        if row.is_closed if row else day not in site.week_of(day):
            continue
        opens, closes = (row.opens_minute, row.closes_minute) if row else (site.opens_minute, site.closes_minute)
        if at < site.instant(day, closes):
            return max(at, site.instant(day, opens))
    return at
