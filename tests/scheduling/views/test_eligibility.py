"""The assessment in the browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import Eligibility, Patient
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]


def url(patient: Patient) -> str:
    return reverse("scheduling:eligibility", args=[patient.pk])


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "pain_months": "40",
        "inadequate_by_referrer": "yes",
        "inadequate_by_patient": "yes",
        "inadequate_by_pain_provider": "yes",
        "childbearing_potential": "no",
        "ketamine_misuse": "no",
        "cautions_reviewed": "on",
        "allergies_reviewed": "on",
        "allergies": "Sulfonamides",
        "verdict": "eligible",
    } | changes


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.patient(site=site)


@pytest.mark.parametrize("role", list(Role))
def test_only_scheduler_and_physician_assess(site: Site, patient: Patient, as_user: AsUser, role: Role) -> None:
    expected = 200 if role in (Role.SCHEDULER, Role.PHYSICIAN) else 403
    assert as_user(people.staff(role, site=site)).get(url(patient)).status_code == expected


def test_a_patient_of_another_site_is_not_there(other_site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    assert as_user(scheduler).get(url(make.patient(site=other_site))).status_code == 404


def test_complete_answers_lead_back_to_the_patient(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).post(url(patient), answers())
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[patient.pk])
    row = Eligibility.objects.get()
    assert (row.eligible, row.allergies, row.childbearing_potential) == (True, "Sulfonamides", False)


def test_every_refusal_is_listed_and_stands_at_its_field(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    form = {"version": "1", "verdict": "eligible", "caution_heart_failure": "on"}
    answer = as_user(scheduler).post(url(patient), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Eligibility.objects.exists()
    for rule in ("ENR-10", "ENR-11", "ENR-14", "ENR-15", "ENR-16", "CAU-03"):
        assert rule in page
    assert 'id="id_cautions_reviewed-error"' in page
    assert 'id="id_caution_heart_failure-error"' in page
    assert 'id="inadequate_by_patient-error"' in page


def test_an_acknowledged_caution_is_saved(patient: Patient, scheduler: StaffUser, as_user: AsUser) -> None:
    form = answers(caution_heart_failure="on", ack_heart_failure="on")
    assert as_user(scheduler).post(url(patient), form).status_code == 302
    assert Eligibility.objects.get().acknowledged_cautions == ["heart_failure"]


def test_a_scheduler_cannot_slip_a_misuse_decision_in(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    form = answers(ketamine_misuse="yes", misuse_decision="accept", misuse_rationale="Trust me.")
    answer = as_user(scheduler).post(url(patient), form)
    assert answer.status_code == 422
    assert "A prescriber has to record accept or decline" in answer.content.decode()
    kept = as_user(scheduler).post(url(patient), form | {"verdict": "open"})
    assert kept.status_code == 302
    assert Eligibility.objects.get().misuse_decision == ""


def test_the_physician_decides_beside_the_version_before(
    patient: Patient, scheduler: StaffUser, physician: StaffUser, as_user: AsUser
) -> None:
    as_user(scheduler).post(url(patient), answers(ketamine_misuse="yes", verdict="open"))
    client = as_user(physician)
    page = client.get(url(patient)).content.decode()
    assert "Version 1 counts now" in page
    assert 'name="misuse_decision"' in page
    form = answers(
        version="2", ketamine_misuse="yes", misuse_decision="accept", misuse_rationale="None since 2009."
    )
    assert client.post(url(patient), form).status_code == 302
    assert Eligibility.objects.get(version=2).misuse_decided_by == physician
    told = as_user(scheduler).get(url(patient)).content.decode()
    assert "Only a prescriber changes this" in told
    assert 'name="misuse_decision"' not in told


def test_answers_to_questions_that_no_longer_apply_are_left_out(
    patient: Patient, physician: StaffUser, as_user: AsUser
) -> None:
    form = answers(pregnancy="negative", pregnancy_tested_on="2026-09-01", misuse_decision="accept")
    assert as_user(physician).post(url(patient), form).status_code == 302
    row = Eligibility.objects.get()
    assert (row.pregnancy, row.pregnancy_tested_on, row.misuse_decision) == ("", None, "")


def test_an_overtaken_form_is_refused_with_the_other_version_beside_it(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    client.post(url(patient), answers())
    answer = client.post(url(patient), answers(pain_months="50"))
    assert answer.status_code == 422
    assert "meanwhile" in answer.content.decode()
    assert Eligibility.objects.count() == 1


def test_a_shapeless_answer_is_refused_before_the_rules(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    assert as_user(scheduler).post(url(patient), answers(pain_months="long")).status_code == 422
    assert as_user(scheduler).post(url(patient), answers(verdict="whatever")).status_code == 422
