"""Reliable and meaningful change of one person, and the sentence above; figures computed here by hand."""

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest

from outcomes.rules.change import Verdict
from outcomes.rules.courses import Course, courses
from outcomes.rules.measures import McidSet, measure
from outcomes.rules.reliable import (
    Form,
    Point,
    compare,
    error_sentence,
    form_of,
    norm_sentence,
    rci_of,
    se_points,
    shrinkage_sentence,
)
from outcomes.rules.trajectory import Track, finding, first_shown, shown_course, target, track
from outcomes.rules.windows import Infusion

PAIN, FATIGUE = measure("PROMIS Pain Interference"), measure("PROMIS Fatigue")
PHQ, PCS, ROLES = measure("PHQ-9"), measure("PCS total"), measure("PROMIS Social Role Satisfaction")
FIRST = date(2026, 5, 18)
AS_OF = date(2026, 11, 24)
CAT, SHORT = Form("cat 1", "adaptive test"), Form("4a", "short form 4a")


def point(tenths: int, day: int = 0, *, se: str = "", form: Form = CAT, key: int = 0) -> Point:
    when = FIRST + timedelta(days=day)
    return Point(key or day + 1000, when, time(8, 0), tenths, Fraction(se) if se else None, form)


def five_days(*starts: int) -> tuple[Course, ...]:
    days = [FIRST + timedelta(days=start + day) for start in starts for day in range(5)]
    return courses([Infusion(day, time(9, 0)) for day in days], AS_OF)


def tracked(*points: Point, of: str = "PROMIS Pain Interference", mcid_set: McidSet = "paper") -> Track:
    return track(measure(of), points, five_days(0), AS_OF, mcid_set=mcid_set)


@pytest.mark.parametrize(("after", "reliable"), [(602, False), (601, True), (798, False), (799, True)], ids=str)
def test_pro_142_exactly_1_96_is_not_reliable(after: int, reliable: bool) -> None:
    """Errors of 3 and 4 make 5; 5 times 1.96 is 9.8. In binary 9.8 / 5 is more than 1.96."""
    found = compare(PAIN, point(700, se="3"), point(after, 10, se="4"))
    assert found.reliable is reliable


def test_pro_142_the_index_is_the_difference_by_the_root_of_both_squares() -> None:
    found = compare(PAIN, point(689, se="2.05"), point(618, 90, se="2.28"))
    assert float(found.rci or 0) == pytest.approx(-7.1 / sqrt(2.05**2 + 2.28**2), abs=0.005)
    assert found.rci == Decimal("-2.32")
    assert found.reliable
    assert rci_of(10, Fraction(0), Fraction(0)) is None


def test_pro_141_the_error_of_theta_is_multiplied_by_the_scale_and_a_tables_stays() -> None:
    assert se_points(PAIN, theta=1.2, standard_error=0.3, instrument="PROMIS-PainInterference-CAT") == 3
    assert se_points(PAIN, theta=None, standard_error=2.7, instrument="PROMIS-PainInterference-4a") == Fraction(
        "2.7"
    )
    demo = measure("Demo fatigue")
    assert se_points(demo, theta=0.0, standard_error=0.4, instrument="DEMO-Fatigue-CAT") == 5
    assert se_points(PHQ, theta=None, standard_error=None) is None
    assert point(500, se="3").reach == Fraction("5.88")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (655, 605, Verdict.IMPROVED),
        (655, 606, Verdict.UNCHANGED),
        (655, 705, Verdict.WORSENED),
        (655, 704, Verdict.UNCHANGED),
        (641, 591, Verdict.IMPROVED),
    ],
)
def test_out_10_the_threshold_is_met_in_whole_tenths(before: int, after: int, verdict: Verdict) -> None:
    """64.1 - 59.1 is less than 5 in binary fractions."""
    assert compare(PAIN, point(before), point(after, 10)).verdict is verdict


def test_up_is_better_where_it_is() -> None:
    found = compare(ROLES, point(358, se="2"), point(419, 10, se="2"))
    assert (found.verdict, found.gain_tenths, found.word, found.note) == (
        Verdict.IMPROVED,
        61,
        "better",
        "reliable",
    )


def test_pro_143_across_forms_no_reliable_change_is_claimed() -> None:
    found = compare(PAIN, point(700, se="2"), point(550, 10, se="2", form=SHORT))
    assert (found.reliable, found.rci, found.note, found.verdict) == (None, None, "another form", Verdict.IMPROVED)


def test_pro_143_a_line_joins_neighbours_of_one_form_only() -> None:
    found = tracked(point(700), point(650, 10), point(640, 40, form=SHORT), point(630, 60))
    assert [[one.tenths for one in run] for run in found.runs] == [[700, 650], [640], [630]]


def test_pro_143_a_form_is_known_by_name_and_bank_where_a_measure_has_several() -> None:
    cat = form_of(PAIN, instrument="PROMIS-PainInterference-CAT", bank_version="v1.1")
    later = form_of(PAIN, instrument="PROMIS-PainInterference-CAT", bank_version="v2.0")
    short = form_of(PAIN, instrument="PROMIS-PainInterference-4a")
    assert len({cat.key, later.key, short.key, form_of(PAIN, instrument="").key}) == 4
    assert (cat.words, short.words) == ("adaptive test", "short form 4a")
    assert form_of(PHQ, instrument="PHQ-9") == form_of(PHQ, instrument="")


