"""The end of a questionnaire, or a pause in it."""

from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse

from kitclinic.models import Site, StaffUser
from outcomes.actions import acknowledge_safety_task
from outcomes.models import AssessmentComment, SafetyTask
from outcomes.opened import remember
from tests.factories import outcomes as factory
from tests.outcomes.views.patient_browser import Phone, opened


def test_the_end_says_who_reads_the_answers_and_when(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 15))
    phone.answer(16, 0)
    page = phone.get("/q/thanks/").content.decode()
    assert "Your care team" in page
    assert "next working day" in page
    assert 'href="tel:988"' in page


def test_after_an_answer_that_worries_the_end_says_again_that_a_nurse_calls(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 8))
    assert "A nurse will call" not in phone.get("/q/thanks/").content.decode()
    phone.answer(9, 1)
    assert "A nurse will call you within 1 hour." in phone.get("/q/thanks/").content.decode()


def test_once_somebody_has_taken_it_up_the_end_promises_no_call(site: Site, nurse: StaffUser) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 8))
    phone.answer(9, 1)
    acknowledge_safety_task(task=SafetyTask.objects.get(), action="Called, is safe.", by=nurse, at=factory.NOW)
    assert "A nurse will call" not in phone.get("/q/thanks/").content.decode()


def test_a_pause_says_how_to_go_on(site: Site) -> None:
    page = opened(factory.opened(site=site).answers((0,) * 4)).get("/q/thanks/").content.decode()
    assert "4 of 16 answers are saved" in page
    assert 'href="/q/questions/5/"' in page
    assert "Monday, September 14" in page


RIGHT_TO_LEFT = "שלום, כאב 😴\nsecond line <b>"


def test_pro_73_a_comment_is_kept_exactly_as_typed_and_once(site: Site) -> None:
    phone = opened_again(factory.completed(site=site))
    key = str(uuid4())
    for _ in "12":
        response = phone.post("/q/comment/", {"key": key, "comment": RIGHT_TO_LEFT.replace("\n", "\r\n")})
        assert response["Location"] == "/q/thanks/"
    assert AssessmentComment.objects.get().text == RIGHT_TO_LEFT
    page = phone.get("/q/thanks/").content.decode()
    assert 'dir="auto"' in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize(
    ("text", "sentence"), [("x" * 2001, "2001 characters, and 2000 fit"), ("  \n ", "Nothing was written")]
)
def test_pro_73_a_comment_too_long_or_empty_is_not_sent_and_not_lost(site: Site, text: str, sentence: str) -> None:
    phone = opened_again(factory.completed(site=site))
    response = phone.post("/q/comment/", {"key": str(uuid4()), "comment": text})
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    assert text in page
    assert not AssessmentComment.objects.exists()


def test_pro_73_exactly_2000_characters_fit(site: Site) -> None:
    phone = opened_again(factory.completed(site=site))
    phone.post("/q/comment/", {"key": str(uuid4()), "comment": "é" * 2000})
    assert len(AssessmentComment.objects.get().text) == 2000


def test_the_page_says_that_nobody_watches_it(site: Site) -> None:
    assert (
        "Nobody watches this page day and night"
        in opened_again(factory.completed(site=site)).get("/q/thanks/").content.decode()
    )


def test_reminders_are_stopped_by_the_patient(site: Site) -> None:
    phone = opened_again(factory.completed(site=site))
    assert "Stop reminders" in phone.get("/q/thanks/").content.decode()
    assert phone.post("/q/quiet/", {})["Location"] == "/q/thanks/"
    assert "are stopped" in phone.get("/q/thanks/").content.decode()


def opened_again(made: factory.Sent) -> Phone:
    """The device on which the last answer was just given."""
    phone = Phone(made)
    with time_machine.travel(factory.NOW, tick=False):
        phone.client.cookies.update(remember(HttpResponse(), made.assessment.sittings.get()).cookies)
    return phone
