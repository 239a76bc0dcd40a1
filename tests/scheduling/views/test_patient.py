"""The patient page: minimum necessary, panels, the likely act."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.actions import name_driver
from scheduling.models import Patient
from scheduling.states import Caution
from tests.factories import people, suite
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]


def url(patient: Patient) -> str:
    return reverse("scheduling:patient", args=[patient.pk])


@pytest.fixture
def patient(site: Site) -> Patient:
    made = make.patient(site=site, diagnosis="CRPS, left arm", family_name="Marrin", given_name="Delphine")
    make.assess(made, cautions=frozenset({Caution.LIVER_FAILURE}), acknowledged=frozenset(Caution))
    return made


@pytest.mark.parametrize("role", list(Role))
def test_the_page_opens_for_who_may_find_patients(
    site: Site, patient: Patient, as_user: AsUser, role: Role
) -> None:
    expected = 403 if role in (Role.ADMINISTRATOR, Role.ANALYST) else 200
    assert as_user(people.staff(role, site=site)).get(url(patient)).status_code == expected


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST])
def test_strip_and_timeline_lead_to_the_referral(
    site: Site, patient: Patient, as_user: AsUser, role: Role
) -> None:
    client = as_user(people.staff(role, site=site))
    there = reverse("scheduling:referral", args=[patient.referrals.get().pk])
    page = client.get(url(patient)).content.decode()
    assert f'<a href="{there}">Referral accepted</a>' in page
    assert f'<a class="link" href="{there}">Referral received</a>' in page
    assert client.get(there).status_code == 200


def test_a_patient_of_another_site_is_not_there(other_site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    assert as_user(scheduler).get(url(make.patient(site=other_site))).status_code == 404


def test_who_only_books_sees_readiness_and_no_clinical_word(
    patient: Patient, scheduler: StaffUser, physician: StaffUser, as_user: AsUser
) -> None:
    page = as_user(scheduler).get(url(patient)).content.decode()
    assert "MARRIN, Delphine" in page
    assert "Group visit (SMA)" in page
    for word in ("CRPS", "Allergies", "Liver failure", "None known", "Misuse", "infusions/"):
        assert word not in page, word
    seen = as_user(physician).get(url(patient)).content.decode()
    assert "CRPS, left arm" in seen
    assert "Liver failure" in seen


@pytest.mark.parametrize(
    ("role", "orders"),
    [
        (Role.NURSE, True),
        (Role.PHYSICIAN, True),
        (Role.CLINIC_LEAD, True),
        (Role.PSYCHOLOGIST, False),
        (Role.SCHEDULER, False),
    ],
)
def test_each_panel_is_loaded_only_for_who_may_see_it(
    site: Site, patient: Patient, as_user: AsUser, role: Role, orders: bool
) -> None:
    page = as_user(people.staff(role, site=site)).get(url(patient)).content.decode()
    assert (f'hx-get="{reverse("infusions:patient_panel", args=[patient.pk])}"' in page) is orders
    assert f'hx-get="{reverse("outcomes:patient_panel", args=[patient.pk])}"' in page  # itself minds scores


def test_the_likely_act_is_a_button_for_whose_it_is(
    patient: Patient, scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    target = reverse("scheduling:seat_new", args=[patient.pk])
    assert f'class="btn btn--go" href="{target}"' in as_user(scheduler).get(url(patient)).content.decode()
    page = as_user(nurse).get(url(patient)).content.decode()
    assert "Book the group visit" in page
    assert target not in page


@pytest.mark.parametrize(
    ("role", "missed", "driver", "end"),
    [
        (Role.SCHEDULER, True, True, True),
        (Role.NURSE, True, True, False),
        (Role.PSYCHOLOGIST, False, False, False),
    ],
)
def test_when_the_patient_calls_the_booked_days_can_be_changed_from_here(
    site: Site, as_user: AsUser, role: Role, missed: bool, driver: bool, end: bool
) -> None:
    sequence = suite.booked_sequence(site)
    name_driver(
        visits=suite.visits_of(sequence),
        name="Paul Marrin",
        relationship="husband",
        phone="216 555 0142",
        transport="family",
        by=people.staff(Role.SCHEDULER, site=site),
        at=suite.before(site, suite.MONDAY),
    )
    page = as_user(people.staff(role, site=site)).get(url(sequence.patient)).content.decode()
    for visit in suite.visits_of(sequence):
        assert (reverse("scheduling:visit_missed", args=[visit.pk]) in page) is missed
    assert (reverse("scheduling:drivers", args=[sequence.pk]) in page) is driver
    assert (reverse("scheduling:sequence_end", args=[sequence.pk]) in page) is end


def test_a_day_that_is_over_is_not_offered_as_missed(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    sequence = suite.booked_sequence(site)
    first, *_ = suite.visits_of(sequence)
    suite.attend(first, by=nurse)
    page = as_user(nurse).get(url(sequence.patient)).content.decode()
    assert reverse("scheduling:visit_missed", args=[first.pk]) not in page
