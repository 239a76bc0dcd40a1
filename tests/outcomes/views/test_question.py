"""One question a screen, from the link to the scores."""

from uuid import uuid4

import pytest

from kitclinic.models import Site
from outcomes.models import ItemResponse, SafetyTask, Score
from outcomes.rules.instruments import instruments
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
