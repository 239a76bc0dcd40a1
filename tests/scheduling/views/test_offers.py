from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.models import Sequence, Visit
from tests.factories.suite import MONDAY, STARTS_56, booked_sequence, fill, open_week, patient_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(site.instant(MONDAY - timedelta(days=5), 600), tick=False):
        yield


def test_the_offers_can_be_read_out(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    html = as_user(scheduler).get(f"/patients/{patient.pk}/offers/", {"time": "09:05"}).content.decode()
    assert html.count('name="start"') == 5
    assert "Monday 14 to Friday 18 September, every day at <b>9:05 in the morning</b>" in html
    assert "keeps 55 of 55 places" in html
    assert 'data-kc-key="5"' in html
    assert not Visit.objects.exists()


def test_a_refused_wish_is_explained(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    fill(site, MONDAY, [540, 550])
    patient = patient_for(site, MONDAY)
    html = as_user(scheduler).get(f"/patients/{patient.pk}/offers/", {"time": "09:20"}).content.decode()
    assert "Mon 14 Sep at 09:20 refused" in html
    assert "SCH-04" in html
    assert 'class="rf-over"' in html


def test_a_patient_without_group_visit_is_told_what_comes_first(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    patient = patient_for(site, MONDAY, state="referred")
    html = as_user(scheduler).get(f"/patients/{patient.pk}/offers/").content.decode()
    assert "Book the group visit first" in html


def test_a_clinic_without_open_weeks_says_so(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    patient = patient_for(site, MONDAY)
    assert "No week is open yet" in as_user(scheduler).get(f"/patients/{patient.pk}/offers/").content.decode()


def test_a_nonsense_wish_counts_as_none(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    answer = as_user(scheduler).get(f"/patients/{patient.pk}/offers/", {"time": "25:99", "earliest": "soon"})
    assert "09:00" in answer.content.decode()


def test_confirming_books_and_leads_to_the_patient(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    answer = as_user(scheduler).post(f"/patients/{patient.pk}/book/", {"start": "2026-09-14 545"}, follow=True)
    assert answer.redirect_chain == [(f"/patients/{patient.pk}/", 302)]
    assert "Booked: Monday 14 September to Friday 18 September, every day at 09:05" in answer.content.decode()
    assert Sequence.objects.get().patient == patient


def test_htmx_is_sent_to_the_patient(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    answer = as_user(scheduler).post(
        f"/patients/{patient.pk}/book/", {"start": "2026-09-14 545"}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"] == f"/patients/{patient.pk}/"


@pytest.mark.parametrize("htmx", [True, False])
def test_a_stale_offer_is_refused_with_fresh_ones(
    as_user: Any, site: Site, scheduler: StaffUser, htmx: bool
) -> None:
    open_week(site, nurses=1)
    patient = patient_for(site, MONDAY)
    fill(site, MONDAY, [540, 550])
    headers = {"HX-Request": "true"} if htmx else {}
    answer = as_user(scheduler).post(f"/patients/{patient.pk}/book/", {"start": "2026-09-14 545"}, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Not booked. The offers below are fresh" in html
    assert html.count('name="start"') == 5
    assert answer.headers.get("HX-Retarget") == ("#kc-offers" if htmx else None)
    assert not patient.sequences.exists()


@pytest.mark.parametrize("start", ["", "tomorrow", "2026-09-14", "2026-09-14 nine"])
def test_a_start_that_is_no_offer_books_nothing(
    as_user: Any, site: Site, scheduler: StaffUser, start: str
) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    answer = as_user(scheduler).post(f"/patients/{patient.pk}/book/", {"start": start})
    assert answer.status_code == 422
    assert "Choose one of the offers" in answer.content.decode()
    assert not Visit.objects.exists()


def test_confirming_twice_books_once(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient, client = patient_for(site, MONDAY), as_user(scheduler)
    client.post(f"/patients/{patient.pk}/book/", {"start": "2026-09-14 545"})
    answer = client.post(f"/patients/{patient.pk}/book/", {"start": "2026-09-14 545"})
    assert answer.status_code == 409
    assert "not finished" in answer.content.decode()
    assert Sequence.objects.count() == 1


def test_nobody_books_by_reading(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    patient = patient_for(site, MONDAY)
    assert as_user(scheduler).get(f"/patients/{patient.pk}/book/").status_code == 405


def test_a_patient_of_another_clinic_is_not_found(as_user: Any, other_site: Site, scheduler: StaffUser) -> None:
    patient = booked_sequence(other_site).patient
    client = as_user(scheduler)
    assert client.get(f"/patients/{patient.pk}/offers/").status_code == 404
    assert client.post(f"/patients/{patient.pk}/book/", {"start": "2026-09-14 545"}).status_code == 404


def test_the_offers_page_needs_few_queries(
    as_user: Any, site: Site, scheduler: StaffUser, django_assert_max_num_queries: Any
) -> None:
    for week in range(3):
        open_week(site, MONDAY + timedelta(weeks=week))
    fill(site, MONDAY, STARTS_56[:12])
    patient, client = patient_for(site, MONDAY), as_user(scheduler)
    with django_assert_max_num_queries(
        22
    ):  # session, user, site, notes, kept aside, protocols, every day read afresh, and the line of who looked
        client.get(f"/patients/{patient.pk}/offers/")


def test_a_time_outside_its_own_window_does_not_fit(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    wish = {"time": "15:00", "out_by": "12:30"}
    html = as_user(scheduler).get(f"/patients/{patient.pk}/offers/", wish).content.decode()
    assert "The wish fits" not in html
    assert "Change the time or the window" in html
