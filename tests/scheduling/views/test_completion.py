"""The completion report and utilisation: who may look, what stands behind a number, and the files."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling import actions
from scheduling.models import Sequence
from scheduling.queries.completion import completion_page, people_behind
from scheduling.queries.utilisation import utilisation_page
from scheduling.rules.completion import Level
from scheduling.states import MissedReason
from tests.factories import people
from tests.factories.suite import MONDAY, attend, booked_sequence, open_week, visits_of

SEPTEMBER = date(2026, 9, 1)
NEXT = MONDAY + timedelta(weeks=1)
AFTER = date(2026, 10, 5)


@pytest.fixture
def ended(site: Site, nurse: StaffUser) -> list[Sequence]:
    """One patient who came five times, one who came twice and then lacked transport."""
    open_week(site)
    full, short = booked_sequence(site, start_minute=540), booked_sequence(site, start_minute=700)
    for visit in [*visits_of(full), *visits_of(short)[:2]]:
        attend(visit, by=nurse)
    for visit in visits_of(short)[2:]:
        actions.mark_missed(visit=visit, reason=MissedReason.TRANSPORT, by=nurse, at=visit.starts_at)
    short.refresh_from_db()
    actions.cancel_sequence(sequence=short, reason=MissedReason.TRANSPORT, by=nurse, at=site.instant(NEXT, 600))
    return [full, short]


def page(site: Site) -> Any:
    return completion_page(site, first=SEPTEMBER, last=SEPTEMBER, as_of=AFTER)


def test_the_report_counts_patients_and_their_reasons(site: Site, ended: list[Sequence]) -> None:
    shown = page(site).shown
    assert (shown.n, shown.counts[Level.FIVE], shown.counts[Level.TWO]) == (2, 1, 1)
    assert shown.patients_by_reason == {"transport": 1}
    assert shown.days_by_reason == {"transport": 3}


def test_every_number_opens_its_patients(site: Site, ended: list[Sequence]) -> None:
    full, short = ended
    assert [patient.pk for patient, _ in people_behind(page(site), level=Level.FIVE)] == [full.patient_id]
    assert [patient.pk for patient, _ in people_behind(page(site), reason="transport")] == [short.patient_id]
    assert people_behind(page(site), under_way=True) == []


def test_months_select_by_the_first_attended_day(site: Site, ended: list[Sequence]) -> None:
    later = completion_page(site, first=date(2026, 10, 1), last=date(2026, 10, 1), as_of=AFTER)
    assert later.shown.n == 0


def test_another_clinic_counts_nobody_of_ours(site: Site, other_site: Site, ended: list[Sequence]) -> None:
    assert page(other_site).shown.n == 0


def test_the_number_of_queries_does_not_grow(site: Site, nurse: StaffUser, ended: list[Sequence]) -> None:
    with CaptureQueriesContext(connection) as few:
        page(site)
    for minute in (600, 605, 800):
        attend(visits_of(booked_sequence(site, start_minute=minute))[0], by=nurse)
    with CaptureQueriesContext(connection) as many:
        page(site)
    assert len(many) == len(few)


def test_used_hours_and_lost_places_of_a_week(site: Site, ended: list[Sequence]) -> None:
    shown = utilisation_page(site, first=MONDAY, last=MONDAY + timedelta(days=4), today=AFTER)
    (week,) = shown.weeks
    assert week.figures.use.attended == 7
    assert week.figures.use.used_minutes == 7 * 85
    assert week.figures.use.released == 3
    assert (week.began, week.lost, shown.late.n) == (2, 0, 0)


def test_a_holiday_week_names_its_closed_day_and_what_it_costs(site: Site, scheduler: StaffUser) -> None:
    open_week(site, closed={MONDAY + timedelta(days=3): "Founders' Day"})
    (week,) = utilisation_page(site, first=MONDAY, last=MONDAY, today=AFTER).weeks
    assert week.closed == ((MONDAY + timedelta(days=3), "Founders' Day"),)
    assert week.lost == 56


def test_days_late_are_those_after_the_wish(site: Site, ended: list[Sequence]) -> None:
    Sequence.objects.filter(pk=ended[0].pk).update(wish_from_day=MONDAY - timedelta(days=10))
    late = utilisation_page(site, first=MONDAY, last=MONDAY, today=AFTER).late
    assert (late.n, late.p90) == (1, 10)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("path", ["/completion/", "/completion/export.csv"])
def test_completion_is_for_who_sees_outcomes_or_runs_the_clinic(
    site: Site, as_user: Any, role: str, path: str
) -> None:
    allowed = ROLES[role] & {Permission.SEE_OUTCOMES, Permission.RUN_CLINIC}
    assert as_user(people.staff(role, site=site)).get(path).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("path", ["/utilisation/", "/utilisation/export.csv"])
def test_utilisation_is_also_for_the_scheduler(site: Site, as_user: Any, role: str, path: str) -> None:
    allowed = ROLES[role] & {Permission.SEE_OUTCOMES, Permission.RUN_CLINIC, Permission.BOOK}
    assert as_user(people.staff(role, site=site)).get(path).status_code == (200 if allowed else 403)


@pytest.fixture
def october(site: Site) -> Any:
    with time_machine.travel(datetime(2026, 10, 5, 16, 0, tzinfo=UTC), tick=False):
        yield


def test_names_stand_behind_a_number(
    site: Site, lead: StaffUser, as_user: Any, ended: list[Sequence], october: None
) -> None:
    answer = as_user(lead).get("/completion/", {"level": "2"})
    assert ended[1].patient.record_number in answer.content.decode()
    assert ended[0].patient.record_number not in answer.content.decode()


def test_an_administrator_sees_numbers_without_names(
    site: Site, as_user: Any, ended: list[Sequence], october: None
) -> None:
    answer = as_user(people.staff("administrator", site=site)).get("/completion/", {"level": "2"})
    assert answer.status_code == 200
    assert ended[1].patient.record_number not in answer.content.decode()


@pytest.mark.parametrize("odd", [{"level": "9"}, {"level": "x"}, {"reason": "weather"}])
def test_an_unknown_number_is_not_found(lead: StaffUser, as_user: Any, odd: dict[str, str]) -> None:
    assert as_user(lead).get("/completion/", odd).status_code == 404


def test_the_file_holds_what_the_page_shows(
    site: Site, lead: StaffUser, as_user: Any, ended: list[Sequence], october: None
) -> None:
    rows = list(csv.reader(io.StringIO(as_user(lead).get("/completion/export.csv").content.decode())))
    assert ["5 or more", "1", "50", "890", "86.1%"] in rows
    assert ["Transport", "1", "3"] in rows


def test_odd_dates_show_the_usual_weeks(lead: StaffUser, as_user: Any) -> None:
    assert as_user(lead).get("/utilisation/", {"from": "yesterday", "to": "2026-13-01"}).status_code == 200


def test_reversed_dates_are_put_in_order(site: Site, lead: StaffUser, as_user: Any) -> None:
    answer = as_user(lead).get("/utilisation/", {"from": "2026-09-18", "to": "2026-09-14"})
    assert (answer.context["first"], answer.context["last"]) == (date(2026, 9, 14), date(2026, 9, 18))
