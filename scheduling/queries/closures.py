"""On which days the clinic is closed, and why: the suite's own closures, and public holidays."""

from datetime import date
from functools import cache

import holidays

from kitclinic.models import Site
from scheduling.models import SuiteDay


def closed_days(site: Site, first: date, last: date) -> dict[date, str]:
    """Return every closed day from first to last with its reason. A closure of the suite names the reason."""
    found: dict[date, str] = {}
    country, _, region = site.holiday_calendar.partition("-")
    for year in range(first.year, last.year + 1) if country else ():
        found |= {day: name for day, name in _public(country, region, year).items() if first <= day <= last}
    days = SuiteDay.objects.filter(site=site, date__gte=first, date__lte=last).exclude(closed_because="")
    return found | dict(days.values_list("date", "closed_because"))


def is_calendar(name: str) -> bool:
    """Whether there is a calendar of this country ("US") or of its region ("US-OH")."""
    country, _, region = name.partition("-")
    regions = holidays.list_supported_countries().get(country)
    return regions is not None and (not region or region in regions)


@cache
def _public(country: str, region: str, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=region or None, years=year, language="en_US"))
