"""The driver of a day: named by staff or by the patient's own link, and confirmed as an answer of its own."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Problem, refuse_if
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.rules.drivers import Driver, confirmation_problems, days_problems, driver_problems, same_driver
from scheduling.states import DriverSource

NAMED = ["driver_name", "driver_relationship", "driver_phone", "driver_transport"]
CONFIRMED = ["driver_confirmed_at", "driver_confirmed_via", "driver_confirmed_by"]


@transaction.atomic
def name_driver(
    *,
    visits: Iterable[Visit],
    name: str,
    relationship: str,
    phone: str,
    transport: str,
    by: StaffUser,
    at: datetime,
    confirmed: frozenset[str] = frozenset(),
) -> list[Visit]:
    """Name who drives this patient home on one or more days that are still to come."""
    days, rows = lock_visits(visits)
    driver = Driver(transport, name, relationship, phone)
    patient_name = rows[0].patient.name if rows else ""
    refuse_if(driver_problems(driver, patient_name=patient_name) + _of_days(rows), confirmed=confirmed)
    return _write(days, rows, driver, by=by, at=at, via="")


@transaction.atomic
def confirm_driver(*, visits: Iterable[Visit], by: StaffUser, at: datetime) -> list[Visit]:
    """Record that the named driver comes on these days, as somebody told a member of staff."""
    days, rows = lock_visits(visits)
    refuse_if(_of_days(rows) + confirmation_problems([row.driver_named for row in rows]))
    for row in rows:
        _confirm(row, by=by, at=at, via=DriverSource.STAFF)
    Visit.objects.bulk_update(rows, CONFIRMED)
    note_change(days)
    for row in rows:
        _record("driver_confirmed", row, by=by, at=at, via=DriverSource.STAFF)
    return rows


@transaction.atomic
def answer_by_link(
    *,
    visits: Iterable[Visit],
    driver: Driver,
    at: datetime,
    confirmed: frozenset[str] = frozenset(),
) -> list[Visit]:
    """Take the patient's own answer: this driver comes on these days; names the driver where it is another."""
    days, rows = lock_visits(visits)
    patient_name = rows[0].patient.name if rows else ""
    refuse_if(driver_problems(driver, patient_name=patient_name) + _of_days(rows), confirmed=confirmed)
    return _write(days, rows, driver, by=None, at=at, via=DriverSource.LINK)


def lock_visits(visits: Iterable[Visit]) -> tuple[list[SuiteDay], list[Visit]]:
    """Lock days, then sequences, then visits, always in this order, and return them as they are now."""
    chosen = list(visits)
    days = lock_days(site=chosen[0].site, dates=[visit.date for visit in chosen]) if chosen else []
    keys = {visit.sequence_id for visit in chosen}
    list(Sequence.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    rows = Visit.objects.select_for_update(of=("self",)).select_related("site", "patient", "sequence")
    return days, list(rows.filter(pk__in=[visit.pk for visit in chosen]).order_by("date", "pk"))


def _of_days(rows: list[Visit]) -> list[Problem]:
    return days_problems(patients=[row.patient_id for row in rows], states=[row.state for row in rows])


def _write(
    days: list[SuiteDay], rows: list[Visit], driver: Driver, *, by: StaffUser | None, at: datetime, via: str
) -> list[Visit]:
    """Name the driver; another one than before is unconfirmed, unless ``via`` confirms at once (DRV-04)."""
    for row in rows:
        was = Driver(row.driver_transport, row.driver_name, row.driver_relationship, row.driver_phone)
        if not same_driver(was, driver):
            row.driver_confirmed_at, row.driver_confirmed_via, row.driver_confirmed_by = None, "", None
        row.driver_name, row.driver_relationship = " ".join(driver.full_name.split()), driver.relationship.strip()
        row.driver_phone, row.driver_transport = driver.phone.strip(), driver.kind
        if via:
            _confirm(row, by=by, at=at, via=via)
    Visit.objects.bulk_update(rows, NAMED + CONFIRMED)
    note_change(days)
    for row in rows:
        _record("driver_named", row, by=by, at=at, transport=driver.kind)
        if via:
            _record("driver_confirmed", row, by=by, at=at, via=via)
    return rows


def _confirm(row: Visit, *, by: StaffUser | None, at: datetime, via: str) -> None:
    row.driver_confirmed_at, row.driver_confirmed_via, row.driver_confirmed_by = at, via, by


def _record(event: str, visit: Visit, *, by: StaffUser | None, at: datetime, **detail: str) -> None:
    audit.record(
        event=event,
        by=by,
        actor="" if by else "patient",
        at=at,
        site=visit.site,
        subject=visit,
        patient_id=visit.patient_id,
        detail={"date": visit.date.isoformat(), "day": visit.day_index, **detail},
    )
