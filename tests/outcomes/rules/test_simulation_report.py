"""The figures that stand beside an imported bank, and the hundred ways a form is answered."""

from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from outcomes.rules.cat import ADULT, RECOMMENDED
from outcomes.rules.cat_simulation import simulate
from outcomes.rules.estimation import DEMONSTRATION_SCALE, T_SCALE
from outcomes.rules.form_dry_run import form_dry_run
from outcomes.rules.instruments import instruments
from outcomes.rules.simulation_report import dry_runs, simulation_report
from outcomes.rules.structure import ScoreTable, TableRow
from tests.factories.licensed import bank


def test_cat_20_patients_are_like_those_of_the_paper_at_baseline() -> None:
    rows = simulation_report(bank(24), ("PROMIS Fatigue",), T_SCALE)
    assert [(row["rule"], row["simulees"], row["mean"], row["sd"]) for row in rows] == [
        ("adult", 2000, 65.5, 8.5),
        ("recommended", 2000, 65.5, 8.5),
    ]
    for row, rule in zip(rows, (ADULT, RECOMMENDED), strict=True):
        plain = simulate(bank(24), rule, simulees=2000, mean=1.55, sd=0.85, seed=1)
        assert row["mean_items"] == round(plain.mean_items, 2)
        assert row["rmse"] == round(10 * plain.rmse, 2)
        assert row["bias"] == round(10 * plain.bias, 2)
        assert row["share_precise"] == round(plain.share_precise, 3)


def test_cat_20_without_a_baseline_they_are_like_the_calibration_sample() -> None:
    row = simulation_report(bank(24), ("Demo fatigue",), DEMONSTRATION_SCALE)[0]
    assert (row["mean"], row["sd"], row["like"]) == (50.0, 12.5, "the calibration sample")
    assert row["scale"] == "demonstration score"


def test_cat_19_a_bank_is_walked_under_both_rules() -> None:
    assert [(run["rule"], run["patterns"], run["failures"]) for run in dry_runs(bank())] == [
        ("adult", 100, []),
        ("recommended", 100, []),
    ]
    short = dry_runs(bank(3))
    assert "asks at least 4" in short[0]["failures"][0]


def test_pro_65_a_form_is_answered_in_a_hundred_ways() -> None:
    assert form_dry_run(instruments()["PHQ-9"]) == {"rule": "form", "patterns": 100, "failures": []}


def test_pro_65_a_table_with_a_hole_or_an_impossible_score_fails() -> None:
    good = {raw: TableRow(Decimal(20 + raw), Decimal(3)) for raw in range(9, 46)}
    phq = instruments()["PHQ-9"]
    form = replace(
        phq,
        definition=replace(
            phq.definition, method="table", measures=("PROMIS Self-Efficacy Managing Symptoms",), bands=()
        ),
        items=tuple(
            replace(item, options=tuple(replace(option, value=option.value + 1) for option in item.options))
            for item in phq.items
        ),
        table=ScoreTable("x", MappingProxyType(good), ""),
    )
    assert form_dry_run(form)["failures"] == []
    hole = {raw: row for raw, row in good.items() if raw != 9}
    assert (
        "Pattern 1 is complete and has no score" in form_dry_run(replace(form, table=_table(hole)))["failures"][0]
    )
    beyond = good | {36: TableRow(Decimal(91), Decimal(3))}
    assert "outside its range" in form_dry_run(replace(form, table=_table(beyond)))["failures"][0]


def _table(rows: dict[int, TableRow]) -> ScoreTable:
    return ScoreTable("x", MappingProxyType(rows), "")
