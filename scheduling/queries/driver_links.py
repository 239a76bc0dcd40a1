"""A driver's link: by its code or its number, and the days it asks about."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kitclinic.problems import Problem
from kitclinic.site_rows import found_by_key
from kitclinic.tokens import token_digest
from scheduling.models import DriverLink, Visit
from scheduling.rules.driver_links import may_open
from scheduling.rules.drivers import Driver, same_driver
from scheduling.rules.reminders import spoken
from scheduling.states import VisitState


@dataclass(frozen=True, slots=True)
class Asked:
    """What the driver's page shows. drivers: everybody named so far, by a short key ("named-0")."""

    visits: tuple[Visit, ...]
    drivers: tuple[tuple[str, Driver], ...]
    one_time: str

    @property
    def days(self) -> tuple[tuple[Visit, str], ...]:
        """Each day with its time in words; "" where all days have the one time."""
        return tuple((visit, "" if self.one_time else spoken(visit.start_minute)) for visit in self.visits)

    @property
    def is_answered(self) -> bool:
        return all(visit.driver_confirmed for visit in self.visits)


def by_token(token: str) -> DriverLink | None:
    if not token:
        return None
    return found_by_key(_links().filter(token_digest=token_digest(token)), because="a driver link, by its code")


def by_id(pk: int) -> DriverLink | None:
    """Return the link whose number this device holds, signed."""
    return found_by_key(_links().filter(pk=pk), because="a driver link, by the signed cookie of who opened it")


def days_to_come(link: DriverLink, *, at: datetime) -> list[Visit]:
    """Return the days that are still to be driven home from, the first one first."""
    visits = Visit.objects.filter(
        site=link.site_id, sequence=link.sequence_id, state=VisitState.BOOKED, date__gte=link.site.today(at)
    )
    return list(visits.select_related("site").order_by("date", "pk"))


def link_problems(link: DriverLink, *, at: datetime) -> list[Problem]:
    """Return why this link does not open now."""
    return may_open(
        is_revoked=link.revoked_at is not None or link.sequence.patient.merged_into_id is not None,
        wrong_years=link.wrong_years,
        expires_at=link.expires_at,
        days_to_come=len(days_to_come(link, at=at)),
        at=at,
    )


def asked_of(link: DriverLink, *, at: datetime) -> Asked:
    visits = days_to_come(link, at=at)
    found: list[Driver] = []
    for visit in visits:
        driver = driver_of(visit)
        if visit.driver_named and not any(same_driver(driver, known) for known in found):
            found.append(driver)
    minutes = {visit.start_minute for visit in visits}
    drivers = tuple((f"named-{number}", driver) for number, driver in enumerate(found))
    return Asked(tuple(visits), drivers, spoken(minutes.pop()) if len(minutes) == 1 else "")


def driver_of(visit: Visit) -> Driver:
    return Driver(visit.driver_transport, visit.driver_name, visit.driver_relationship, visit.driver_phone)


def _links() -> QuerySet[DriverLink]:
    return DriverLink.objects.select_related("site", "sequence__patient")
