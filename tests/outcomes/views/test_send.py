"""Sending a questionnaire: the link and its code appear once."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from kitclinic.models import Site, StaffUser
from outcomes.models import Assessment
from outcomes.states import AssessmentState
from scheduling.models import Patient
from tests.factories import outcomes as factory
from tests.factories import people, scheduling

CHOICE = {"instruments": ["PHQ-9", "GAD-7"], "occasion": "baseline"}


@pytest.fixture
def patient(site: Site) -> Patient:
    return scheduling.patient(site=site)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_answer_shows_the_link_and_a_code_without_style_attributes(
    as_user: Any, nurse: StaffUser, patient: Patient
) -> None:
    response = as_user(nurse).post(f"/patients/{patient.pk}/questionnaire/", CHOICE)
    page = text(response)
    assert response.status_code == 200
    assert "/q/#" in page
    code = page.split('<svg viewBox="0 0 45 45" class="qr">')[1].split("</svg>")[0]
    assert "style=" not in code
    assert "data:" not in code
    parts = Assessment.objects.get().parts.order_by("position")
    assert list(parts.values_list("instrument", flat=True)) == ["PHQ-9", "GAD-7"]


def test_the_link_is_on_no_other_page(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    client = as_user(nurse)
    page = text(client.post(f"/patients/{patient.pk}/questionnaire/", CHOICE))
    token = page.split("/q/#")[1].split("<")[0]
    assert len(token) == 43
    for path in (f"/patients/{patient.pk}/questionnaire/", f"/patients/{patient.pk}/scores/"):
        assert token not in text(client.get(path))


def test_an_open_questionnaire_is_named_before_it_is_replaced(as_user: Any, nurse: StaffUser, site: Site) -> None:
    made = factory.opened(site=site).answers((1, 1, 1))
    with time_machine.travel(factory.NOW, tick=False):
        client = as_user(nurse)
        page = text(client.get(f"/patients/{made.patient.pk}/questionnaire/"))
        assert "PHQ-9, GAD-7 is open: 3 of 16 answered" in page
        client.post(f"/patients/{made.patient.pk}/questionnaire/", CHOICE)
    assert made.refresh().assessment.state == AssessmentState.WITHDRAWN


@pytest.mark.parametrize("wrong", [{"instruments": []}, {"instruments": ["PCS"]}, {"occasion": "later"}])
def test_a_wrong_choice_sends_nothing(
    as_user: Any, nurse: StaffUser, patient: Patient, wrong: dict[str, Any]
) -> None:
    response = as_user(nurse).post(f"/patients/{patient.pk}/questionnaire/", CHOICE | wrong)
    assert response.status_code == 422
    assert not Assessment.objects.exists()


def test_another_language_is_pointed_out(as_user: Any, nurse: StaffUser, site: Site) -> None:
    patient = scheduling.patient(site=site, language="Spanish")
    assert "language is Spanish" in text(as_user(nurse).get(f"/patients/{patient.pk}/questionnaire/"))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("nurse", 200),
        ("physician", 200),
        ("psychologist", 200),
        ("scheduler", 200),
        ("clinic_lead", 403),
        ("administrator", 403),
    ],
)
def test_who_may_send(as_user: Any, site: Site, patient: Patient, role: str, status: int) -> None:
    client: Client = as_user(people.staff(role, site=site))
    assert client.get(f"/patients/{patient.pk}/questionnaire/").status_code == status


def test_a_patient_of_another_site_is_not_found(as_user: Any, nurse: StaffUser, other_site: Site) -> None:
    patient = scheduling.patient(site=other_site)
    assert as_user(nurse).post(f"/patients/{patient.pk}/questionnaire/", CHOICE).status_code == 404
