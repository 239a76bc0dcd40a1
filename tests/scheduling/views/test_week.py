from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.models import NurseShift, SuiteDay
from tests.factories import people
from tests.factories.suite import MONDAY, STARTS_56, booked_sequence, fill, open_week, patient_for

pytestmark = pytest.mark.django_db
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(site.instant(WEDNESDAY, 678), tick=False):
        yield


def test_the_week_shows_chairs_places_and_who_waits(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, MONDAY + timedelta(weeks=1))
    booked = booked_sequence(site, start_minute=545).patient
    waiting = patient_for(site, MONDAY + timedelta(weeks=1))
    html = as_user(scheduler).get("/week/").content.decode()
    assert "Wednesday 16 September" in html
    assert booked.board_name in html
    assert f"/patients/{waiting.pk}/offers/" in html
    assert "09:05" in html
    assert f"tel:{booked.phone}" in html
    assert "style=" not in html


def test_the_board_alone_is_what_the_page_includes(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    booked_sequence(site)
    client = as_user(scheduler)
    part = client.get("/week/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<section")
    assert part.strip() in client.get("/week/").content.decode()


def test_a_nurse_reads_the_week_and_books_nothing(as_user: Any, site: Site, nurse: StaffUser) -> None:
    patient = patient_for(site, MONDAY + timedelta(weeks=1))
    client = as_user(nurse)
    assert "/offers/" not in client.get("/week/").content.decode()
    assert client.get(f"/patients/{patient.pk}/offers/").status_code == 403
    assert client.post(f"/patients/{patient.pk}/book/").status_code == 403


def test_an_administrator_plans_without_a_way_to_patients(as_user: Any, site: Site) -> None:
    patient = booked_sequence(site).patient
    client = as_user(people.staff("administrator", site=site))
    html = client.get("/week/").content.decode()
    assert f"/patients/{patient.pk}/" not in html
    assert patient.board_name not in html
    assert f"{patient.initials} … {patient.record_tail}" in html
    assert "tel:" not in html
    assert "Find a patient" not in html
    assert client.get(f"/suite/{WEDNESDAY}/sheet/").status_code == 403


def test_a_new_clinic_opens_the_coming_weeks_with_one_press(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    client = as_user(scheduler)
    assert "No clinic day is open yet" in client.get("/week/").content.decode()
    answer = client.post("/week/open/", follow=True)
    assert "38 clinic days are open, up to Friday 6 November." in answer.content.decode()
    assert "open already" in client.post("/week/open/", follow=True).content.decode()
    assert SuiteDay.objects.filter(site=site).count() == 38


def test_the_roster_of_the_week_before_is_copied(as_user: Any, site: Site, lead: StaffUser) -> None:
    open_week(site, MONDAY)
    client = as_user(lead)
    client.post("/week/open/")
    NurseShift.objects.filter(suite_day__date=MONDAY + timedelta(weeks=1)).delete()
    answer = client.post(f"/suite/{MONDAY + timedelta(weeks=1)}/copy-roster/", follow=True)
    assert "5 roster entries were copied" in answer.content.decode()


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-09"])
def test_a_day_that_is_none_is_not_found(as_user: Any, scheduler: StaffUser, day: str) -> None:
    assert as_user(scheduler).get("/week/", {"day": day}).status_code == 404


def test_a_full_week_page_needs_few_queries(
    as_user: Any, site: Site, scheduler: StaffUser, django_assert_max_num_queries: Any
) -> None:
    open_week(site)
    fill(site, MONDAY, STARTS_56[:16])
    client = as_user(scheduler)
    with django_assert_max_num_queries(23):  # session, user, site and what is kept aside among them
        client.get("/week/")
