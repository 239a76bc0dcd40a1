"""The opening list: what keeps the suite closed, what a check needs, and who was here without a gap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infusions.rules.opening import (
    OPENED,
    OpeningFacts,
    check_problems,
    here_without_a_gap,
    in_words,
    opening_problems,
)
from kitclinic.problems import Blocker

CHECK = {
    "item": "oxygen",
    "in_order": True,
    "note": "",
    "may": True,
    "provider_named": False,
    "provider_here": False,
}


def rules(facts: OpeningFacts) -> list[str]:
    problems = opening_problems(facts)
    assert all(type(problem) is Blocker for problem in problems)  # none of them can be ticked away
    return [problem.rule for problem in problems]


def test_inf_25_a_complete_list_keeps_nothing_closed():
    assert rules(OPENED) == []


@pytest.mark.parametrize(
    "closed",
    [
        {"unchecked": ("monitors",)},
        {"wrong": ("Oxygen and suction not in order, 07:12, Ines Varga: no wall suction.",)},
        {"uncounted": ("Main vault",)},
    ],
)
def test_inf_25_each_line_alone_closes_the_suite(closed):
    assert rules(replace(OPENED, **closed)) == ["INF-25"]


def test_opn_02_what_is_not_in_order_is_shown_in_its_own_words_with_what_to_do():
    facts = replace(OPENED, wrong=("Monitors not in order, 07:12, Ines Varga: number 3 has no cuff.",))
    (problem,) = opening_problems(facts)
    assert problem.sentence.startswith(
        "Monitors not in order, 07:12, Ines Varga: number 3 has no cuff. Put it right"
    )


def test_inf_26_a_provider_who_is_here_and_was_not_named_is_attested_first():
    assert rules(replace(OPENED, attested=False)) == ["INF-26"]
    (problem,) = opening_problems(replace(OPENED, attested=False, attested_before="Dr Kimura"))
    assert problem.sentence.startswith("Dr Kimura was away since.")


def test_inf_26_says_nothing_where_nobody_is_on_site_for_inf_20_does():
    assert rules(replace(OPENED, provider_here=False, attested=False)) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"may": False}, "OPN-01"),
        ({"item": "kettle"}, "OPN-01"),
        ({"in_order": False}, "OPN-02"),
        ({"item": "provider"}, "OPN-05"),
        ({"item": "provider", "provider_named": True}, "OPN-05"),
    ],
)
def test_opn_01_opn_02_opn_05_a_check_that_lacks_something_is_refused(change, rule):
    assert [problem.rule for problem in check_problems(**CHECK | change)] == [rule]


def test_opn_05_a_provider_is_attested_while_the_roster_has_them_here():
    named = CHECK | {"item": "provider", "provider_named": True, "provider_here": True}
    assert check_problems(**named) == []
    nobody = CHECK | {"item": "provider", "in_order": False, "note": "called, comes at nine"}
    assert check_problems(**nobody) == []


@pytest.mark.parametrize(
    ("spans", "outs", "since", "now", "here"),
    [
        ([(480, 1020)], [], 480, 1019, True),
        ([(480, 1020)], [], 480, 1020, False),  # the minute at which it ends is over
        ([(480, 1020)], [], 479, 600, False),  # seen before it began
        ([(480, 720), (720, 1020)], [], 500, 800, True),  # two presences without a gap
        ([(480, 720), (721, 1020)], [], 500, 800, False),  # one minute between them
        ([(480, 1020)], [(600, 660)], 500, 599, True),
        ([(480, 1020)], [(600, 660)], 500, 600, False),
        ([(480, 1020)], [(600, 660)], 500, 700, False),  # back again, and not seen since
        ([(480, 1020)], [(600, 660)], 660, 700, True),  # seen after coming back
        ([], [], 500, 500, False),
    ],
)
def test_inf_26_here_without_a_gap(spans, outs, since, now, here):
    """Minutes of one day; the rule compares instants."""
    moment = lambda minute: datetime(2026, 9, 14, tzinfo=UTC) + timedelta(minutes=minute)  # noqa: E731
    rows = [[(moment(first), moment(last)) for first, last in one] for one in (spans, outs)]
    assert here_without_a_gap(*rows, since=moment(since), now=moment(now)) is here


def test_several_are_named_in_one_sentence():
    assert in_words(["monitors"]) == "monitors"
    assert in_words(["oxygen", "suction", "monitors"]) == "oxygen, suction and monitors"
