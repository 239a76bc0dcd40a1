from dataclasses import replace

import pytest

from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import Lengths, feasible_starts
from scheduling.rules.chairs import empty_chair
from scheduling.rules.hours import cap_problems, hours_problems, protocol_problems
from scheduling.rules.staffing import (
    Entry,
    OpenCover,
    Roster,
    TakerFacts,
    call_out_problems,
    cover_change,
    cover_needed,
    rostered,
    taker_problems,
    uncovered_patients,
)
from scheduling.states import CoverKind
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, suite_day, visits

NURSE, PROVIDER = CoverKind.NURSE, CoverKind.PROVIDER


def test_sch_30_the_floor_is_the_shift_without_breaks_and_call_outs() -> None:
    roster = Roster(
        shifts=(
            Entry(1, 7, (OPEN, CLOSE), breaks=((600, 615), (700, 730))),
            Entry(2, 8, (OPEN, CLOSE), counts=False),
        ),
        presences=(Entry(3, 9, (OPEN, CLOSE)),),
        out=((7, (710, 900)), (9, (800, CLOSE))),
    )
    assert roster.nurses == ((OPEN, 600), (615, 700), (900, CLOSE))
    assert roster.provider == ((OPEN, 800),)
    assert roster.with_breaks(1, ()).nurses == ((OPEN, 710), (900, CLOSE))
    assert roster.without(1).nurses == ()
    assert roster.without_presence(3).provider == ()
    assert roster.without_person(7).nurses == ()
    assert [entry.key for entry in roster.of(9)] == [3]


def test_sch_30_an_untrained_nurse_covers_nobody() -> None:
    day = rostered(suite_day(), Roster((Entry(1, 7, (OPEN, CLOSE), counts=False),), (Entry(2, 9, (OPEN, CLOSE)),)))
    assert feasible_starts(day) == []


@pytest.mark.parametrize(
    ("nurses", "needed"),
    [
        (2, ()),
        (1, ((NINE + 20, NINE + 80),)),
        (0, ((NINE, NINE + 100), (NINE + 20, NINE + 80))),
    ],
)
def test_sch_32_cover_is_needed_minute_by_minute_one_span_a_person(
    nurses: int, needed: tuple[tuple[int, int], ...]
) -> None:
    day = suite_day(*visits(NINE, NINE + 10, NINE + 20), nurses=((OPEN, CLOSE),) * nurses)
    assert cover_needed(day) == {NURSE: needed, PROVIDER: ()}


def test_sch_32_two_iv_starts_at_once_need_two_nurses_though_two_patients_need_one() -> None:
    day = suite_day(*visits(NINE, NINE), nurses=((OPEN, CLOSE),))
    assert cover_needed(day)[NURSE] == ((NINE, NINE + 10),)


def test_sch_32_a_provider_is_missed_only_while_somebody_is_there() -> None:
    day = suite_day(*visits(NINE, NINE + 200), provider=((OPEN, NINE + 30),))
    assert cover_needed(day)[PROVIDER] == ((NINE + 30, NINE + 80), (NINE + 200, NINE + 280))


def test_sch_33_open_cover_counts_for_the_day_as_it_stands_and_for_no_new_visit() -> None:
    short = suite_day(*visits(NINE, NINE + 10, NINE + 20), nurses=((OPEN, CLOSE),))
    needed = cover_needed(short)
    covered = replace(short, nurse_cover=needed[NURSE])
    assert [breach.rule for breach in breaches(short)] == ["SCH-04"]
    assert breaches(covered) == []
    assert feasible_starts(covered) == feasible_starts(short)
    gone = suite_day(*visits(NINE), provider=())
    assert breaches(replace(gone, provider_cover=cover_needed(gone)[PROVIDER])) == []
    assert feasible_starts(replace(gone, provider_cover=((OPEN, CLOSE),))) == []


def test_cover_that_is_still_needed_stays_and_the_rest_is_opened() -> None:
    assert cover_change([OpenCover(1, (540, 600))], [(540, 600)]).close == ()
    change = cover_change([OpenCover(1, (540, 600))], [(540, 600), (560, 620)])
    assert (change.close, change.open) == ((), (((560, 620), None),))


def test_a_taken_row_needed_in_part_is_opened_again_with_its_taker() -> None:
    change = cover_change([OpenCover(1, (540, 600), taken=True)], [(540, 560), (580, 600)])
    assert (change.close, change.open) == ((1,), (((540, 560), 1), ((580, 600), 1)))


def test_who_has_taken_cover_keeps_it_before_a_row_that_nobody_took() -> None:
    rows = [OpenCover(1, (540, 600)), OpenCover(2, (540, 600), taken=True)]
    assert cover_change(rows, [(540, 600)]).close == (1,)
    assert cover_change(rows, []).close == (2, 1)


