"""The entry of a patient: the code by POST, then the year of birth."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import Assessment
from outcomes.opened import COOKIE
from outcomes.states import AssessmentState
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.outcomes.views.patient_browser import Phone, opened


def words(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_get_is_an_empty_shell_that_consumes_nothing(site: Site) -> None:
    made = factory.sent(site=site)
    phone = Phone(made)
    for _ in "123":
        assert phone.get("/q/").status_code == 200
    assert made.refresh().assessment.state == AssessmentState.OPEN
    assert phone.client.cookies.get(COOKIE) is None


def test_a_page_of_a_patient_is_stored_nowhere_and_tells_nobody_where_it_came_from(site: Site) -> None:
    response = Phone(factory.sent(site=site)).get("/q/")
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_code_leads_to_the_year_of_birth(site: Site) -> None:
    made = factory.sent(site=site)
    response = Phone(made).post("/q/", {"token": made.token})
    assert response.status_code == 200
    assert "What year were you born?" in words(response)
    assert made.refresh().assessment.state == AssessmentState.OPEN


def test_without_javascript_the_whole_link_may_be_pasted(site: Site) -> None:
    made = factory.sent(site=site)
    response = Phone(made).post("/q/", {"token": f" http://localhost:8000/q/#{made.token} "})
    assert "What year were you born?" in words(response)


@pytest.mark.parametrize(("token", "sentence"), [("x" * 43, "not complete"), ("", "Paste the link")])
def test_a_wrong_code_says_what_to_do(site: Site, token: str, sentence: str) -> None:
    response = Client().post("/q/", {"token": token})
    assert response.status_code == 422
    assert sentence in words(response)


def test_the_right_year_opens_the_first_question_with_a_cookie_of_this_address_only(site: Site) -> None:
    phone = Phone(factory.sent(site=site))
    response = phone.open()
    assert response["Location"] == "/q/questions/1/"
    cookie = phone.client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == 45 * 60
    assert phone.made.token not in cookie.value


def test_opening_again_leads_to_where_the_patient_left_off(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((1, 2, 3)))
    assert phone.open()["Location"] == "/q/questions/4/"


def test_a_year_that_is_none_is_no_try(site: Site) -> None:
    made = factory.sent(site=site)
    response = Phone(made).post("/q/", {"token": made.token, "birth_year": "74"})
    assert response.status_code == 422
    assert "four digits" in words(response)
    assert made.refresh().assessment.wrong_birth_years == 0


def test_pro_13_five_wrong_years_close_the_link_with_words_on_what_to_do(site: Site) -> None:
    Site.objects.update(phone="216 555 0100")
    phone = Phone(factory.sent(site=site))
    for left in (4, 3, 2, 1):
        response = phone.open(1901)
        assert response.status_code == 422
        assert f"{left} tr{'y is' if left == 1 else 'ies are'} left" in words(response)
    for _ in "12":
        response = phone.open(1901)
        assert "Ask the clinic for a new link" in words(response)
        assert "216 555 0100" in words(response)
    assert "closed" in words(phone.open())
    assert phone.client.cookies.get(COOKIE) is None


def test_pro_12_an_expired_link_says_so(site: Site) -> None:
    made = factory.sent(site=site)
    phone = Phone(made, at=factory.NOW + timedelta(days=7))
    response = phone.open()
    assert (response.status_code, COOKIE in phone.client.cookies) == (422, False)
    assert "7 days" in words(response)


def test_pro_16_a_withdrawn_link_points_to_the_newer_message(site: Site) -> None:
    made = factory.sent(site=site)
    factory.sent(site=site, patient=made.patient)
    assert "newest message" in words(Phone(made).open())


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The clinic has ended these questions"), ("es", "La clínica cerró estas preguntas")],
)
def test_pro_107_a_questionnaire_taken_back_sends_nobody_after_a_newer_message(
    site: Site, nurse: StaffUser, language: str, sentence: str
) -> None:
    made = factory.sent(site=site)
    Assessment.objects.update(language=language)
    actions.stop_questionnaire(assessment=made.assessment, by=nurse, at=factory.NOW)
    said = words(Phone(made).open())
    assert sentence in said
    assert "newe" not in said
    assert "más nuevo" not in said


def test_pro_16_a_newer_questionnaire_that_was_taken_back_too_is_no_newer_link(
    site: Site, nurse: StaffUser
) -> None:
    made = factory.sent(site=site)
    newer = factory.sent(site=site, patient=made.patient)
    actions.withdraw_questionnaire(assessment=newer.assessment, reason="Sent by mistake", by=nurse, at=factory.NOW)
    assert "The clinic has ended these questions" in words(Phone(made).open())


def test_pro_11_on_the_day_of_an_infusion_the_link_says_please_tomorrow(site: Site) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    made = factory.sent(site=site, patient=chair.visit.patient, at=chair.at - timedelta(hours=3))
    response = Phone(made, at=chair.at).open()
    assert "Please do this tomorrow" in words(response)
    assert "infusion" not in words(response)


def test_a_finished_questionnaire_thanks_and_does_not_open(site: Site) -> None:
    response = Phone(factory.completed(site=site)).open()
    assert "You are done. Thank you" in words(response)


@pytest.mark.parametrize("path", ["/q/questions/1/", "/q/support/9/", "/q/thanks/"])
@pytest.mark.parametrize("cookie", ["", "1", "1:forged:signature"])
def test_without_a_cookie_of_ours_no_page_opens(site: Site, path: str, cookie: str) -> None:
    factory.opened(site=site)
    client = Client()
    client.cookies[COOKIE] = cookie
    with time_machine.travel(factory.NOW, tick=False):
        response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, "/q/")


def test_pro_14_a_cookie_older_than_45_minutes_opens_nothing(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    phone.at += timedelta(minutes=44)
    assert phone.get("/q/questions/1/").status_code == 200
    assert phone.answer(1, 0).status_code == 302  # and an answer gives another 45 minutes
    phone.at += timedelta(minutes=44)
    assert phone.get("/q/questions/2/").status_code == 200
    phone.at += timedelta(minutes=2)
    assert phone.get("/q/questions/2/")["Location"] == "/q/"


def test_a_cookie_of_a_withdrawn_questionnaire_opens_nothing(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    factory.sent(site=site, patient=phone.made.patient)
    assert phone.get("/q/questions/1/").status_code == 422
    assert phone.answer(1, 0, key="00000000-0000-4000-8000-000000000001").status_code == 422


def test_no_page_of_the_patient_names_the_patient_or_the_kind_of_clinic(site: Site) -> None:
    made = factory.sent(site=site)
    phone = Phone(made)
    seen = [phone.get("/q/"), phone.post("/q/", {"token": made.token}), phone.open(1901)]
    phone.open()
    for number in range(1, 17):
        seen.append(phone.get(f"/q/questions/{number}/"))
        seen.append(phone.answer(number, 2))
    seen += [phone.get("/q/support/9/"), phone.get("/q/thanks/"), phone.open()]
    patient = made.patient
    secret = [patient.given_name, patient.family_name, patient.record_number, site.name]
    for page in seen:
        text = page.content.decode().lower()
        for word in [*secret, "ketamine", "infusion", "chronic pain", patient.birth_date.isoformat()]:  # type: ignore[union-attr]
            assert word.lower() not in text
    assert Assessment.objects.get().state == AssessmentState.COMPLETED
