"""Course mode: where a course begins and ends, and which scores count for it."""

from datetime import date, time, timedelta

import pytest

from outcomes.rules.courses import after_course, counting, courses, spans
from outcomes.rules.windows import BASELINE, LAST, SIX_MONTHS, THREE_MONTHS, Infusion, Score

FIRST = date(2026, 5, 18)
AS_OF = date(2027, 6, 1)
DAY = timedelta(days=1)


def infused(*offsets: int) -> list[Infusion]:
    return [Infusion(FIRST + DAY * offset, time(9, 0)) for offset in offsets]


def score(offset: int, tenths: int = 600, at: time | None = time(8, 0)) -> Score:
    return Score("PROMIS Fatigue", FIRST + DAY * offset, at, tenths, key=offset)


def test_pro_140_a_gap_of_14_days_stays_in_the_course_and_15_begin_another() -> None:
    assert [one.days for one in courses(infused(0, 14), AS_OF)] == [(FIRST, FIRST + 14 * DAY)]
    first, second = courses(infused(0, 15), AS_OF)
    assert (first.number, first.before, second.number, second.after) == (1, second.first, 2, first.last)


def test_pro_140_an_infusion_that_was_stopped_neither_begins_nor_joins_a_course() -> None:
    stopped = Infusion(FIRST + 10 * DAY, time(9, 0), completed=False)
    assert len(courses([*infused(0, 20), stopped], AS_OF)) == 2


def test_infusions_after_the_as_of_day_are_left_out() -> None:
    (only,) = courses(infused(0, 1, 2), FIRST + DAY)
    assert only.days == (FIRST, FIRST + DAY)


def test_pro_140_each_course_has_its_own_baseline() -> None:
    first, second = courses(infused(0, 1, 100, 101), AS_OF)
    scores = [score(-3), score(10), score(90)]
    assert counting(scores, first, AS_OF)[BASELINE]["PROMIS Fatigue"].key == -3
    assert counting(scores, second, AS_OF)[BASELINE]["PROMIS Fatigue"].key == 90


def test_pro_140_a_score_from_before_the_last_course_ended_is_no_baseline_of_the_next() -> None:
    _, second = courses(infused(0, 1, 40), AS_OF)
    assert counting([score(1)], second, AS_OF)[BASELINE] == {}
    assert counting([score(2)], second, AS_OF)[BASELINE]["PROMIS Fatigue"].key == 2


def test_pro_140_a_follow_up_ends_with_the_next_courses_first_infusion() -> None:
    first, second = courses(infused(0, 60), AS_OF)
    assert counting([score(59)], first, AS_OF)[THREE_MONTHS]["PROMIS Fatigue"].key == 59
    assert counting([score(60, at=time(7, 0))], first, AS_OF)[THREE_MONTHS] == {}
    assert counting([score(60, at=time(7, 0))], second, AS_OF)[BASELINE]["PROMIS Fatigue"].key == 60


@pytest.mark.parametrize(
    ("day", "column"),
    [(0, None), (1, LAST), (30, LAST), (31, THREE_MONTHS), (135, THREE_MONTHS), (136, SIX_MONTHS), (241, None)],
)
def test_the_windows_are_the_papers(day: int, column: str | None) -> None:
    (course,) = courses(infused(0), AS_OF)
    found = {name for name, scores in counting([score(day, at=time(11, 0))], course, AS_OF).items() if scores}
    assert found == ({column} if column else set())


def test_scores_after_the_course_and_before_the_next_are_its_own() -> None:
    first, _ = courses(infused(0, 1, 300), AS_OF)
    keys = [one.key for one in after_course([score(1), score(2), score(299), score(300)], first, AS_OF)]
    assert keys == [2, 299]


def test_pro_140_windows_give_way_to_the_courses_beside_them() -> None:
    first, second = courses(infused(0, 100), AS_OF)
    assert [(one.column, (one.first - FIRST).days, (one.last - FIRST).days) for one in spans(first)] == [
        (BASELINE, -100, 0),
        (LAST, 1, 30),
        (THREE_MONTHS, 31, 99),
    ]
    assert (spans(second)[0].first - FIRST).days == 1
