"""Who is asked on the day after, until when, and what an answer needs."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from infusions.rules.next_day import AnswerFacts, answer_problems, is_asked

MONDAY = date(2026, 9, 14)
WELL = AnswerFacts(MONDAY, MONDAY + timedelta(days=1), reached=True, well=True, words="", provider_told="")


def rules(facts):
    return [(problem.rule, problem.field) for problem in answer_problems(facts)]


@pytest.mark.parametrize(
    ("days", "asked"), [(-1, False), (0, False), (1, True), (3, True), (6, True), (7, True), (8, False)]
)
def test_dis_20_dis_21_it_is_asked_from_the_day_after_until_the_seventh(days, asked):
    assert is_asked(infused_on=MONDAY, today=MONDAY + timedelta(days=days)) is asked


def test_dis_20_nobody_is_asked_on_the_day_itself_or_about_nothing():
    assert rules(WELL) == []
    assert rules(replace(WELL, today=MONDAY)) == [("DIS-20", "")]
    assert rules(replace(WELL, infused_on=None)) == [("DIS-20", "")]


def test_dis_22_not_well_needs_words_and_a_provider_at_once():
    bad = replace(WELL, well=False)
    assert rules(bad) == [("DIS-22", "words"), ("DIS-22", "provider")]
    assert rules(replace(bad, words="dizzy")) == [("DIS-22", "provider")]
    assert rules(replace(bad, words=" ", provider_told="Dr Ferrol")) == [("DIS-22", "words")]
    assert rules(replace(bad, words="dizzy", provider_told="Dr Ferrol")) == []
    assert rules(replace(WELL, well=None)) == [("DIS-22", "well")]


def test_dis_22_nobody_reached_needs_nothing_more():
    assert rules(replace(WELL, reached=False, well=None)) == []


def test_dis_23_well_is_recorded_once_and_not_well_whenever_it_is_said():
    assert rules(replace(WELL, answered_by="Priya Shah")) == [("DIS-23", "")]
    bad = replace(WELL, well=False, words="dizzy", provider_told="Dr Ferrol", answered_by="Priya Shah")
    assert rules(bad) == []
    assert rules(replace(WELL, reached=False, well=None, answered_by="Priya Shah")) == []
