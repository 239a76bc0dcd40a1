"""Forest plots of groups: every measure has its line, and what cannot be drawn is said."""

from dataclasses import replace

import numpy as np

from outcomes.charts.groups import odds_ratios, share_differences
from outcomes.rules.contrasts import Sample, contrast
from outcomes.rules.logistic import Model, OddsRatio
from outcomes.rules.measures import measures
from outcomes.rules.predictors import Prediction


def sample(improved: int, n: int, *, start: int = 0) -> Sample:
    return Sample(np.arange(n) < improved, np.where(np.arange(n) < improved, -60, 0), np.arange(start, start + n))


def test_out_63_each_measure_has_a_line_in_percentage_points() -> None:
    rows = [contrast(one, sample(6, 10), sample(2, 10, start=50)) for one in measures().values()]
    rows[1] = contrast(rows[1].measure, sample(0, 0), sample(2, 10, start=50))
    drawing = share_differences("days", "Four against five", rows, "with four days", "with five")
    assert drawing is not None
    assert [line[0] for line in drawing.numbers.rows] == [one.title for one in measures().values()]
    assert drawing.numbers.rows[0][1:] == ("40.0", "−2.3 to 67.3", "n 10, 10")
    assert drawing.numbers.rows[1][1:] == ("–", "–", "n 0, 10")
    assert "groups were not assigned" in drawing.note


def test_nothing_is_drawn_of_nothing() -> None:
    rows = [contrast(one, sample(0, 0), sample(0, 0)) for one in measures().values()]
    assert share_differences("days", "Four against five", rows, "here", "there") is None
    refused = Prediction(0, (), Model(0, 0, (), problem="Not fitted."), 0, ())
    assert odds_ratios("predictors", "Depression", refused) is None


def test_stat_50_odds_ratios_stand_around_one_and_wide_ones_are_said() -> None:
    model = Model(100, 40, (OddsRatio("Age", 0.2, 0.1), OddsRatio("Sex: Male", 0.1, 9.0)))
    drawing = odds_ratios("predictors", "Depression", Prediction(100, (), model, 0, ()))
    assert drawing is not None
    assert drawing.numbers.rows[0][:3] == ("Age", "1.22", "1.00 to 1.49")
    assert drawing.numbers.rows[1] == ("Male", "–", "–", "interval too wide to draw")
    twice = replace(model, terms=(OddsRatio("Race: Other", 0.1, 0.1), OddsRatio("Pain category: Other", 0.1, 0.1)))
    both = odds_ratios("predictors", "Depression", Prediction(100, (), twice, 0, ()))
    assert both is not None
    assert [line[0] for line in both.numbers.rows] == ["Race: Other", "Pain category: Other"]
    assert odds_ratios("predictors", "Depression", Prediction(100, (), replace(model, terms=()), 0, ())) is None
