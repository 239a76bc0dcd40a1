"""The waiting list as the schedulers use it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from scheduling.actions import offer_free_places, wait_for_place
from scheduling.models import PlaceOffer, PlaceWait, Sequence
from scheduling.rules.places import Wait
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, patient_for

pytestmark = pytest.mark.django_db
LIST = "/places/"


@pytest.fixture
def now(site: Site) -> Any:
    at = before(site, MONDAY, days=6)
    with time_machine.travel(at, tick=False):
        yield at


def offered(site: Site, by: StaffUser, at: datetime) -> PlaceOffer:
    open_week(site)
    wait_for_place(patient=patient_for(site, MONDAY), wait=Wait(), by=by, at=at)
    offer_free_places(site=site, at=at)
    return PlaceOffer.objects.select_related("wait__patient", "sequence").get()


def test_the_empty_list_says_what_will_stand_there(as_user: Any, scheduler: StaffUser, now: datetime) -> None:
    html = as_user(scheduler).get(LIST).content.decode()
    assert "Nobody waits for a place" in html
    assert "Offer free places now" not in html


def test_who_waits_is_shown_with_wants_and_offer(
    as_user: Any, site: Site, scheduler: StaffUser, now: datetime
) -> None:
    offer = offered(site, scheduler, now)
    html = as_user(scheduler).get(LIST).content.decode()
    assert offer.wait.patient.list_name in html
    assert "48 h notice" in html
    assert "Mon 14 Sep, " in html
    assert "held until 14:00" in html


def test_a_patient_is_put_on_the_list(as_user: Any, site: Site, scheduler: StaffUser, now: datetime) -> None:
    patient = patient_for(site, MONDAY)
    client, address = as_user(scheduler), f"/patients/{patient.pk}/wait/"
    assert "Hours of notice" in client.get(address).content.decode()
    given = {"notice_hours": "24", "until_day": "2026-09-21", "from_minute": "13:00", "note": "works nights"}
    assert client.post(address, given).status_code == 302
    row = PlaceWait.objects.get()
    assert (row.patient, row.notice_hours, row.from_minute, row.note) == (patient, 24, 780, "works nights")
    assert "is on the list since" in client.get(address).content.decode()


def test_sch_66_a_refusal_stays_on_the_form(as_user: Any, site: Site, scheduler: StaffUser, now: datetime) -> None:
    patient = patient_for(site, MONDAY)
    answer = as_user(scheduler).post(
        f"/patients/{patient.pk}/wait/", {"notice_hours": "999", "until_day": "2026-09-01"}
    )
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Notice lies between 0 and 336 hours" in html
    assert "The last day is over" in html
    assert not PlaceWait.objects.exists()


@pytest.mark.parametrize("given", [{}, {"notice_hours": "soon"}, {"notice_hours": "24", "until_day": "tomorrow"}])
def test_nonsense_is_no_wish_to_wait(
    as_user: Any, site: Site, scheduler: StaffUser, now: datetime, given: dict[str, str]
) -> None:
    patient = patient_for(site, MONDAY)
    assert as_user(scheduler).post(f"/patients/{patient.pk}/wait/", given).status_code == 422
    assert not PlaceWait.objects.exists()


def test_an_accepted_offer_is_booked_and_leads_to_the_drivers(
    as_user: Any, site: Site, scheduler: StaffUser, now: datetime
) -> None:
    offer = offered(site, scheduler, now)
    answer = as_user(scheduler).post(f"/places/offers/{offer.pk}/answer/", {"answer": "yes"}, follow=True)
    assert answer.redirect_chain[0][0] == reverse("scheduling:patient", args=[offer.wait.patient_id])
    assert "Name who drives home next" in answer.content.decode()
    assert Sequence.objects.get().state == "confirmed"


def test_a_declined_offer_keeps_the_patient_on_the_list(
    as_user: Any, site: Site, scheduler: StaffUser, now: datetime
) -> None:
    offer = offered(site, scheduler, now)
    client = as_user(scheduler)
    html = client.post(f"/places/offers/{offer.pk}/answer/", {"answer": "no"}, follow=True).content.decode()
    assert "1 offer declined or let pass" in html
    assert "Settled lately" in html
    assert Sequence.objects.get().state == "requested"


def test_an_answer_needs_yes_or_no(as_user: Any, site: Site, scheduler: StaffUser, now: datetime) -> None:
    offer = offered(site, scheduler, now)
    assert as_user(scheduler).post(f"/places/offers/{offer.pk}/answer/", {}).status_code == 422
    assert PlaceOffer.objects.get().state == "open"


def test_sch_69_a_late_answer_says_that_the_place_is_gone(
    as_user: Any, site: Site, scheduler: StaffUser, now: datetime
) -> None:
    offer = offered(site, scheduler, now)
    with time_machine.travel(offer.expires_at, tick=False):
        answer = as_user(scheduler).post(f"/places/offers/{offer.pk}/answer/", {"answer": "yes"})
    assert answer.status_code == 422
    assert "This offer ended at 14:00" in answer.content.decode()


def test_taking_somebody_off_needs_a_reason(as_user: Any, site: Site, scheduler: StaffUser, now: datetime) -> None:
    wait = offered(site, scheduler, now).wait
    client = as_user(scheduler)
    assert client.post(f"/places/{wait.pk}/stop/", {"reason": ""}).status_code == 422
    assert client.post(f"/places/{wait.pk}/stop/", {"reason": "travels"}).status_code == 302
    assert PlaceWait.objects.get().ended_because == "travels"


def test_free_places_are_offered_on_request(as_user: Any, site: Site, scheduler: StaffUser, now: datetime) -> None:
    open_week(site)
    wait_for_place(patient=patient_for(site, MONDAY), wait=Wait(), by=scheduler, at=now)
    client = as_user(scheduler)
    assert "Offers made: 1" in client.post("/places/offers/", follow=True).content.decode()
    assert "No free place fits" in client.post("/places/offers/", follow=True).content.decode()


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "clinic_lead"])
def test_only_who_books_sees_and_changes_the_list(
    request: Any, as_user: Any, site: Site, scheduler: StaffUser, now: datetime, role: str
) -> None:
    offer = offered(site, scheduler, now)
    client = as_user(request.getfixturevalue("lead" if role == "clinic_lead" else role))
    assert client.get(LIST).status_code == 403
    assert client.get(f"/patients/{offer.wait.patient_id}/wait/").status_code == 403
    for address in (f"/places/offers/{offer.pk}/answer/", f"/places/{offer.wait_id}/stop/", "/places/offers/"):
        assert client.post(address, {"answer": "yes", "reason": "x"}).status_code == 403
    assert PlaceOffer.objects.get().state == "open"


def test_another_clinics_list_is_not_found(
    as_user: Any, site: Site, other_site: Site, scheduler: StaffUser, now: datetime
) -> None:
    taken = booked_sequence(other_site)
    wait = PlaceWait.objects.create(site=other_site, patient=taken.patient, since=now, added_by=taken.booked_by)
    offer = PlaceOffer.objects.create(
        site=other_site,
        wait=wait,
        sequence=taken,
        first_day=MONDAY,
        start_minute=540,
        offered_at=now,
        expires_at=now + timedelta(hours=4),
    )
    client = as_user(scheduler)
    assert client.get(f"/patients/{taken.patient_id}/wait/").status_code == 404
    assert client.post(f"/places/{wait.pk}/stop/", {"reason": "x"}).status_code == 404
    assert client.post(f"/places/offers/{offer.pk}/answer/", {"answer": "yes"}).status_code == 404
    assert taken.patient.list_name not in client.get(LIST).content.decode()


def test_nobody_changes_the_list_by_reading(as_user: Any, scheduler: StaffUser) -> None:
    assert as_user(scheduler).get("/places/offers/").status_code == 405
