"""On which days the clinic is closed, and why: the suite's own closures, and public holidays."""

from datetime import date
from functools import cache

import holidays

from kitclinic.models import Site
from scheduling.models import SuiteDay


def closed_days(site: Site, first: date, last: date) -> dict[date, str]:
    """Return every closed day from first to last with its reason.

    A day that the clinic has opened or closed itself is what the clinic says; the others follow the calendar.
    """
    days = SuiteDay.objects.filter(site=site, date__gte=first, date__lte=last)
    decided = dict(days.values_list("date", "closed_because"))
    found = public_holidays(site, first, last) | decided
    return {day: why for day, why in found.items() if why}


def public_holidays(site: Site, first: date, last: date) -> dict[date, str]:
    """Return the holidays of the clinic's calendar from first to last, whatever the clinic does on them."""
    found: dict[date, str] = {}
    country, _, region = site.holiday_calendar.partition("-")
    for year in range(first.year, last.year + 1) if country else ():
        found |= {day: name for day, name in _public(country, region, year).items() if first <= day <= last}
    return found


def is_calendar(name: str) -> bool:
    """Whether there is a calendar of this country ("US") or of its region ("US-OH")."""
    country, _, region = name.partition("-")
    regions = holidays.list_supported_countries().get(country)
    return regions is not None and (not region or region in regions)


@cache
def _public(country: str, region: str, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=region or None, years=year, language="en_US"))
