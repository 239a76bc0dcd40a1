"""Registering a patient in the browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import Patient
from tests.factories import people
from tests.factories import scheduling as make

URL = reverse("scheduling:patient_new")
AsUser = Callable[[StaffUser], Client]


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "record_number": "KT-1001",
        "family_name": "Marrin",
        "given_name": "Delphine",
        "birth_date": "1974-03-14",
        "sex": "female",
        "height_cm": "168",
        "ethnic_group": "White",
        "marital_status": "Married",
        "phone": "216 555 0142",
        "email": "",
        "language": "Spanish",
        "diagnosis": "CRPS, left arm",
    } | fields


@pytest.mark.parametrize("role", list(Role))
def test_only_scheduler_and_physician_register(site: Site, as_user: AsUser, role: Role) -> None:
    expected = 200 if role in (Role.SCHEDULER, Role.PHYSICIAN) else 403
    assert as_user(people.staff(role, site=site)).get(URL).status_code == expected


def test_a_registration_leads_to_the_patient(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(URL, typed(address="4 Alder Court\r\nLakewood, OH"))
    patient = Patient.objects.get()
    assert patient.address_lines == ("4 Alder Court", "Lakewood, OH")
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[patient.pk])
    assert (patient.name, patient.height_cm, patient.language) == ("Delphine Marrin", 168, "Spanish")


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).post(URL, typed(record_number="?", birth_date="2090-01-01"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "3 to 20 letters, digits and hyphens" in page
    assert "in the future" in page
    assert 'value="Delphine"' in page
    assert not Patient.objects.exists()


def test_a_shapeless_form_is_refused_before_the_rules(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(URL, typed(birth_date="yesterday", sex=""))
    assert answer.status_code == 422
    assert "Enter a valid date" in answer.content.decode()


def test_a_possible_duplicate_is_shown_before_saving_and_can_be_somebody_else(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    known = make.patient(site=site, given_name="Delphine", family_name="Marin", record_number="KT-7")
    form = typed(birth_date=known.birth_date.isoformat() if known.birth_date else "")
    answer = as_user(scheduler).post(URL, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert reverse("scheduling:patient", args=[known.pk]) in page
    assert "This is somebody else" in page
    assert Patient.objects.count() == 1
    said = form | {"confirmed": "ENR-06", "reason_ENR-06": "Two people, both on the referral list."}
    assert as_user(scheduler).post(URL, said).status_code == 302
    assert Patient.objects.count() == 2


def test_half_an_answer_to_a_possible_duplicate_is_kept_and_says_what_is_missing(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    known = make.patient(site=site, given_name="Delphine", family_name="Marin", record_number="KT-7")
    form = typed(birth_date=known.birth_date.isoformat() if known.birth_date else "")
    ticked = as_user(scheduler).post(URL, form | {"confirmed": "ENR-06"}).content.decode()
    assert 'id="confirmed-ENR-06" checked' in ticked
    assert "Say how you know." in ticked
    told = as_user(scheduler).post(URL, form | {"reason_ENR-06": "Her sister-in-law."}).content.decode()
    assert 'value="Her sister-in-law."' in told
    assert "Tick the box above as well." in told
    assert Patient.objects.count() == 1


def test_other_confirmations_are_asked_in_their_own_words(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    page = as_user(scheduler).post(URL, typed(given_name="")).content.decode()
    assert "one name only" in page
    assert "I have checked this; it is right" in page
