from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.actions import open_suite_day
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from tests.factories.suite import MONDAY, before, booked_sequence, open_week

pytestmark = pytest.mark.django_db
ADDRESS = f"/suite/{MONDAY}/"


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(site.instant(MONDAY - timedelta(days=5), 600), tick=False):
        yield


@pytest.fixture
def day(site: Site, scheduler: StaffUser) -> SuiteDay:
    return open_suite_day(site=site, date=MONDAY, by=scheduler, at=before(site, MONDAY))


def test_the_day_shows_its_roster_and_a_nurse_cannot_edit_it(as_user: Any, site: Site, nurse: StaffUser) -> None:
    open_week(site)
    html = as_user(nurse).get(ADDRESS).content.decode()
    assert "Monday 14 September 2026" in html
    assert "07:30 to 17:30" in html
    assert "Put on the roster" not in html
    assert as_user(nurse).post(f"{ADDRESS}add/", {}).status_code == 403


def test_nurses_and_providers_are_put_on_and_taken_off(
    as_user: Any, day: SuiteDay, lead: StaffUser, nurse: StaffUser, physician: StaffUser
) -> None:
    client = as_user(lead)
    hours = {"from_minute": "07:30", "to_minute": "12:00"}
    answer = client.post(f"{ADDRESS}add/", hours | {"person": nurse.pk}, follow=True)
    assert f"{nurse.name} is on the roster." in answer.content.decode()
    client.post(f"{ADDRESS}add/", hours | {"person": physician.pk})
    shift, presence = NurseShift.objects.get(), ProviderPresence.objects.get()
    assert (shift.from_minute, shift.to_minute, presence.provider) == (450, 720, physician)
    client.post(f"/suite/shifts/{shift.pk}/remove/")
    client.post(f"/suite/providers/{presence.pk}/remove/")
    assert not NurseShift.objects.exists()
    assert not ProviderPresence.objects.exists()


def test_sch_19_an_overlap_is_said_at_its_field(
    as_user: Any, day: SuiteDay, scheduler: StaffUser, nurse: StaffUser
) -> None:
    client = as_user(scheduler)
    sent = {"person": nurse.pk, "from_minute": "07:30", "to_minute": "12:00"}
    client.post(f"{ADDRESS}add/", sent)
    answer = client.post(f"{ADDRESS}add/", sent | {"from_minute": "11:00"})
    assert answer.status_code == 422
    assert "already on the roster from 07:30 to 12:00" in answer.content.decode()


def test_sch_21_a_shift_in_use_answers_with_the_minute(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    shift = NurseShift.objects.get(suite_day__date=MONDAY)
    answer = as_user(scheduler).post(f"/suite/shifts/{shift.pk}/remove/")
    assert answer.status_code == 422
    assert "from 09:00 to 10:20" in answer.content.decode()


def test_a_day_is_closed_with_its_reason_and_opened_again(
    as_user: Any, day: SuiteDay, scheduler: StaffUser
) -> None:
    client = as_user(scheduler)
    assert client.post(f"{ADDRESS}close/", {"because": ""}).status_code == 422
    assert "Closed: Snow." in client.post(f"{ADDRESS}close/", {"because": "Snow"}, follow=True).content.decode()
    assert "open again" in client.post(f"{ADDRESS}reopen/", follow=True).content.decode()


def test_the_sheet_prints_who_comes_where_and_who_drives(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    patient = booked_sequence(site).patient
    html = as_user(scheduler).get(f"{ADDRESS}sheet/").content.decode()
    assert patient.list_name in html
    assert "none named" in html
    assert "data-kc-print" in html


def test_a_day_nobody_opened_and_one_of_another_clinic_are_not_found(
    as_user: Any, other_site: Site, scheduler: StaffUser
) -> None:
    open_week(other_site)
    client = as_user(scheduler)
    assert client.get(ADDRESS).status_code == 404
    shift = NurseShift.objects.first()
    assert shift is not None
    assert client.post(f"/suite/shifts/{shift.pk}/remove/").status_code == 404
    assert client.get("/suite/someday/").status_code == 404