def test_pro_144_pcs_is_reliable_beyond_the_documented_7_73_and_phq_9_is_not_judged() -> None:
    assert compare(PCS, point(290), point(210, 10)).reliable is True
    assert compare(PCS, point(290), point(220, 10)).reliable is False
    phq = compare(PHQ, point(140), point(20, 10))
    assert (phq.reliable, phq.note) == (None, "reliability not known")
    assert "7.73" in error_sentence(PCS, (point(290),))
    assert "No standard error is known" in error_sentence(PHQ, (point(140),))
    assert "1 of the scores" in error_sentence(PAIN, (point(600, se="2"), point(610, 3)))


def test_pro_145_t_50_is_whose_average_it_is() -> None:
    assert "reference population" in norm_sentence(PAIN)
    assert "people with chronic conditions" in norm_sentence(measure("PROMIS Self-Efficacy Managing Symptoms"))
    assert "0 to 27" in norm_sentence(PHQ)
    assert "T 50" not in norm_sentence(measure("Demo fatigue"))


def test_pro_148_the_lean_to_the_middle_is_told_of_bank_scores() -> None:
    assert "4.66" in shrinkage_sentence(PAIN)
    for name in ("PHQ-9", "Demo fatigue", "PROMIS Global Mental Health"):
        assert shrinkage_sentence(measure(name)) == ""


def test_the_threshold_line_follows_direction_baseline_and_set() -> None:
    assert target(tracked(point(689)).by_course[0], PAIN, "paper") == 639
    assert target(tracked(point(689)).by_course[0], PAIN, "evidence") == 659
    roles = tracked(point(358), of=ROLES.name)
    assert target(roles.by_course[0], ROLES, "paper") == 408
    assert target(tracked(point(310), of=PCS.name).by_course[0], PCS, "evidence") == 200
    assert target(tracked(point(300), of=PCS.name).by_course[0], PCS, "evidence") == 220
    assert target(tracked(point(30), of=PHQ.name).by_course[0], PHQ, "paper") is None


def picture() -> Track:
    """The scores of the agreed picture."""
    return tracked(
        point(689, -18, se="2.1"),
        point(642, 11, se="2.0"),
        point(618, 94, se="2.2"),
        point(654, 182, se="2.1"),
    )


def test_the_sentence_says_the_best_and_the_present_with_what_they_are_worth() -> None:
    assert finding(picture(), 1) == (
        "Pain interference was 7.1 better at 3 months, meaningful and reliable; "
        "now 3.5 better, below the 5.0 that counts"
    )


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([point(689, -18)], "Pain interference: 68.9 before treatment, no score since"),
        ([point(689, 10)], "Pain interference is 68.9 now, with no baseline to compare it with"),
        ([point(689, -300)], "Pain interference: no score belongs to course 1"),
        (
            [point(600, -18, se="1"), point(660, 11, se="1")],
            "Pain interference is 6.0 worse after the last infusion, meaningful and reliable",
        ),
        (
            [point(600, -18, se="3"), point(540, 11, se="3")],
            "Pain interference is 6.0 better after the last infusion, meaningful but not reliable",
        ),
        (
            [point(600, -18, se="1"), point(560, 11, se="1")],
            "Pain interference is 4.0 better after the last infusion, below the 5.0 that counts, though reliable",
        ),
        ([point(600, -18), point(600, 11)], "Pain interference is as before after the last infusion"),
        (
            [point(600, -18), point(520, 11, form=SHORT)],
            "Pain interference is 8.0 better after the last infusion, meaningful, from another form",
        ),
        (
            [point(600, -18), point(590, 11), point(540, 20)],
            "Pain interference is 6.0 better now, meaningful",
        ),
    ],
)
def test_the_sentence_fits_what_there_is(points: list[Point], sentence: str) -> None:
    assert finding(tracked(*points), 1) == sentence


def test_before_any_infusion_the_sentence_compares_nothing() -> None:
    found = track(PHQ, [point(140)], (), AS_OF, mcid_set="paper")
    assert finding(found, 0) == "Depression: 14, no infusion completed yet"


def test_pro_146_pain_is_drawn_first_then_what_moved_furthest() -> None:
    fatigue = tracked(point(700, -18), point(550, 11), of=FATIGUE.name)
    phq = tracked(point(140, -18), point(60, 11), of=PHQ.name)
    pain = tracked(point(650, -18), point(640, 11))
    assert first_shown([phq, fatigue, pain], 1) is pain
    assert first_shown([phq, fatigue, tracked(point(650, -18))], 1) is fatigue
    assert first_shown([], 0) is None


def test_the_last_course_that_was_followed_up_is_read_first() -> None:
    two = five_days(0, 150)
    before = track(PAIN, [point(689, -18), point(642, 11)], two, AS_OF, mcid_set="paper")
    after = track(PAIN, [point(689, -18), point(642, 160)], two, AS_OF, mcid_set="paper")
    assert shown_course([before], two) == 1
    assert shown_course([after], two) == 2
    assert shown_course([], two) == 2


def test_a_score_is_compared_with_the_baseline_of_the_course_it_follows() -> None:
    two = five_days(0, 150)
    found = track(
        PAIN, [point(689, -18), point(642, 11), point(660, 140), point(600, 160)], two, AS_OF, mcid_set="paper"
    )
    changes = [found.change_of(one, mcid_set="paper") for one in found.points]
    assert [one.tenths if one else None for one in changes] == [None, -47, -29, -60]
