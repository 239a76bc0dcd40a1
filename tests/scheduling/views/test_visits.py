"""Drivers, missed days, the end of a sequence."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from tests.factories.suite import MONDAY, attend, booked_sequence, visits_of

pytestmark = pytest.mark.django_db
DRIVER = {"name": "Marta Quist", "relationship": "sister", "phone": "555-010-7788", "transport": "family"}


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(site.instant(MONDAY - timedelta(days=1), 700), tick=False):
        yield


def test_one_driver_is_named_for_all_five_days(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    sequence, client = booked_sequence(site), as_user(scheduler)
    address = f"/sequences/{sequence.pk}/drivers/"
    assert client.get(address).content.decode().count("nobody yet") == 5
    days = [visit.pk for visit in visits_of(sequence)]
    answer = client.post(address, DRIVER | {"days": days}, follow=True)
    assert "Marta Quist drives home on 5 days." in answer.content.decode()
    assert "Marta Quist" in client.get(address).content.decode()


def test_drv_01_a_taxi_is_refused_on_the_page_and_nothing_typed_is_lost(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    sequence = booked_sequence(site)
    days = [visit.pk for visit in visits_of(sequence)]
    answer = as_user(scheduler).post(
        f"/sequences/{sequence.pk}/drivers/", DRIVER | {"days": days, "transport": "taxi"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "A taxi is not a known driver." in html
    assert 'value="Marta Quist"' in html
    assert not visits_of(sequence)[0].driver_named


def test_drv_02_one_name_is_confirmed_on_the_page(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    sequence, client = booked_sequence(site), as_user(scheduler)
    sent = DRIVER | {"days": [visits_of(sequence)[0].pk], "name": "Marta"}
    address = f"/sequences/{sequence.pk}/drivers/"
    assert 'name="confirmed" value="DRV-02"' in client.post(address, sent).content.decode()
    client.post(address, sent | {"confirmed": "DRV-02"})
    assert [visit.driver_name for visit in visits_of(sequence)] == ["Marta", "", "", "", ""]


def test_days_of_another_patient_cannot_be_named_here(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    sequence, other = booked_sequence(site), booked_sequence(site)
    answer = as_user(scheduler).post(
        f"/sequences/{sequence.pk}/drivers/", DRIVER | {"days": [visits_of(other)[0].pk]}
    )
    assert answer.status_code == 422
    assert not visits_of(other)[0].driver_named


def test_a_missed_day_is_recorded_with_its_reason(as_user: Any, site: Site, nurse: StaffUser) -> None:
    visit, client = visits_of(booked_sequence(site))[0], as_user(nurse)
    address = f"/visits/{visit.pk}/missed/"
    assert "Day 1 of 5" in client.get(address).content.decode()
    answer = client.post(address, {"reason": "illness", "note": "fever"}, follow=True)
    assert "Day 1 is recorded as missed" in answer.content.decode()
    visit.refresh_from_db()
    assert (visit.state, visit.missed_note) == ("missed", "fever")


def test_sch_25_no_reason_comes_back_to_the_form(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[0]
    answer = as_user(scheduler).post(f"/visits/{visit.pk}/missed/", {"note": "fever"})
    assert answer.status_code == 422
    assert "Choose why the day is missed" in answer.content.decode()
    assert 'value="fever"' in answer.content.decode()


def test_an_interrupted_sequence_is_ended(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    sequence, client = booked_sequence(site), as_user(scheduler)
    first = visits_of(sequence)[0]
    attend(first, by=scheduler)
    address = f"/sequences/{sequence.pk}/end/"
    assert "5 of 5" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    answer = client.post(address, {"reason": "side_effect"}, follow=True)
    assert "Sequence 1 is ended early; its open days are free." in answer.content.decode()


@pytest.mark.parametrize("address", ["/sequences/{0}/drivers/", "/sequences/{0}/end/", "/visits/{1}/missed/"])
def test_what_belongs_to_another_clinic_is_not_found(
    as_user: Any, other_site: Site, scheduler: StaffUser, address: str
) -> None:
    sequence = booked_sequence(other_site)
    visit = visits_of(sequence)[0]
    assert as_user(scheduler).get(address.format(sequence.pk, visit.pk)).status_code == 404


def test_a_psychologist_changes_nothing_here(as_user: Any, site: Site, psychologist: StaffUser) -> None:
    sequence = booked_sequence(site)
    client = as_user(psychologist)
    assert client.get(f"/sequences/{sequence.pk}/drivers/").status_code == 403
    assert client.get(f"/sequences/{sequence.pk}/end/").status_code == 403
    assert client.get(f"/visits/{visits_of(sequence)[0].pk}/missed/").status_code == 403
