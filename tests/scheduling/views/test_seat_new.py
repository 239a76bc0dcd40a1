"""Choosing a group visit for a patient."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import GroupSeat, Patient
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]


def url(patient: Patient) -> str:
    return reverse("scheduling:seat_new", args=[patient.pk])


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.eligible_patient(site=site)


@pytest.mark.parametrize("role", list(Role))
def test_only_the_scheduler_books(site: Site, patient: Patient, as_user: AsUser, role: Role) -> None:
    expected = 200 if role == Role.SCHEDULER else 403
    assert as_user(people.staff(role, site=site)).get(url(patient)).status_code == expected


def test_only_groups_with_seats_can_be_chosen(
    site: Site, patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    full = make.group_visit(site=site, at=now, capacity=2)
    make.booked_patient(site=site, group=full, at=now)
    free = make.group_visit(site=site, at=now, start_minute=960)
    page = as_user(scheduler).get(url(patient)).content.decode()
    assert f'value="{full.pk}" disabled' in page
    assert f'value="{free.pk}">' in page
    assert "12 of 12 seats left" in page


def test_a_chosen_group_gives_both_seats(
    site: Site, patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    group = make.group_visit(site=site, at=timezone.now())
    form = {"group": group.pk, "support_person": "Paul Marrin", "support_relationship": "husband"}
    answer = as_user(scheduler).post(url(patient), form)
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[patient.pk])
    seat = GroupSeat.objects.get()
    assert (seat.patient, seat.support_relationship) == (patient, "husband")


def test_without_a_group_the_page_asks_for_one_and_keeps_what_was_typed(
    site: Site, patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    make.group_visit(site=site, at=timezone.now())
    answer = as_user(scheduler).post(url(patient), {"support_person": "Paul Marrin", "support_relationship": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a group visit." in page
    assert 'value="Paul Marrin"' in page


def test_a_refusal_keeps_what_was_typed(
    site: Site, patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    group = make.group_visit(site=site, at=timezone.now())
    form = {"group": group.pk, "support_person": "", "support_relationship": "husband"}
    answer = as_user(scheduler).post(url(patient), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "ENR-22" in page
    assert 'value="husband"' in page
    assert f'value="{group.pk}" checked' in page


def test_groups_and_patients_of_another_site_are_not_there(
    site: Site, other_site: Site, patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    elsewhere = make.group_visit(site=other_site, at=timezone.now())
    client = as_user(scheduler)
    assert client.post(url(patient), {"group": elsewhere.pk, "support_person": "P"}).status_code == 404
    assert client.get(url(make.patient(site=other_site))).status_code == 404


def test_without_a_group_visit_the_page_offers_to_plan_one(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    assert reverse("scheduling:group_new") in as_user(scheduler).get(url(patient)).content.decode()


def test_a_support_person_too_long_to_store_is_refused(
    site: Site, patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    group = make.group_visit(site=site, at=timezone.now())
    answer = as_user(scheduler).post(url(patient), {"group": group.pk, "support_person": "P" * 121})
    assert answer.status_code == 422
