"""The day of the group visit: measurements, health screen, consent, teaching, the decision."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from infusions.rules import vital_entry
from kitclinic.problems import Blocker, Conflict, NeedsTick, Problem
from kitclinic.roles import Role
from scheduling.rules.appointment import (
    CONFIRM_OUTSIDE,
    DecisionFacts,
    consent_notices,
    consent_problems,
    decider_problems,
    decision_problems,
    education_missing,
    is_drawn,
    measure_problems,
    note_problems,
    overtaken,
    person_problems,
    present_problems,
    rebook_problems,
    record_problems,
    screen_problems,
    text_parts,
    yes_answers,
)
from scheduling.states import EducationItem, HealthQuestion, SeatState
from tests.factories.scheduling import SIGNATURE

NO = {str(question): False for question in HealthQuestion}
DAY = date(2026, 9, 7)
READY = DecisionFacts(role="physician", screen=NO, screened_on=DAY, consented=True)


def rules(problems: list[Problem]) -> list[str]:
    return [problem.rule for problem in problems]


@pytest.mark.parametrize("role", list(Role))
def test_enr_70_only_a_physician_decides(role: str) -> None:
    assert rules(decider_problems(role)) == ([] if role == Role.PHYSICIAN else ["ENR-70"])


def test_enr_70_with_everything_there_the_physician_clears() -> None:
    assert decision_problems(READY) == []


def test_enr_71_every_question_needs_its_answer() -> None:
    assert screen_problems(NO) == []
    left = {name: no for name, no in NO.items() if name != HealthQuestion.CHEST}
    (problem,) = screen_problems(left)
    assert (problem.rule, problem.field) == ("ENR-71", "chest")
    assert len(screen_problems({})) == len(HealthQuestion) == 9


def test_enr_71_an_answer_is_yes_or_no_and_to_a_question_of_the_list() -> None:
    assert rules(screen_problems(NO | {"chest": None})) == ["ENR-71"]  # type: ignore[arg-type]
    assert rules(screen_problems(NO | {"spaceships": True})) == ["ENR-71"]


@pytest.mark.parametrize("screen", [None, {}])
def test_enr_71_without_a_whole_screen_nobody_is_cleared(screen: dict[str, bool] | None) -> None:
    (problem,) = record_problems(replace(READY, screen=screen))
    assert (problem.rule, problem.field) == ("ENR-71", "screen")


def test_enr_72_a_yes_is_settled_in_note_or_conditions() -> None:
    yes = replace(READY, screen=NO | {"blood_pressure": True})
    (problem,) = decision_problems(yes)
    assert (problem.rule, problem.field) == ("ENR-72", "note")
    assert "Blood pressure that is hard to control" in problem.sentence
    assert rules(decision_problems(replace(yes, note="  "))) == ["ENR-72"]
    assert decision_problems(replace(yes, note="Seen by cardiology.")) == []
    assert decision_problems(replace(yes, conditions="Log for a week.")) == []


@pytest.mark.parametrize(
    ("pregnancy", "tested_on", "stops"),
    [
        ("", None, True),
        ("not_indicated", None, True),
        ("negative", date(2026, 9, 6), True),
        ("negative", DAY, False),
        ("negative", date(2026, 9, 8), False),
    ],
)
def test_enr_72_possible_pregnancy_needs_a_test_of_the_day_or_later(
    pregnancy: str, tested_on: date | None, stops: bool
) -> None:
    facts = replace(
        READY, screen=NO | {"pregnancy": True}, note="Asked again.", pregnancy=pregnancy, tested_on=tested_on
    )
    assert rules(decision_problems(facts)) == (["ENR-72"] if stops else [])


def test_enr_73_consent_is_signed_and_stands() -> None:
    (unsigned,) = decision_problems(replace(READY, consented=False))
    assert (unsigned.rule, unsigned.field) == ("ENR-73", "consent")
    (withdrawn,) = decision_problems(replace(READY, consented=False, withdrawn=True))
    assert "withdrawn" in withdrawn.sentence


def test_enr_73_a_newer_text_is_said() -> None:
    assert consent_notices(signed_version=2, current_version=2) == []
    assert rules(consent_notices(signed_version=1, current_version=2)) == ["ENR-73"]


def test_enr_74_name_and_signature() -> None:
    names = ("Delphine Marrin", "Marrin, Delphine")
    drawn: dict[str, Any] = {"names": names, "signature": SIGNATURE, "on_paper": False}
    assert consent_problems(signed_name="delphine  MARRIN", **drawn) == []
    assert [type(p) for p in consent_problems(signed_name="", **drawn)] == [Blocker]
    assert [type(p) for p in consent_problems(signed_name="Paul Marrin", **drawn)] == [NeedsTick]
    empty = consent_problems(signed_name="Delphine Marrin", names=names, signature="", on_paper=False)
    assert [(p.rule, p.field) for p in empty] == [("ENR-74", "signature")]
    assert consent_problems(signed_name="Delphine Marrin", names=names, signature="", on_paper=True) == []


@pytest.mark.parametrize(
    "path",
    [
        "M1 1 L2 2",
        "M1 1" + " L2 2" * 7,
        SIGNATURE + " Z",
        SIGNATURE + '"/><script>',
        "L1 1" * 20,
        "M1 1" + " L2 2" * 5000,
        "M1234 1" + " L2 2" * 20,
    ],
)
def test_enr_74_a_dot_a_foreign_path_or_an_endless_one_is_no_signature(path: str) -> None:
    assert not is_drawn(path)


def test_enr_74_strokes_with_eight_lines_are_a_signature() -> None:
    assert is_drawn("M1 1" + " L2.5 2" * 8)
    assert is_drawn("M1 1 L2 2 L3 3 L4 4 L5 5 M9 9 L1 1 L2 2 L3 3 L4 4")


@pytest.mark.parametrize(
    ("measures", "field"),
    [
        ({"sbp": 120, "dbp": 120}, "dbp"),
        ({"sbp": 80, "dbp": 120}, "dbp"),
        ({"sbp": 120}, "dbp"),
        ({"dbp": 80}, "sbp"),
        ({"spo2": 101}, "spo2"),
        ({"hr": 0}, "hr"),
        ({"height_cm": -170}, "height_cm"),
    ],
)
def test_enr_75_the_impossible_is_refused(measures: dict[str, int | None], field: str) -> None:
    (problem,) = measure_problems(measures)
    assert isinstance(problem, Blocker)
    assert (problem.rule, problem.field) == ("ENR-75", field)


def test_enr_75_edges_pass_and_one_beyond_is_asked() -> None:
    for name, (low, high) in CONFIRM_OUTSIDE.items():
        if name in ("sbp", "dbp"):
            continue
        assert measure_problems({name: low}) == measure_problems(
            {name: min(high, 100 if name == "spo2" else high)}
        )
        assert [type(p) for p in measure_problems({name: low - 1})] == [NeedsTick]
    assert measure_problems({"sbp": 50, "dbp": 20}) == measure_problems({"sbp": 260, "dbp": 160}) == []
    assert [type(p) for p in measure_problems({"sbp": 49, "dbp": 20})] == [NeedsTick]
    assert [type(p) for p in measure_problems({"sbp": 261, "dbp": 161})] == [NeedsTick], "one question for both"


def test_enr_75_the_limits_are_those_of_the_chair() -> None:
    """Two apps cannot import each other's numbers this way round; they must agree (VIT-10)."""
    chair = {str(sign): limits for sign, limits in vital_entry.CONFIRM_OUTSIDE.items()}
    assert {name: limits for name, limits in CONFIRM_OUTSIDE.items() if name != "height_cm"} == chair


