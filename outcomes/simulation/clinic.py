"""The simulated clinic itself: its site, its people, its roster."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from infusions.actions import add_product, begin_with_products, ensure_formulary
from kitclinic.demo_accounts import ACCOUNTS, PASSWORD
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from outcomes.simulation import place
from scheduling.actions import (
    begin_with_consent_text,
    close_suite_day,
    open_suite_day,
    put_on_shift,
    put_provider_on_site,
)
from scheduling.models import SuiteDay, Visit

SLUG, NAME = "juniper", "Juniper Street Infusion"
COLLEAGUES = (
    ("priya", "Priya Shah", "RN", Role.NURSE),
    ("joel", "Joel Adair", "RN", Role.NURSE),
    ("mara", "Mara Lindqvist", "RN", Role.NURSE),
    ("imai", "Ken Imai", "DO", Role.PHYSICIAN),
    ("noor", "Noor Haddad", "PsyD", Role.PSYCHOLOGIST),
)
ADDRESS = "12 Juniper Street\nSecond floor"
BRING = "Photo identification\nList of all medicines\nReading glasses\nThe person who comes with you"
# Breaks of each nurse, minutes after opening: one nurse away at a time, 15 + 30 + 15 min.
BREAKS = tuple(
    ((60 + 15 * n, 75 + 15 * n), (210 + 30 * n, 240 + 30 * n), (420 + 15 * n, 435 + 15 * n)) for n in range(5)
)
# Starts that fill eight chairs seven times in ten hours with five nurses, minutes after opening
# (the 56-visit template for visits of 85 min).
TURNS = tuple(85 * turn + offset for turn in range(1, 7) for offset in (0, 10))
TEMPLATE = (0,) * 5 + (10,) * 3 + tuple(minute for minute in TURNS for _ in range(4))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: found by role."""

    site: Site
    nurses: tuple[StaffUser, ...]
    physician: StaffUser
    psychologist: StaffUser
    scheduler: StaffUser
    administrator: StaffUser
    physicians: tuple[StaffUser, ...]
    psychologists: tuple[StaffUser, ...]


@transaction.atomic
def found_clinic(*, now: datetime) -> Cast:
    """Make the clinic and its people if they are not there yet, and lay its day around this moment."""
    site = Site.objects.filter(slug=SLUG).first()
    if site is None:
        zone = place.liveliest_zone(now)
        site = Site.objects.create(
            slug=SLUG,
            name=NAME,
            time_zone=zone,
            first_weekday=place.first_weekday(now, zone, new=True, current=0),
            phone="555-0100",
            address=ADDRESS,
            bring_along=BRING,
            is_demo=True,
        )
        for username, name, credentials, role in (*ACCOUNTS, *COLLEAGUES):
            StaffUser.objects.create_user(
                username,
                PASSWORD,
                name=name,
                credentials=credentials,
                role=role,
                site=site,
                is_ketamine_trained=role == Role.NURSE,
            )
        begin_with_consent_text(site=site, at=now)
        ensure_formulary(site=site, by=StaffUser.objects.get(username="physician"), at=now)
        _stock_formulary(site, by=StaffUser.objects.get(username="lead"), at=now)
    else:
        _move_to_daylight(site, now)
    return cast_of(site)


def _stock_formulary(site: Site, *, by: StaffUser, at: datetime) -> None:
    """The usual vial of 50 mg/mL, and one of each other strength."""
    begin_with_products(site=site, by=by, at=at)
    add_product(site=site, strength_mg_per_ml=10, vial_ml=Decimal("20"), by=by, at=at)
    add_product(site=site, strength_mg_per_ml=100, vial_ml=Decimal("5"), by=by, at=at)


def _move_to_daylight(site: Site, now: datetime) -> None:
    """A kept demonstration that would be closed now moves to where it is mid-morning (decision 5)."""
    if not place.is_lively(now, site.time_zone, opens_minute=site.opens_minute, closes_minute=site.closes_minute):
        site.time_zone = place.liveliest_zone(now)
    new = not Visit.objects.filter(site=site).exists()
    site.first_weekday = place.first_weekday(now, site.time_zone, new=new, current=site.first_weekday)
    site.save(update_fields=["time_zone", "first_weekday"])


def cast_of(site: Site) -> Cast:
    people = list(StaffUser.objects.filter(site=site, is_active=True).order_by("pk"))

    def of(role: Role) -> tuple[StaffUser, ...]:
        return tuple(person for person in people if person.role == role)

    return Cast(
        site=site,
        nurses=of(Role.NURSE)[:5],
        physician=of(Role.PHYSICIAN)[0],
        psychologist=of(Role.PSYCHOLOGIST)[0],
        scheduler=of(Role.SCHEDULER)[0],
        administrator=of(Role.ADMINISTRATOR)[0],
        physicians=of(Role.PHYSICIAN),
        psychologists=of(Role.PSYCHOLOGIST),
    )


def ensure_days(cast: Cast, days: list[date], *, at: datetime, nurses: int = 5) -> None:
    """Open the days that are missing, with nurses, their breaks and a provider on site."""
    site = cast.site
    known = set(SuiteDay.objects.filter(site=site, date__in=days).values_list("date", flat=True))
    for day in days:
        if day not in known:
            _open(cast, day, at=at, nurses=nurses)


@transaction.atomic
def _open(cast: Cast, day: date, *, at: datetime, nurses: int) -> None:
    site, by = cast.site, cast.administrator
    suite_day = open_suite_day(site=site, date=day, by=by, at=at)
    first, last = site.opens_minute, min(site.closes_minute + 30, 1440)
    for nurse, breaks in zip(cast.nurses[:nurses], BREAKS, strict=False):
        put_on_shift(
            suite_day=suite_day,
            nurse=nurse,
            from_minute=first,
            to_minute=last,
            breaks=[(first + start, first + end) for start, end in breaks],
            by=by,
            at=at,
        )
    put_provider_on_site(
        suite_day=suite_day, provider=cast.physician, from_minute=first, to_minute=last, by=by, at=at
    )


def close_holidays(cast: Cast, *, first: date, last: date, at: datetime) -> None:
    """Close the suite on the public holidays between two days, where nobody is booked."""
    for year in range(first.year, last.year + 1):
        for day, name in public_holidays(year):
            row = SuiteDay.objects.filter(site=cast.site, date=day, closed_because="", visits=None).first()
            if row is not None and first <= day <= last:
                close_suite_day(suite_day=row, because=name, by=cast.administrator, at=at)


def public_holidays(year: int) -> tuple[tuple[date, str], ...]:
    """The four holidays on which this clinic is closed."""
    thursdays = [date(year, 11, day) for day in range(1, 31) if date(year, 11, day).weekday() == 3]
    return (
        (date(year, 1, 1), "New Year's Day"),
        (date(year, 7, 4), "Independence Day"),
        (thursdays[3], "Thanksgiving"),
        (date(year, 12, 25), "Christmas Day"),
    )


def weeks_before(site: Site, day: date, weeks: int) -> date:
    """The first clinic day of the week that lies this many weeks before the one with ``day``."""
    return site.week_of(day)[0] - timedelta(weeks=weeks)
