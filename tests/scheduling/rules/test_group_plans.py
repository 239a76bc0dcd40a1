"""Conflicts of leads and rooms, series, the waiting list."""

from dataclasses import replace
from datetime import date

import pytest

from kitclinic.problems import NeedsConfirmation
from scheduling.rules.group_plans import (
    Meeting,
    SeriesPlan,
    closure_problems,
    conflict_problems,
    over_problems,
    presence_problems,
    series_days,
    series_problems,
    waiting_problems,
)

TUESDAY = date(2026, 9, 8)
PLAN = Meeting(TUESDAY, 780, 90, "Room 2", 1, 2)
NAMES = {1: "Anneke Vantongeren", 2: "Lena Ferrante"}
SERIES = SeriesPlan(1, 780, 90, "Room 2", 12, "English", TUESDAY)


@pytest.mark.parametrize(("start", "clash"), [(690, False), (691, True), (780, True), (869, True), (870, False)])
def test_enr_63_one_group_visit_may_begin_when_the_other_ends(start: int, clash: bool) -> None:
    other = Meeting(TUESDAY, start, 90, "Room 9", 1, 7)
    assert bool(conflict_problems(PLAN, [other], NAMES)) is clash


def test_enr_63_room_and_both_leads_are_named_each_with_its_field() -> None:
    found = conflict_problems(PLAN, [replace(PLAN, room="ROOM 2")], NAMES)
    assert [problem.field for problem in found] == ["physician", "psychologist", "room"]
    assert (
        "Lena Ferrante leads another group visit from 13:00 to 14:30 on Tuesday 8 September" in found[1].sentence
    )


def test_enr_63_another_day_or_another_room_with_other_leads_is_free() -> None:
    other = Meeting(TUESDAY, 780, 90, "Room 3", 3, 4)
    assert conflict_problems(PLAN, [other, replace(PLAN, day=date(2026, 9, 9))], NAMES) == []


def test_enr_63_two_group_visits_without_a_room_share_none() -> None:
    other = Meeting(TUESDAY, 780, 90, "", 3, 4)
    assert conflict_problems(replace(PLAN, room=""), [other], NAMES) == []


@pytest.mark.parametrize(("span", "asked"), [((450, 780), 0), ((450, 781), 1), ((869, 900), 1), ((870, 900), 0)])
def test_enr_64_a_lead_on_site_at_that_time_is_confirmed(span: tuple[int, int], asked: int) -> None:
    found = presence_problems(PLAN, "Anneke Vantongeren", [span])
    assert len(found) == asked
    assert all(isinstance(problem, NeedsConfirmation) for problem in found)


def test_enr_65_a_closed_day_is_confirmed_and_says_why() -> None:
    (problem,) = closure_problems(date(2026, 9, 7), "Labor Day")
    assert isinstance(problem, NeedsConfirmation)
    assert "Monday 7 September is closed: Labor Day" in problem.sentence
    assert closure_problems(TUESDAY, "") == []


@pytest.mark.parametrize(("minute", "over"), [(869, False), (870, True), (1000, True)])
def test_enr_66_a_time_that_is_over_is_refused(minute: int, over: bool) -> None:
    assert bool(over_problems(TUESDAY, 870, TUESDAY, minute)) is over
    assert over_problems(date(2026, 9, 9), 870, TUESDAY, minute) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekday": 7}, "weekday"),
        ({"room": " "}, "room"),
        ({"language": ""}, "language"),
        ({"places": 1}, "capacity"),
        ({"start": 1400}, "start"),
        ({"minutes": 0}, "start"),
        ({"starts_on": date(2026, 9, 7)}, "starts_on"),
        ({"ends_on": date(2026, 9, 7)}, "ends_on"),
    ],
)
def test_enr_66_a_series_says_what_it_lacks(change: dict[str, object], field: str) -> None:
    (problem,) = series_problems(replace(SERIES, **change), TUESDAY)  # type: ignore[arg-type]
    assert problem.field == field
    assert series_problems(SERIES, TUESDAY) == []


def test_enr_66_twelve_weeks_ahead_the_day_itself_included() -> None:
    days = list(series_days(SERIES, TUESDAY))
    assert (days[0], days[-1], len(days)) == (TUESDAY, date(2026, 12, 1), 13)


def test_enr_66_a_series_begins_on_its_first_weekday_and_ends_on_its_last_day() -> None:
    series = replace(SERIES, starts_on=date(2026, 9, 9), ends_on=date(2026, 9, 29))
    assert list(series_days(series, TUESDAY)) == [date(2026, 9, 15), date(2026, 9, 22), date(2026, 9, 29)]


@pytest.mark.parametrize(
    ("state", "seated", "fine"),
    [
        ("eligible", False, True),
        ("eligible", True, False),
        ("group_booked", False, False),
        ("referred", False, False),
        ("cleared", False, False),
        ("declined", False, False),
    ],
)
def test_enr_67_who_is_eligible_and_without_a_seat_may_wait(state: str, seated: bool, fine: bool) -> None:
    assert (waiting_problems(state, seated=seated) == []) is fine
