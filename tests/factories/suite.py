"""Suite-days with their roster, and sequences booked into them, through the real actions."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F

from kitclinic.models import Site, StaffUser
from scheduling.actions.booking import book_sequence
from scheduling.actions.closures import decide_week
from scheduling.actions.sequences import mark_arrived, mark_attended
from scheduling.actions.suite import open_suite_day
from scheduling.models import (
    GroupSeat,
    GroupVisit,
    NurseShift,
    Patient,
    ProviderPresence,
    Sequence,
    SuiteDay,
    Visit,
    Weight,
)
from scheduling.states import EnrolmentState, SeatState, WeekRule
from tests.factories import people

MONDAY = date(2026, 9, 14)
FAMILY = """Arrowood Bellweather Corrigan Delacroix Espinar Fairweather Gallardo Holloway Isakson Jablonski
Kirkbride Lagerfelt Marchetti Norquist Oyelaran Pemberly Quillon Rasmussen Sandoval Thackeray Umarova Vance-Iwu
Whitlock""".split()
# The proven template of 56 starts, minutes after midnight: 5 and 3 at opening, then 4 and 4 every 85 minutes.
STARTS_56 = (
    [450] * 5 + [460] * 3 + [450 + 85 * turn + late for turn in range(1, 7) for late in (0, 10) for _ in "1234"]
)
GIVEN = ["Abel", "Bettina", "Caspar", "Delphine", "Ezra", "Farida", "Goran", "Helga", "Imre"]


def before(site: Site, monday: date, *, days: int = 5, minute: int = 600) -> datetime:
    """An instant some days before a week, at 10:00 on the clinic's clock."""
    return site.instant(monday - timedelta(days=days), minute)


def staffed(site: Site, role: str, number: int) -> list[StaffUser]:
    """The first ``number`` people of this role at the site, made where they are missing."""
    known = list(StaffUser.objects.filter(site=site, role=role, is_active=True).order_by("pk")[:number])
    return known + [people.staff(role, site=site) for _ in range(number - len(known))]


def open_week(
    site: Site,
    monday: date = MONDAY,
    *,
    nurses: int = 5,
    by: StaffUser | None = None,
    at: datetime | None = None,
    closed: dict[date, str] | None = None,
) -> list[SuiteDay]:
    """Five suite-days in the clinic's hours, all nurses on the floor all day, one provider on site."""
    by = by or staffed(site, "scheduler", 1)[0]
    at = at or before(site, monday, days=28)
    team, (provider,) = staffed(site, "nurse", nurses), staffed(site, "physician", 1)
    days = [
        open_suite_day(site=site, date=day, by=by, at=at, closed_because=(closed or {}).get(day, ""))
        for day in site.week_of(monday)
    ]
    _roster(days, team, provider)
    return days


def _roster(days: list[SuiteDay], team: list[StaffUser], provider: StaffUser) -> None:
    """Shifts and presence as rows: thirty entries a week through the actions cost half of a test's time.

    ``tests/scheduling/test_factory_week.py`` holds them against the same week entered through the actions.
    """
    NurseShift.objects.bulk_create(
        NurseShift(
            site=day.site,
            suite_day=day,
            nurse=nurse,
            from_minute=day.opens_minute,
            to_minute=day.closes_minute,
        )
        for day in days
        for nurse in team
    )
    ProviderPresence.objects.bulk_create(
        ProviderPresence(
            site=day.site,
            suite_day=day,
            provider=provider,
            from_minute=day.opens_minute,
            to_minute=day.closes_minute,
        )
        for day in days
    )
    SuiteDay.objects.filter(pk__in=[day.pk for day in days]).update(version=F("version") + len(team) + 1)


