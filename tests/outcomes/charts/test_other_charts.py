"""Shares, forest plots and lines: the numbers are the facts, the order is the given one, nonsense is refused."""

import re
from datetime import date
from typing import Any

import pytest

from outcomes.charts.drawing import Drawing
from outcomes.charts.forest import Estimate, Scale, forest
from outcomes.charts.lines import Month, Tip, time_series, tipping_point
from outcomes.charts.rendering import rendered
from outcomes.charts.shares import Step, completion_funnel, response_rates
from tests.outcomes.charts.drawings import ESTIMATES, POINTS, RESPONSES, STEPS, TIPS, YEAR


def data(drawing: Drawing, name: str = "facts") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = drawing.spec["datasets"][name]
    return found


def squares(svg: str) -> list[float]:
    """Where the estimates stand, from the top of the list."""
    return [float(x) for x in re.findall(r'<path transform="translate\((-?[\d.]+),[\d.]+\)" d="M-4', svg)]


def test_the_funnel_carries_counts_and_shares_of_the_whole() -> None:
    drawing = completion_funnel(STEPS, of=1034)
    assert [(fact["label"], fact["count"], fact["of"]) for fact in data(drawing)] == [
        ("Five or more", 890, 1034),
        ("Four", 44, 1034),
        ("None known", 0, 1034),
    ]
    assert drawing.numbers.rows[0] == ("Five or more", "890", "86.1%", "890")
    assert drawing.numbers.rows[2] == ("None known", "0", "0.0%", "–")
    drawn = rendered(drawing)
    assert [
        label for label in re.findall(r">([^<>]+)</text>", drawn) if label in {step.label for step in STEPS}
    ] == [step.label for step in STEPS]


def test_more_patients_than_the_whole_still_fit_the_funnel() -> None:
    drawn = rendered(completion_funnel([Step("Referred", 300)], of=100))
    widths = [float(width) for width in re.findall(r"h([\d.]+)v9h", drawn)]
    assert max(widths) <= 300


def test_out_18_response_rates_are_of_those_due() -> None:
    facts = data(response_rates(RESPONSES))
    assert facts[0]["percent"] == pytest.approx(100 * 498 / 713)
    assert facts[0]["text"] == "69.8% of 713"
    assert facts[2]["percent"] == 0, "nobody is due: no bar"
    assert facts[2]["text"] == "– of 0"


def test_out_19_the_goal_is_a_mark_where_there_is_one() -> None:
    assert [fact["goal"] for fact in data(response_rates(RESPONSES))] == [None, 75, 65]


def test_a_forest_plot_carries_its_estimates_in_order_and_in_words() -> None:
    drawing = forest("by-category", "By category", ESTIMATES, POINTS)
    assert [(fact["label"], fact["estimate"], fact["low"], fact["high"]) for fact in data(drawing)] == [
        ("Neuropathic pain", -2.1, -3.0, -1.2),
        ("Headache", 0.4, -1.0, 1.9),
        ("Other", None, None, None),
    ]
    drawn = rendered(drawing)
    for text in ("Neuropathic pain", "−2.1 (−3.0 to −1.2)", "3 patients are too few", "← better"):
        assert text in drawn
    assert drawing.numbers.rows[2] == ("Other", "–", "–", "3 patients are too few")


def test_the_larger_estimate_stands_to_the_right_whatever_the_axis() -> None:
    for scale in (POINTS, Scale("odds ratio", 1, ratio=True)):
        rows = [Estimate(name, value, value / 2, value * 2) for name, value in (("a", 0.5), ("b", 4.0))]
        places = squares(rendered(forest("f", "F", rows, scale)))
        assert len(places) == 2
        assert places == sorted(places)


def test_a_ratio_and_its_inverse_stand_equally_far_from_one() -> None:
    rows = [Estimate(name, value, value, value) for name, value in (("half", 0.5), ("one", 1.0), ("twice", 2.0))]
    half, one, twice = squares(rendered(forest("f", "F", rows, Scale("odds ratio", 1, ratio=True))))
    assert twice - one == pytest.approx(one - half, abs=0.1)


@pytest.mark.parametrize(
    ("estimate", "ratio"),
    [
        (Estimate("a", 3.0, 4.0, 5.0), False),
        (Estimate("a", 6.0, 4.0, 5.0), False),
        (Estimate("a", 1.0, 0.0, 2.0), True),
    ],
)
def test_an_interval_without_its_estimate_and_a_ratio_of_nothing_are_refused(
    estimate: Estimate, ratio: bool
) -> None:
    with pytest.raises(ValueError, match="a "):
        forest("f", "F", [estimate], Scale("x", 1 if ratio else 0, ratio=ratio))


def test_months_stand_in_their_order_from_zero_with_gaps_where_nothing_is_known() -> None:
    drawing = time_series("use", "Use", YEAR[::-1], unit="percent", goal=75, top=100)
    assert [fact["month"] for fact in data(drawing)] == [f"2026-{number:02}-01" for number in range(1, 13)]
    assert data(drawing)[2]["value"] is None
    assert drawing.numbers.rows[2] == ("March 2026", "–", "")
    assert drawing.numbers.rows[0] == ("January 2026", "51", "")
    drawn = rendered(drawing)
    assert ">0</text>" in drawn
    assert ">100</text>" in drawn
    line = re.search(r'<path d="(M[^"]*)" stroke="#0b5c6b"', drawn)
    assert line is not None
    assert line.group(1).count("M") == 2, "a gap, not a line over it"


def test_a_month_keeps_its_name_west_of_greenwich() -> None:
    drawn = rendered(time_series("use", "Use", YEAR, unit="percent"))
    assert "Jan 2026" in drawn
    assert "Dec 2025" not in drawn


def test_the_tip_is_the_first_delta_at_which_the_interval_holds_zero() -> None:
    drawing = tipping_point("tipping", "Tipping", TIPS[::-1], unit="points")
    assert [fact["delta"] for fact in data(drawing)] == [step / 2 for step in range(8)]
    assert data(drawing, "turns") == [{"delta": 2.0, "text": "includes 0 from 2"}]
    assert "From a delta of 2 on, the interval includes 0." in drawing.note


def test_a_finding_that_stands_throughout_has_no_tip() -> None:
    drawing = tipping_point("tipping", "Tipping", [Tip(0, 3, 2, 4), Tip(1, 2, 1, 3)], unit="points")
    assert data(drawing, "turns") == []
    assert "At no delta shown" in drawing.says


def test_negative_figures_carry_a_true_minus() -> None:
    drawing = tipping_point("tipping", "Tipping", [Tip(-1.5, -2, -3, -1)], unit="points")
    assert drawing.numbers.rows == (("−1.5", "−2", "−3 to −1"),)
    assert Month(date(2026, 1, 1), None).note == ""
