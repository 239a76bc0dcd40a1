"""One question a screen, from the link to the scores."""

import re
from uuid import uuid4

import pytest
import time_machine

from kitclinic.models import Site
from outcomes.models import ItemResponse, SafetyTask, Score, Sitting
from outcomes.opened import COOKIE
from outcomes.rules.instruments import instruments
from outcomes.states import AssessmentState
from tests.factories import outcomes as factory
from tests.outcomes.views.patient_browser import Phone, opened


def words(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_from_link_to_thanks_every_answer_is_saved_and_scored(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    for number, value in enumerate((*factory.PHQ_14, *factory.GAD_6), start=1):
        page = words(phone.get(f"/q/questions/{number}/"))
        assert f"Question {number} of 16" in page
        assert ("Finish" in page) == (number == 16)
        response = phone.answer(number, value)
        assert ItemResponse.objects.count() == number
    assert response["Location"] == "/q/thanks/"
    assert "All 16 answers are saved" in words(phone.get("/q/thanks/"))
    assert [(score.measure, score.value) for score in Score.objects.order_by("pk")] == [
        ("PHQ-9", 14),
        ("GAD-7", 6),
    ]


def test_a_question_is_shown_with_its_exact_wording_options_and_credit(site: Site) -> None:
    page = words(opened(factory.sent(site=site)).get("/q/questions/1/"))
    asked = instruments()["PHQ-9"]
    assert asked.stem in page
    assert asked.items[0].text in page
    for option in asked.options:
        assert f'value="{option.value}">{option.text}' in page
    assert asked.attribution in page
    assert "About 4 minutes left" in page
    assert page.count('type="radio" name="answer"') == 4
    assert " checked" not in page.split("answers", 1)[1].split("</fieldset>")[0]


def test_going_back_shows_the_saved_answer(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    phone.answer(1, 2)
    assert 'href="/q/questions/1/">Back' in words(phone.get("/q/questions/2/"))
    assert 'value="2" checked' in words(phone.get("/q/questions/1/"))


def test_prefer_not_to_answer_is_an_answer(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    assert phone.answer(1, None)["Location"] == "/q/questions/2/"
    assert ItemResponse.objects.get().value is None
    assert "Prefer not to answer (chosen)" in words(phone.get("/q/questions/1/"))


def test_nobody_can_skip_ahead(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    phone.answer(1, 0)
    assert phone.get("/q/questions/7/")["Location"] == "/q/questions/2/"


@pytest.mark.parametrize("number", [0, 17])
def test_a_question_that_does_not_exist_is_not_found(site: Site, number: int) -> None:
    assert opened(factory.sent(site=site)).get(f"/q/questions/{number}/").status_code == 404


@pytest.mark.parametrize("choice", [{}, {"answer": "4"}, {"answer": "x"}, {"answer": "-1"}])
def test_without_a_choice_nothing_is_saved_and_the_page_says_what_to_do(
    site: Site, choice: dict[str, str]
) -> None:
    phone = opened(factory.sent(site=site))
    response = phone.post("/q/questions/1/", {"key": str(uuid4())} | choice)
    assert response.status_code == 422
    assert 'id="problem" role="alert"' in words(response)
    assert not ItemResponse.objects.exists()


def test_pressing_next_twice_saves_one_row(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    key = phone.key(1)
    assert [phone.answer(1, 3, key=key)["Location"] for _ in "12"] == ["/q/questions/2/"] * 2
    assert ItemResponse.objects.count() == 1


def test_pro_19_the_same_key_with_another_answer_is_409_and_shows_what_is_saved(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    key = phone.key(1)
    phone.answer(1, 3, key=key)
    response = phone.answer(1, 0, key=key)
    assert response.status_code == 409
    assert 'value="3" checked' in words(response)
    assert key not in words(response)


def test_pro_07_item_9_leads_to_help_at_once_and_again_when_sent_twice(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 8))
    key = phone.key(9)
    for _ in "12":
        assert phone.answer(9, 1, key=key)["Location"] == "/q/support/9/"
    assert SafetyTask.objects.count() == 1


def test_pro_07_help_comes_also_when_item_9_is_the_last_question(site: Site) -> None:
    phone = opened(factory.opened(site=site, instruments=("PHQ-9",)).answers((0,) * 8))
    assert phone.answer(9, 3)["Location"] == "/q/support/9/"
    assert Score.objects.get().value == 3
    assert "All your answers are saved" in words(phone.get("/q/support/9/"))


def test_a_finished_questionnaire_shows_no_question_again(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 15))
    phone.answer(16, 0)
    assert phone.get("/q/questions/1/")["Location"] == "/q/thanks/"
    response = phone.post("/q/questions/1/", {"key": str(uuid4()), "answer": "3"})
    assert (response.status_code, ItemResponse.objects.count()) == (422, 16)


def test_a_question_page_needs_few_queries(site: Site, django_assert_max_num_queries: object) -> None:
    phone: Phone = opened(factory.opened(site=site).answers((0,) * 8))
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        phone.get("/q/questions/9/")


def test_a_mail_scanner_that_opens_the_link_changes_nothing(site: Site) -> None:
    phone = Phone(factory.sent(site=site))
    for ask in (phone.client.head, phone.client.get):
        with time_machine.travel(factory.NOW, tick=False):
            response = ask("/q/", headers={"user-agent": "LinkScanner"})
        assert response.status_code == 200
        assert COOKIE not in response.cookies
    assert phone.made.refresh().assessment.state == AssessmentState.OPEN
    assert not Sitting.objects.exists()
    assert phone.open().status_code == 302  # the patient's own opening still works


def demo(site: Site, *names: str) -> factory.Sent:
    Site.objects.filter(pk=site.pk).update(is_demo=True)
    site.refresh_from_db()
    return factory.opened(site=site, instruments=names)


def test_an_adaptive_test_says_about_how_many_questions_there_are(site: Site) -> None:
    phone = opened(demo(site, "PHQ-9", "DEMO-Sleep-CAT"))
    page = words(phone.get("/q/questions/1/"))
    assert "Question 1 of about 14" in page
    assert "Part 1 of 2: Mood" in page
    assert page.count('class="way"') == 2


def test_pro_20_the_first_answer_to_the_next_part_scores_the_one_before_and_shuts_it(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 9))
    assert 'href="/q/questions/9/">Back' in words(phone.get("/q/questions/10/"))
    assert not Score.objects.exists()
    phone.answer(10, 1)
    assert Score.objects.get().measure == "PHQ-9"
    page = words(phone.get("/q/questions/10/"))
    assert "Back</a>" not in page
    assert "finished and counted, so you cannot go back" in page


def test_pro_20_a_late_answer_to_a_closed_part_shows_what_is_asked_now_and_changes_nothing(
    site: Site,
) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 10))
    response = phone.post("/q/questions/9/", {"key": str(uuid4()), "answer": "3"})
    assert response.status_code == 422
    assert "finished and counted" in words(response)
    assert "Question 11 of 16" in words(response)
    assert (ItemResponse.objects.count(), Score.objects.get().value) == (10, 0)


def test_pro_71_a_page_of_another_form_on_this_device_saves_nothing(site: Site) -> None:
    first = opened(factory.sent(site=site))
    page = words(first.get("/q/questions/1/"))
    of = re.search(r'name="of" value="([^"]+)"', page)
    assert of is not None
    second = opened(factory.sent(site=site))  # another patient's form, opened in a second tab
    response = second.post("/q/questions/1/", {"key": str(uuid4()), "of": of[1], "answer": "3"})
    assert response.status_code == 422
    assert "Another form was opened on this device" in words(response)
    assert not ItemResponse.objects.exists()


def test_pro_71_a_page_whose_question_is_asked_elsewhere_now_saves_nothing(site: Site) -> None:
    made = demo(site, "DEMO-Sleep-CAT").answers((1,))
    phone = opened(made)
    of = re.search(r'name="of" value="([^"]+)"', words(phone.get("/q/questions/2/")))
    assert of is not None
    phone.answer(1, 5)  # in another tab: the path changes
    now = re.search(r'name="of" value="([^"]+)"', words(phone.get("/q/questions/2/")))
    assert now is not None
    assert now[1] != of[1]
    response = phone.post("/q/questions/2/", {"key": str(uuid4()), "of": of[1], "answer": "3"})
    assert response.status_code == 422
    assert "not the one being asked now" in words(response)
    assert ItemResponse.objects.count() == 2


def test_going_on_happens_on_another_device_where_it_was_left(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    phone.answer(1, 2)
    other = Phone(phone.made)
    assert other.open()["Location"] == "/q/questions/2/"
    assert 'value="2" checked' in words(other.get("/q/questions/1/"))
    assert phone.get("/q/questions/2/").status_code == 200  # the first device still works


def test_recording_an_answer_needs_few_queries(site: Site, django_assert_max_num_queries: object) -> None:
    phone: Phone = opened(factory.opened(site=site).answers((0,) * 3))
    key = phone.key(4)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        phone.answer(4, 1, key=key)
