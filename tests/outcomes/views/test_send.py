"""Sending a questionnaire: the link and its code appear once."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from kitclinic.models import OutboxMessage, Site, StaffUser
from outcomes.models import Assessment, Sitting
from outcomes.states import AssessmentState
from scheduling.models import Patient
from tests.factories import outcomes as factory
from tests.factories import people, scheduling, tablets

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


def test_the_plan_chooses_the_battery_of_the_occasion(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    client = as_user(nurse)
    page = text(client.get(f"/patients/{patient.pk}/questionnaire/?occasion=3m"))
    assert page.count(" checked><span>") == 3  # PHQ-9, GAD-7 and the impression of change
    assert "17 questions" in page
    page = text(client.get(f"/patients/{patient.pk}/questionnaire/?occasion=unplanned"))
    assert " checked><span>" not in page
    assert "Nothing chosen" in page


def test_a_code_is_shown_without_a_message(as_user: Any, nurse: StaffUser, site: Site) -> None:
    patient = scheduling.patient(site=site, consent_sms=True)
    assert "Send link" in text(as_user(nurse).get(f"/patients/{patient.pk}/questionnaire/"))
    page = text(as_user(nurse).post(f"/patients/{patient.pk}/questionnaire/", CHOICE | {"way": "code"}))
    assert "No message was sent." in page
    assert not OutboxMessage.objects.exists()


def test_by_telephone_leads_to_the_interview_and_from_paper_to_the_forms(
    as_user: Any, nurse: StaffUser, patient: Patient
) -> None:
    client, address = as_user(nurse), f"/patients/{patient.pk}/questionnaire/"
    paper = client.post(address, CHOICE | {"way": "paper"})
    assert paper["Location"] == f"/patients/{patient.pk}/paper/?occasion=baseline&form=PHQ-9&form=GAD-7"
    assert not Assessment.objects.exists()
    phone = client.post(address, CHOICE | {"way": "phone"})
    assert phone["Location"] == f"/interviews/{Assessment.objects.get().pk}/"


def test_a_tablet_of_the_clinic_is_put_into_the_patients_hands_and_no_other_device(
    as_user: Any, nurse: StaffUser, site: Site, patient: Patient
) -> None:
    address = f"/patients/{patient.pk}/questionnaire/"
    refused = as_user(nurse).post(address, CHOICE | {"way": "tablet"})
    assert refused.status_code == 422
    assert "not a tablet of the clinic" in text(refused)
    assert not Assessment.objects.exists()
    _, token = tablets.tablet(site, factory.NOW)
    device = tablets.device(token)
    tablets.sign_in(device, nurse)
    assert "On this tablet" in text(device.get(address))
    assert device.post(address, CHOICE | {"way": "tablet"})["Location"] == "/q/kiosk/"
    sitting = Sitting.objects.get()
    assert (sitting.mode, sitting.by) == ("tablet", nurse)
    assert device.get(address)["Location"].startswith("/lock/")  # no way back to the staff's pages without a PIN


def test_the_link_of_an_open_questionnaire_is_shown_again_with_its_answers(
    as_user: Any, nurse: StaffUser, site: Site
) -> None:
    made = factory.opened(site=site).answers((1, 1, 1))
    with time_machine.travel(factory.NOW, tick=False):
        client = as_user(nurse)
        page = text(client.post(f"/questionnaires/{made.assessment.pk}/link/", {"way": "code"}))
        assert "/q/#" in page
        assert client.get(f"/questionnaires/{made.assessment.pk}/link/").status_code == 405
        address = f"/questionnaires/{made.assessment.pk}/withdraw/"
        assert client.post(address, {"reason": ""}).status_code == 422
        assert client.post(address, {"reason": "Sent by mistake"}).status_code == 302
        assert "Sent by mistake" in text(client.get(f"/answers/{made.assessment.pk}/"))
    assert made.refresh().assessment.state == AssessmentState.WITHDRAWN
    assert made.assessment.responses.count() == 3
