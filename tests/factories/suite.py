"""Suite-days with their roster, and sequences booked into them, through the real actions."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kitclinic.models import Site, StaffUser
from scheduling.actions.sequences import book_sequence, mark_arrived, mark_attended
from scheduling.actions.suite import open_suite_day, put_on_shift, put_provider_on_site
from scheduling.models import Patient, Sequence, SuiteDay, Visit
from tests.factories import people
from tests.factories.scheduling import cleared_patient

MONDAY = date(2026, 9, 14)


def before(site: Site, monday: date, *, days: int = 5, minute: int = 600) -> datetime:
    """An instant some days before a week, at 10:00 on the clinic's clock."""
    return site.instant(monday - timedelta(days=days), minute)


def staffed(site: Site, role: str, number: int) -> list[StaffUser]:
    """The first ``number`` people of this role at the site, made where they are missing."""
    known = list(StaffUser.objects.filter(site=site, role=role).order_by("pk")[:number])
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
    days = []
    for day in site.week_of(monday):
        opened = open_suite_day(site=site, date=day, by=by, at=at, closed_because=(closed or {}).get(day, ""))
        hours = {"from_minute": opened.opens_minute, "to_minute": opened.closes_minute, "by": by, "at": at}
        for nurse in team:
            put_on_shift(suite_day=opened, nurse=nurse, **hours)
        put_provider_on_site(suite_day=opened, provider=provider, **hours)
        days.append(opened)
    return days


def patient_for(site: Site, monday: date) -> Patient:
    """A patient cleared in a group visit a week before this Monday."""
    return cleared_patient(site, group_day=monday - timedelta(days=7))


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
