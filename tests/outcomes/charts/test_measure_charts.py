"""Figure 1, strip and mean changes: the specification carries the facts, and better points the right way."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from outcomes.charts.drawing import Drawing
from outcomes.charts.figure_1 import FAINT, figure_1
from outcomes.charts.mean_change import mean_change, signed
from outcomes.charts.rendering import for_page, rendered
from outcomes.charts.strip import Noise, StripBar, noise_sentence, strip
from outcomes.rules.comparison import FEW
from outcomes.rules.mean_interval import mean_interval
from tests.outcomes.charts.drawings import BARS, LOPSIDED, WITHOUT, row, table


def data(drawing: Drawing, name: str = "facts") -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = drawing.spec["datasets"][name]
    return found


def bars(svg: str) -> list[tuple[float, str]]:
    """Width and colour of every bar, from the top."""
    found = re.findall(r'<path d="M0,[\d.]+h([\d.]+)v[\d.]+h-[\d.]+Z" fill="var\(--(w\d)\)"', svg)
    return [(float(width), colour) for width, colour in found]


def test_figure_1_carries_each_cell_as_it_is() -> None:
    rows = table()
    cells = [cell for one in rows for cell in one.cells]
    facts = data(figure_1(rows))
    assert len(facts) == len(cells)
    for fact, cell in zip(facts, cells, strict=True):
        ours = (cell.ours.percent, cell.ours.low, cell.ours.high)
        assert (fact["percent"], fact["low"], fact["high"]) == tuple(None if x is None else float(x) for x in ours)
        assert fact["published"] == float(cell.published.percent)
        assert fact["window"] == cell.window_name


def test_figure_1_keeps_the_order_of_the_page_and_the_windows() -> None:
    rows = table()[::-1]
    drawing = figure_1(rows)
    assert [fact["title"] for fact in data(drawing, "rows")] == [one.title for one in rows]
    assert [fact["window"] for fact in data(drawing)][:3] == ["last infusion", "3 months", "6 months"]
    drawn = re.findall(r">([^<>]+)</text>", rendered(drawing))
    assert [text for text in drawn if text in {one.title for one in rows}] == [one.title for one in rows]


def test_figure_1_begins_at_zero_and_grows_to_the_right() -> None:
    svg = for_page(figure_1(table(), layout="beside"))
    widths = [width for width, colour in bars(svg) if colour == "w1"]
    percents = [float(one.cells[0].ours.percent) for one in table() if one.cells[0].ours.percent is not None]
    assert len(widths) == len(percents)
    assert widths == sorted(widths, reverse=True)
    for width, percent in zip(widths, percents, strict=True):
        assert width / percent == pytest.approx(widths[0] / percents[0], rel=0.001)


def test_out_21_a_bar_of_fewer_than_twenty_is_lighter() -> None:
    facts = data(figure_1([row("PHQ-9", n=FEW - 1, improved=3), row("GAD-7", n=FEW, improved=3)]))
    assert [fact["few"] for fact in facts] == [True] * 3 + [False] * 3
    assert for_page(figure_1([row("PHQ-9", n=FEW - 1, improved=3)])).count(f'opacity="{FAINT}"') == 3


def test_figure_1_without_patients_shows_the_published_mark_alone() -> None:
    drawing = figure_1([row("PHQ-9", n=0, improved=0)], layout="beside")
    svg = for_page(drawing)
    assert bars(svg) == []
    assert svg.count('stroke="var(--published)"') == 3
    assert data(drawing)[0]["says"] == "Depression, last infusion: no patients yet; published 21.2%"


def test_figure_1_says_the_numbers_of_a_bar_to_whoever_points_at_it() -> None:
    says = data(figure_1([row("PHQ-9", n=147, improved=75)]))[0]["says"]
    assert says == "Depression, last infusion: 75 of 147, 51.0%, 95% interval 42.7 to 59.3; published 21.2%"


def test_figure_1_is_as_high_as_the_rows_of_the_table_beside_it() -> None:
    for count in (1, 11):
        svg = for_page(figure_1(table()[:count], layout="beside"))
        assert f'width="436" height="{20 + 45 * count + 1}"' in svg


def test_figure_1_either_way_is_named_so() -> None:
    assert figure_1(table(), absolute=True).title == "Patients changed by the MCID, either way, %"


def test_the_strip_is_divided_as_the_patients_are() -> None:
    facts = data(strip("Fatigue", BARS, mcid="5.0 lower"))
    first = [(fact["part"], fact["start"], fact["end"]) for fact in facts[:3]]
    assert first == [
        ("improved", 0, pytest.approx(100 * 43 / 172)),
        ("unchanged", pytest.approx(100 * 43 / 172), pytest.approx(100 * 142 / 172)),
        ("worsened", pytest.approx(100 * 142 / 172), 100),
    ]


def test_the_strip_labels_its_parts_and_what_is_reliable() -> None:
    drawn = rendered(strip("Fatigue", BARS, mcid="5.0 lower", noise=Noise(7.0, 6.6)))
    for label in ("25%, 43", "58%, 99", "17%, 30", "33 reliable", "20 reliable", "of 172, net +8 points"):
        assert f">{label}</text>" in drawn
    assert "Measurement error alone would show 7% improved and 7% worsened." in drawn


def test_the_brackets_span_the_reliable_from_both_ends() -> None:
    brackets = data(strip("Fatigue", BARS[:1], mcid="5.0 lower"), "brackets")
    assert [(one["start"], one["end"]) for one in brackets] == [
        (0, pytest.approx(100 * 33 / 172)),
        (pytest.approx(100 * 152 / 172), 100),
    ]


def test_where_reliability_is_not_known_the_literal_reading_stands_beneath() -> None:
    drawing = strip("Fatigue", WITHOUT, mcid="5.0 lower")
    assert ">either way 67%, 2</text>" in rendered(drawing)
    assert "reliable" not in rendered(drawing)
    assert drawing.numbers.head[-1] == "Net points"


def test_noise_is_marked_from_both_ends_of_every_bar() -> None:
    marks = data(strip("Fatigue", BARS, mcid="5.0 lower", noise=Noise(7.5, 6.0)), "noise")
    assert [mark["at"] for mark in marks] == [7.5, 94.0] * 3
    assert noise_sentence(Noise(7.5, 6.0)) == "Measurement error alone would show 8% improved and 6% worsened."
    assert data(strip("Fatigue", BARS, mcid="5.0 lower"), "noise") == []


@pytest.mark.parametrize("layout", ["beside", "above", "left"])
def test_labels_of_a_lopsided_strip_stay_on_the_picture(layout: Any) -> None:
    drawing = strip("Fatigue", LOPSIDED, mcid="5.0 lower", layout=layout)
    for place in ("in_left", "in_center", "in_right", "below_left", "below_right"):
        for label in data(drawing, place):
            assert 0 <= label["at"] <= 100


@pytest.mark.parametrize(
    ("improved", "worsened", "net"), [(43, 30, "+8"), (2, 8, "−3"), (5, 5, "0"), (0, 172, "−100")]
)
def test_net_points_carry_their_sign(improved: int, worsened: int, net: str) -> None:
    bar = StripBar("last infusion", 172, improved, 172 - improved - worsened, worsened, improved + worsened)
    assert bar.net == net


def test_mean_changes_are_turned_so_that_better_is_to_the_right() -> None:
    lower, higher = row("PHQ-9", mean=Fraction(-3)), row("PROMIS Physical Function", mean=Fraction(-3))
    facts = data(mean_change([lower, higher]))
    assert [facts[0]["gain"], facts[3]["gain"]] == [3, -3]
    assert facts[0]["published"] == 1.3
    assert all(fact["low"] < fact["gain"] < fact["high"] for fact in facts)
    assert "points, 60 patients" in facts[0]["says"]
    assert facts[0]["says"].startswith("Depression, last infusion: −3.0 points")
    svg = for_page(mean_change([lower, higher], layout="beside"))
    places = [float(x) for x in re.findall(r'<path transform="translate\(([\d.]+),[\d.]+\)" d="[^"]*A', svg)]
    assert min(places[:3]) > max(places[3:])


def test_out_40_the_line_of_a_mean_is_its_interval() -> None:
    one = row("PHQ-9")
    change = one.cells[0].change
    assert change.mean is not None
    assert change.sd is not None
    low, high = mean_interval(change.mean, change.sd, change.n)
    fact = data(mean_change([one]))[0]
    assert (fact["low"], fact["high"]) == (pytest.approx(-high), pytest.approx(-low))


def test_one_patient_has_a_mean_and_no_interval() -> None:
    fact = data(mean_change([row("PHQ-9", n=1, improved=1)]))[0]
    assert fact["gain"] == 2.1
    assert (fact["low"], fact["high"]) == (None, None)


@pytest.mark.parametrize(("value", "text"), [(-2.1, "−2.1"), (0.04, "0.0"), (-0.04, "0.0"), (3, "+3.0")])
def test_a_change_is_written_with_its_sign(value: float, text: str) -> None:
    assert signed(value) == text