def test_the_patients_of_a_row_are_those_above_the_ratio() -> None:
    day = suite_day(*visits(NINE, NINE, NINE + 10), nurses=())
    rows = [(str(NURSE), span) for span in cover_needed(day)[NURSE]]
    assert uncovered_patients(day, rows) == [2, 1]
    assert uncovered_patients(day, [(str(PROVIDER), (NINE, NINE + 5))]) == [2]


@pytest.mark.parametrize(
    ("kind", "facts", "fits"),
    [
        (NURSE, {"is_nurse": True, "trained": True}, True),
        (NURSE, {"is_nurse": True}, False),
        (NURSE, {"is_prescriber": True}, True),
        (NURSE, {}, False),
        (PROVIDER, {"is_nurse": True, "trained": True}, False),
        (PROVIDER, {"is_prescriber": True}, True),
        (PROVIDER, {"is_prescriber": True, "of_site": False}, False),
        (PROVIDER, {"is_prescriber": True, "there": ((NINE - 10, NINE),)}, True),
        (PROVIDER, {"is_prescriber": True, "there": ((NINE - 10, NINE + 1),)}, False),
        (PROVIDER, {"is_prescriber": True, "taker": "Ken Imai"}, False),
        (PROVIDER, {"is_prescriber": True, "closed": True}, False),
    ],
)
def test_sch_34_who_may_take_cover(kind: CoverKind, facts: dict, fits: bool) -> None:
    nobody = {"of_site": True, "is_nurse": False, "trained": False, "is_prescriber": False}
    asked = TakerFacts(name="Priya Shah", **nobody | facts)
    problems = taker_problems(kind, (NINE, NINE + 30), asked)
    assert [problem.rule for problem in problems] == ([] if fits else ["SCH-34"])


@pytest.mark.parametrize(
    ("span", "refused"),
    [((NINE, NINE), True), ((NINE, NINE - 5), True), ((-5, NINE), True), ((600, 700), True), ((500, 541), False)],
)
def test_sch_32_case_11_a_call_out_has_a_length_and_a_place_on_the_roster(
    span: tuple[int, int], refused: bool
) -> None:
    problems = call_out_problems(span, there=[(NINE, 600)], name="Priya Shah")
    assert [problem.rule for problem in problems] == (["SCH-32"] if refused else [])


def test_sch_36_a_chair_out_of_service_with_a_visit_is_a_breach_unless_the_patient_came() -> None:
    (visit,) = visits(NINE)
    assert [breach.rule for breach in breaches(replace(suite_day(visit), out=frozenset({1})))] == ["SCH-36"]
    came = replace(visit, came=True)
    assert breaches(replace(suite_day(came), out=frozenset({1}))) == []


def test_sch_17_a_chair_is_emptied_by_as_few_moves_as_fit() -> None:
    day = replace(suite_day(*visits(NINE, NINE + 5, NINE + 90)), out=frozenset({2}))
    moves, problems = empty_chair(day, 2)
    assert (problems, [(move.key, move.from_chair) for move in moves]) == ([], [(2, 2)])
    assert moves[0].to_chair not in (1, 2)


def test_sch_37_a_day_over_its_cap_is_a_breach_and_takes_no_more() -> None:
    day = suite_day(*visits(NINE, NINE + 90))
    assert feasible_starts(replace(day, cap=2)) == []
    assert [breach.rule for breach in breaches(replace(day, cap=1))] == ["SCH-37"]
    assert breaches(replace(day, cap=2)) == []
    assert [problem.rule for problem in cap_problems(1, 2)] == ["SCH-37"]
    assert [problem.rule for problem in cap_problems(0, 0)] == ["SCH-37"]
    assert cap_problems(2, 2) == cap_problems(None, 60) == []


def test_a_closed_day_around_a_patient_who_came_is_sound() -> None:
    (visit,) = visits(NINE)
    closed = suite_day(replace(visit, came=True), closed="Snow", hours=(OPEN, NINE + 60))
    assert breaches(closed) == []


def test_sch_02_hours_of_a_weekday() -> None:
    assert hours_problems({0: (OPEN, CLOSE), 6: None}) == []
    assert [problem.field for problem in hours_problems({1: (600, 600), 2: (600, 1441)})] == [
        "closes_1",
        "closes_2",
    ]
    with pytest.raises(ValueError, match="weekday"):
        hours_problems({7: None})


def test_sch_31_a_version_has_name_reason_day_and_sensible_phases() -> None:
    good = {"name": "Longer", "because": "Advice", "today": MONDAY}
    assert protocol_problems(Lengths(), MONDAY, **good) == []
    slip = protocol_problems(Lengths(infusion=4000), MONDAY, name=" ", because="", today=MONDAY)
    assert [problem.field for problem in slip] == ["name", "because", "infusion_minutes"]
