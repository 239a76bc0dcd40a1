"""What patients read about their own scores: kinds, words, and how hard they are to read."""

import re
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from outcomes.rules.measures import measure, measures, other_measures
from outcomes.rules.own_view import DOMAINS, groups, own_words, refusal
from outcomes.rules.published import published_cells
from outcomes.rules.reliable import Comparison, Point, compare
from outcomes.rules.windows import LAST, SIX_MONTHS


def moved(name: str, before: int, after: int, se: str = "") -> tuple[str, Comparison]:
    error = Fraction(se) if se else None
    first, second = (
        Point(key, date(2026, 5, key), None, tenths, error) for key, tenths in ((1, before), (2, after))
    )
    return name, compare(measure(name), first, second)


def sentences(found: Any) -> list[str]:
    if isinstance(found, str):
        return [one for one in re.split(r"(?<=[.?!:])\s+", found) if one]
    return [one for value in found.values() for one in sentences(value)]


def syllables(word: str) -> int:
    groups_of_vowels = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and len(groups_of_vowels) > 1
    return max(len(groups_of_vowels) - silent, 1)


def test_pro_147_what_changed_is_sorted_into_words() -> None:
    found = groups(
        [
            moved("PHQ-9", 140, 90),
            moved("GAD-7", 110, 150),
            moved("PCS total", 290, 270),
            ("PROMIS Fatigue", None),
        ],
        "en",
    )
    assert [(one.kind, one.names) for one in found] == [
        ("better", ("Your mood",)),
        ("same", ("Your thoughts about pain",)),
        ("worse", ("Your worries",)),
        ("early", ("How tired you are",)),
    ]


def test_one_thing_measured_twice_is_said_once_by_what_can_be_compared() -> None:
    found = groups([("PROMIS Fatigue", None), moved("Demo fatigue", 600, 300, se="5")], "es")
    assert [(one.kind, one.names) for one in found] == [("better", ("Su cansancio",))]


def test_pro_147_no_sentence_holds_a_number_or_the_name_of_a_form() -> None:
    for language in ("en", "es"):
        told = " ".join(sentences(own_words(language)))
        assert not re.search(r"\d|PHQ|PROMIS|GAD|score of", told)


def test_every_paper_measure_and_every_demonstration_has_plain_words() -> None:
    wanted = set(measures()) | {name for name, one in other_measures().items() if one.is_demo}
    assert wanted <= set(DOMAINS)
    for language in ("en", "es"):
        assert set(DOMAINS.values()) == set(own_words(language)["domains"])
    assert set(own_words("en")) == set(own_words("es"))
    assert own_words("tlh") is own_words("en")


def test_the_english_reads_at_grade_6_or_less_and_no_sentence_is_long() -> None:
    told = sentences(own_words("en"))
    words = [word for one in told for word in re.findall(r"[a-zA-Z']+", one)]
    grade = 0.39 * len(words) / len(told) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade <= 6
    for language, most in (("en", 16), ("es", 18)):
        assert max(len(one.split()) for one in sentences(own_words(language))) <= most


@pytest.mark.parametrize(("allowed", "rules"), [(True, []), (False, ["PRO-147"])])
def test_pro_147_without_the_clinics_word_there_is_a_sentence_instead(allowed: bool, rules: list[str]) -> None:
    found = refusal(allowed=allowed, language="es")
    assert [one.rule for one in found] == rules
    assert all("en persona" in one.sentence for one in found)


def test_pro_149_after_the_last_infusion_fewer_than_half_improved_on_every_measure_of_the_paper() -> None:
    percents = {key: cell.percent for key, cell in published_cells().items()}
    last = [percent for (_, window), percent in percents.items() if window == LAST]
    assert (len(last), str(min(last)), str(max(last))) == (11, "15.7", "46.4")
    assert [(key, str(percent)) for key, percent in percents.items() if percent >= 50] == [
        (("PCS total", SIX_MONTHS), "51.7")
    ]
    assert "Most people do not see a big change" in own_words("en")["honest"]