def test_enr_76_what_was_not_taught_is_named_in_order() -> None:
    assert education_missing([]) == list(EducationItem)
    assert education_missing(["neuroscience", "ketamine"]) == [
        EducationItem.RELAXATION,
        EducationItem.INFUSION_DAYS,
    ]


def test_enr_76_missing_teaching_does_not_stop_a_clearing() -> None:
    assert "taught" not in DecisionFacts.__slots__
    assert decision_problems(READY) == []


def test_enr_77_who_was_overtaken_reads_the_present_value() -> None:
    conflict = overtaken("Weight", "82.5 kg", "Ines V.", "13:05")
    assert isinstance(conflict, Conflict)
    (problem,) = conflict.problems
    assert problem.rule == "ENR-77"
    for word in ("82.5 kg", "Ines V.", "13:05", "kept"):
        assert word in problem.sentence


@pytest.mark.parametrize("state", list(SeatState))
def test_enr_78_who_was_absent_or_not_cleared_is_rebooked(state: SeatState) -> None:
    free = state in (SeatState.ABSENT, SeatState.NOT_CLEARED)
    assert rules(rebook_problems(state)) == ([] if free else ["ENR-78"])


def test_enr_79_a_psychologist_writes_the_note() -> None:
    assert note_problems("psychologist", note="Sleeps badly.", goals="") == []
    assert note_problems("psychologist", note="", goals="Walk.") == []
    assert rules(note_problems("psychologist", note=" ", goals=" ")) == ["ENR-79"]
    for role in set(Role) - {Role.PSYCHOLOGIST}:
        assert rules(note_problems(role, note="Sleeps badly.", goals="")) == ["ENR-79"]


@pytest.mark.parametrize("state", list(SeatState))
def test_only_who_is_here_and_not_decided_is_recorded_on(state: SeatState) -> None:
    here = state in (SeatState.ATTENDED, SeatState.REVIEW)
    assert (present_problems(state) == []) is here


def test_a_merged_record_takes_nothing() -> None:
    assert rules(person_problems("merged")) == ["ENR-25"]
    assert person_problems("cleared") == []


def test_yes_answers_come_in_the_order_of_the_screen() -> None:
    yes = yes_answers(NO | {"medicines": True, "pregnancy": True})
    assert yes == [HealthQuestion.PREGNANCY, HealthQuestion.MEDICINES]
    order = list(HealthQuestion)
    assert all(order.index(one) < order.index(other) for one, other in pairwise(yes))


def test_the_first_line_of_a_part_is_its_heading() -> None:
    assert text_parts("Only words.\r\n\r\nRisks\nNausea.\nMore.\n") == [
        ("", "Only words."),
        ("Risks", "Nausea.\nMore."),
    ]
