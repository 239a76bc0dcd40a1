"""PRO-70: our own words in two languages, the same places in both, and no bare English on the patient's pages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.conf import settings

from outcomes.rules import links
from outcomes.rules.timing import in_words, may_answer
from outcomes.rules.words import LANGUAGES, in_language, preferred, told, words
from outcomes.states import AssessmentState as State

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = [
    "base_patient.html",
    "components/_question_top.html",
    *(
        f"outcomes/{name}.html"
        for name in (
            "link question support thanks closed kiosk remote_next _help_line _languages _kiosk_form".split()
        )
    ),
]
KEPT_IN_CODE = {"A", "988", "911", ":", "."}  # the letter of the text sizes, numbers to call


def places(text: Any) -> set[str]:
    forms = [text] if isinstance(text, str) else list(text.values())
    return {field for form in forms for _, field, _, _ in Formatter().parse(form) if field}


def test_pro_70_both_languages_have_the_same_words_and_places() -> None:
    english, spanish = words("en"), words("es")
    assert set(english.texts) == set(spanish.texts)
    assert set(english.sections) == set(spanish.sections)
    assert set(english.plain) == set(spanish.plain)
    for key, text in english.texts.items():
        assert places(text) == places(spanish.texts[key]), key
        assert isinstance(text, str) == isinstance(spanish.texts[key], str), key


@pytest.mark.parametrize("name", PAGES)
def test_pro_70_no_template_of_the_patients_pages_has_words_of_its_own(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    source = re.sub(r"<head>.*?</head>", "", source, flags=re.S)
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source)
    attributes = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"{]+)"', source)
    texts = [text.strip() for text in re.sub(r"<[^>]*>", "\n", source).splitlines()]
    assert [text for text in texts if text and text not in KEPT_IN_CODE] == []
    assert attributes == []


@pytest.mark.parametrize("name", PAGES)
def test_every_word_that_a_page_says_exists(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    for key in re.findall(r'\{% say "(\w+)"', source):
        assert key in words("en").texts


def test_numbers_choose_the_form_of_a_word() -> None:
    assert words("en").say("minutes_left", n=1) == "About 1 minute left"
    assert words("es").say("minutes_left", n=2) == "Faltan cerca de 2 minutos"


def test_a_day_is_written_as_the_language_writes_it() -> None:
    assert in_words(date(2026, 9, 8)) == "Tuesday, September 8"
    assert in_words(date(2026, 9, 8), "es") == "martes 8 de septiembre"


def test_a_problem_is_said_in_the_language_of_the_page() -> None:
    (problem,) = may_answer([date(2026, 9, 7)], today=date(2026, 9, 7))
    assert "tomorrow, Tuesday, September 8" in problem.sentence
    assert "mañana, martes 8 de septiembre" in in_language(problem, "es")
    assert in_language(links.wrong_year(4)[0], "es").endswith("Queda 1 intento.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("replaced", [True, False])
@pytest.mark.parametrize("state", [State.COMPLETED, State.WITHDRAWN, State.EXPIRED])
def test_every_reason_for_a_closed_link_has_its_own_sentence(language: str, state: str, replaced: bool) -> None:
    at = datetime(2026, 9, 7, tzinfo=UTC)
    given: dict[str, Any] = {"expires_at": at, "wrong_years": 0, "replaced": replaced, "at": at}
    found = links.may_open(state, **given)[0]
    others = [links.may_open(one, **given)[0] for one in State if one != state]
    sentence = in_language(found, language)
    assert sentence
    assert sentence not in {in_language(one, language) for one in others if one.rule != found.rule}


def test_a_problem_without_a_key_stays_as_it_is() -> None:
    assert in_language(told("PRO-12", "life_done"), "en") == words("en").say("life_done")


@pytest.mark.parametrize(
    ("header", "language"), [("es-MX,es;q=0.9,en;q=0.8", "es"), ("de,en;q=0.5", "en"), ("", "en"), ("fr", "en")]
)
def test_the_browser_says_which_language_comes_first(header: str, language: str) -> None:
    assert preferred(header) == language
