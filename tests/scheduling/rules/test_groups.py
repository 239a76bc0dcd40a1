from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kitclinic.problems import Problem
from scheduling.rules.groups import (
    GroupPlan,
    SeatFacts,
    clearing_problems,
    gap_problems,
    lead_problems,
    place_problems,
    seat_problems,
    seats_left,
)

DAY = date(2026, 9, 7)
GROUP = GroupPlan(DAY, places=12, seats_taken=5, physician=1, psychologist=2)
READY = SeatFacts("attended", support_attended=True, weight_kg=Decimal("82.5"), weight_measured=True)


def seat(group: GroupPlan = GROUP, enrolment: str = "eligible", **facts: object) -> list[str]:
    given = {"support_person": "Jo Kowalski", "already_seated": False, "today": DAY, **facts}
    return rules(seat_problems(group, enrolment, **given))


def rules(problems: list[Problem]) -> list[str]:
    return [problem.rule for problem in problems]


@pytest.mark.parametrize(("places", "taken", "left"), [(12, 5, 1), (12, 6, 0), (13, 6, 0), (11, 5, 0), (4, 9, 0)])
def test_enr_20_a_seat_takes_two_places(places: int, taken: int, left: int) -> None:
    assert seats_left(GroupPlan(DAY, places, taken)) == left


def test_enr_20_the_last_seat_is_booked_and_the_next_refused() -> None:
    assert seat() == []
    (problem,) = seat_problems(
        replace(GROUP, seats_taken=6), "eligible", support_person="Jo", already_seated=False, today=DAY
    )
    assert problem.rule == "ENR-20"
    assert "12 of 12 seats" in problem.sentence


def test_enr_20_room_too_small_for_one_seat_is_refused() -> None:
    assert rules(place_problems(replace(GROUP, places=1))) == ["ENR-20"]
    assert place_problems(replace(GROUP, places=2)) == []
    with pytest.raises(ValueError, match="negative"):
        seats_left(replace(GROUP, places=-1))


def test_enr_21_both_leads_are_needed() -> None:
    assert lead_problems(GROUP) == []
    problems = lead_problems(replace(GROUP, physician=None, psychologist=None))
    assert [(problem.rule, problem.field) for problem in problems] == [
        ("ENR-21", "physician"),
        ("ENR-21", "psychologist"),
    ]
    assert rules(lead_problems(replace(GROUP, psychologist=1))) == ["ENR-21"]


def test_enr_22_support_person_is_named() -> None:
    assert seat(support_person=" ") == ["ENR-22"]


def test_enr_23_attended_with_support_person_and_measured_weight_can_be_cleared() -> None:
    assert clearing_problems(READY) == []


@pytest.mark.parametrize("state", ["booked", "absent", "not_cleared", "cancelled"])
def test_enr_23_not_attended_cannot_be_cleared(state: str) -> None:
    (problem,) = clearing_problems(replace(READY, state=state))
    assert (problem.rule, problem.field) == ("ENR-23", "attended")


@pytest.mark.parametrize("attended", [None, False])
def test_enr_23_without_the_support_person_cannot_be_cleared(attended: bool | None) -> None:
    (problem,) = clearing_problems(replace(READY, support_attended=attended))
    assert (problem.rule, problem.field) == ("ENR-23", "support_attended")


@pytest.mark.parametrize("weight", [None, Decimal(0), Decimal("-1"), Decimal("1000"), Decimal("NaN")])
def test_enr_23_without_a_weight_in_kg_cannot_be_cleared(weight: Decimal | None) -> None:
    (problem,) = clearing_problems(replace(READY, weight_kg=weight))
    assert (problem.rule, problem.field) == ("ENR-23", "weight_kg")


def test_enr_23_stated_weight_does_not_clear() -> None:
    assert rules(clearing_problems(replace(READY, weight_measured=False))) == ["ENR-23"]


@pytest.mark.parametrize("gap", [5, 6, 7, 8, 9])
def test_enr_24_five_to_nine_days_before_the_first_infusion(gap: int) -> None:
    assert gap_problems(DAY, DAY + timedelta(days=gap)) == []


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (4, "4 days after"),
        (10, "10 days after"),
        (1, "1 day after"),
        (0, "on the day of"),
        (-3, "3 days before"),
    ],
)
def test_enr_24_other_gaps_are_refused_in_words(gap: int, words: str) -> None:
    (problem,) = gap_problems(DAY, DAY + timedelta(days=gap))
    assert problem.rule == "ENR-24"
    assert words in problem.sentence


def test_enr_24_without_a_group_visit_is_refused() -> None:
    assert rules(gap_problems(None, DAY)) == ["ENR-24"]


def test_enr_25_only_an_eligible_patient_gets_a_seat() -> None:
    (problem,) = seat_problems(GROUP, "referred", support_person="Jo", already_seated=False, today=DAY)
    assert problem.rule == "ENR-25"
    assert "referred" in problem.sentence


def test_enr_25_one_seat_at_a_time_and_none_in_the_past() -> None:
    assert seat(enrolment="group_booked", already_seated=True) == ["ENR-25"]
    assert seat(today=DAY + timedelta(days=1)) == ["ENR-25"]
