"""What can be done at once, on the patient's page, about the booking made last."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.actions import book_sequence, offer_free_places, wait_for_place
from scheduling.models import Patient, Sequence
from scheduling.rules.places import Wait
from scheduling.states import SequenceState
from tests.factories.suite import MONDAY, before, open_week, patient_for

pytestmark = pytest.mark.django_db
UNDO, CONFIRM, RELEASE = "Undo this booking", "Confirm the times", "Give the places back"


@pytest.fixture
def now(site: Site) -> Any:
    open_week(site)
    at = before(site, MONDAY, days=13)
    with time_machine.travel(at, tick=False):
        yield at


def booked(site: Site, by: StaffUser, at: Any, state: str) -> Patient:
    patient = patient_for(site, MONDAY)
    book_sequence(patient=patient, first_day=MONDAY, start_minute=540, state=state, by=by, at=at)
    return patient


def shown(client: Any, patient: Patient) -> set[str]:
    html = client.get(f"/patients/{patient.pk}/").content.decode()
    return {act for act in (UNDO, CONFIRM, RELEASE) if act in html}


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (SequenceState.HELD, {CONFIRM, RELEASE}),
        (SequenceState.TENTATIVE, {CONFIRM, UNDO}),
        (SequenceState.CONFIRMED, {UNDO}),
    ],
)
def test_each_state_has_its_acts(
    as_user: Any, site: Site, scheduler: StaffUser, now: Any, state: str, acts: set[str]
) -> None:
    assert shown(as_user(scheduler), booked(site, scheduler, now, state)) == acts


def test_sch_58_the_undo_goes_after_ten_minutes(as_user: Any, site: Site, scheduler: StaffUser, now: Any) -> None:
    patient, client = booked(site, scheduler, now, SequenceState.CONFIRMED), as_user(scheduler)
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        assert shown(client, patient) == {UNDO}
    with time_machine.travel(now + timedelta(minutes=10, seconds=1), tick=False):
        assert shown(client, patient) == set()


def test_sch_58_nobody_else_undoes_it(
    as_user: Any, site: Site, scheduler: StaffUser, nurse: StaffUser, now: Any
) -> None:
    patient = booked(site, scheduler, now, SequenceState.CONFIRMED)
    assert shown(as_user(nurse), patient) == set()


def test_the_undo_brings_the_request_back(as_user: Any, site: Site, scheduler: StaffUser, now: Any) -> None:
    patient, client = booked(site, scheduler, now, SequenceState.CONFIRMED), as_user(scheduler)
    row = Sequence.objects.get(patient=patient)
    answer = client.post(f"/sequences/{row.pk}/undo/", follow=True)
    assert "The booking is taken back" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == SequenceState.REQUESTED


def test_a_place_held_for_the_waiting_list_is_answered_there(
    as_user: Any, site: Site, scheduler: StaffUser, now: Any
) -> None:
    patient = patient_for(site, MONDAY)
    wait_for_place(patient=patient, wait=Wait(), by=scheduler, at=now)
    assert offer_free_places(site=site, at=now) == 1
    client = as_user(scheduler)
    assert shown(client, patient) == set()
    assert "Answer the offer" in client.get(f"/patients/{patient.pk}/").content.decode()