def patient_for(site: Site, monday: date, *, state: str = EnrolmentState.CLEARED, seated: bool = True) -> Patient:
    """A patient cleared in a group visit a week before this Monday; as rows, because a full week needs fifty.

    seated: had a seat there.
    """
    group_day, number = monday - timedelta(days=7), Patient.objects.filter(site=site).count()
    physician, psychologist = staffed(site, "physician", 1)[0], staffed(site, "psychologist", 1)[0]
    group, _ = GroupVisit.objects.get_or_create(
        site=site,
        date=group_day,
        defaults={
            "start_minute": 900,
            "capacity": 200,
            "physician": physician,
            "psychologist": psychologist,
        },
    )
    patient = Patient.objects.create(
        site=site,
        record_number=f"204-{1000 + number}",
        given_name=GIVEN[number % len(GIVEN)],
        family_name=FAMILY[number % len(FAMILY)],
        birth_date=date(1950 + number % 50, 1 + number % 12, 1 + number % 28),
        sex=Patient.Sex.FEMALE,
        phone=f"555-01{number % 100:02d}",
        consent_sms=True,
        state=state,
        created_at=site.instant(group_day - timedelta(days=14), 600),
    )
    if not seated:
        return patient
    cleared = state == EnrolmentState.CLEARED
    when = site.instant(group_day, 960)
    weight = None
    if cleared:
        weight = Weight.objects.create(
            site=site,
            patient=patient,
            weight_kg=Decimal("82.5"),
            measured_at=when,
            measured_by=physician,
            received_at=when,
        )
    GroupSeat.objects.create(
        site=site,
        group=group,
        patient=patient,
        support_person="Robin Quist",
        state=SeatState.CLEARED if cleared else SeatState.BOOKED,
        weight=weight,
        support_attended=True if cleared else None,
        decided_at=when if cleared else None,
        decided_by=physician if cleared else None,
    )
    return patient


def booked_sequence(
    site: Site,
    monday: date = MONDAY,
    *,
    start_minute: int = 540,
    patient: Patient | None = None,
    chair_wish: int | None = None,
    by: StaffUser | None = None,
    at: datetime | None = None,
) -> Sequence:
    """Five visits in an opened week; the week is opened here where it is not."""
    if not SuiteDay.objects.filter(site=site, date=monday).exists():
        open_week(site, monday)
    return book_sequence(
        patient=patient or patient_for(site, monday),
        first_day=monday,
        start_minute=start_minute,
        chair_wish=chair_wish,
        by=by or staffed(site, "scheduler", 1)[0],
        at=at or before(site, monday),
    )


def attend(visit: Visit, *, by: StaffUser, at: datetime | None = None) -> Visit:
    """Arrive and attend on the day of the visit."""
    when = at or visit.starts_at
    return mark_attended(visit=mark_arrived(visit=visit, by=by, at=when), by=by, at=when)


def visits_of(sequence: Sequence) -> list[Visit]:
    return list(sequence.visits.select_related("site").order_by("day_index"))


def fill(site: Site, monday: date, starts: Iterable[int]) -> list[Sequence]:
    """One sequence at each of these minutes."""
    return [booked_sequence(site, monday, start_minute=minute) for minute in starts]


def rolling_sequence(site: Site, first_day: date, *, start_minute: int = 540) -> Sequence:
    """Five clinic days in a row with the weekend inside, in two weeks that the clinic runs as rolling."""
    monday = first_day - timedelta(days=first_day.weekday())
    by, at = staffed(site, "clinic_lead", 1)[0], before(site, monday, days=27)
    for first in (monday, monday + timedelta(weeks=1)):
        if not SuiteDay.objects.filter(site=site, date=first).exists():
            open_week(site, first)
        decide_week(site=site, first_day=first, rule=WeekRule.ROLLING, because="Rolling", by=by, at=at)
    days = [monday + timedelta(days=number) for number in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
    start = days.index(first_day)
    return book_sequence(
        patient=patient_for(site, monday),
        first_day=first_day,
        dates=days[start : start + 5],
        start_minute=start_minute,
        by=by,
        at=before(site, monday),
    )
