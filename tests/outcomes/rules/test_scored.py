"""Scores of every kind of form against the confirmed tables, value by value."""

import csv
from collections import Counter
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from outcomes.rules.instruments import definitions, instruments, shipped_tables
from outcomes.rules.scored import ScoreLine, score_lines
from outcomes.rules.scoring import NoTotal
from outcomes.rules.structure import Instrument, ScoreTable, TableRow
from tests.factories.instruments import licensed

SHELF = Path(__file__).resolve().parents[4] / "shared" / "data" / "tscore_tables_confirmed.csv"
FORMS = {
    "PROMIS Fatigue 4a": "PROMIS-Fatigue-4a",
    "PROMIS Fatigue 8a": "PROMIS-Fatigue-8a",
    "PROMIS Pain Interference 4a": "PROMIS-PainInterference-4a",
    "PROMIS Pain Interference 8a": "PROMIS-PainInterference-8a",
    "PROMIS Sleep Disturbance 4a": "PROMIS-SleepDisturbance-4a",
    "PROMIS Sleep Disturbance 8b": "PROMIS-SleepDisturbance-8b",
    "PROMIS Physical Function 4a": "PROMIS-PhysicalFunction-4a-1.2",
}
HALVES = {
    "PROMIS Global Physical Health": "PROMIS Global Physical Health (Global03+06+07rescored+08r)",
    "PROMIS Global Mental Health": "PROMIS Global Mental Health (Global02+04+05+10r)",
}
GLOBAL, GLOBAL_12, PCS = (licensed(name) for name in ("PROMIS-Global", "PROMIS-Global-1.2", "PCS"))
NUMBER = {item.code.rstrip("r"): item.number for item in GLOBAL.items}
PAIN = {0: 5, 1: 4, 2: 4, 3: 4, 4: 3, 5: 3, 6: 3, 7: 2, 8: 2, 9: 2, 10: 1}  # Global07: as answered -> points


def published() -> dict[str, dict[int, tuple[str, str]]]:
    """The tables on the reference shelf: name -> raw sum -> (T, SE)."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    with SHELF.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["instrument"], {})[int(row["raw"])] = row["t"], row["se"]
    return found


needs_shelf = pytest.mark.skipif(not SHELF.is_file(), reason="the reference shelf with the tables is not here")


def lines(instrument: Instrument, answers: dict[int, int | None]) -> dict[str, ScoreLine]:
    return {line.measure: line for line in score_lines(instrument, answers) if isinstance(line, ScoreLine)}


def summing_to(instrument: Instrument, raw: int) -> dict[int, int | None]:
    """Answers whose categories add up to a raw sum."""
    left = raw - len(instrument.items)
    answers: dict[int, int | None] = {}
    for item in instrument.items:
        category = 1 + min(left, len(item.options) - 1)
        left -= category - 1
        answers[item.number] = next(o.value for o in item.options if item.category(o.value) == category)
    return answers


@needs_shelf
@pytest.mark.parametrize(("table", "name"), FORMS.items())
def test_pro_31_every_raw_sum_of_every_confirmed_table_gives_its_t_and_error(table: str, name: str) -> None:
    rows, form = published()[table], licensed(name)
    assert set(rows) == set(range(len(form.items), 5 * len(form.items) + 1))
    for raw, (t, se) in rows.items():
        line = lines(form, summing_to(form, raw))[form.measure]
        assert (Decimal(line.tenths) / 10, line.raw, line.items) == (Decimal(t), raw, len(form.items))
        assert line.standard_error == (float(se) if se else None)
        assert (line.theta, line.engine) == (None, "table 1")


@needs_shelf
def test_pro_31_only_confirmed_tables_are_shipped_and_each_is_whole() -> None:
    assert len(shipped_tables()) == len(FORMS) + len(HALVES)
    assert all(
        set(rows.rows) == set(range(min(rows.rows), max(rows.rows) + 1)) for rows in shipped_tables().values()
    )


def test_pro_31_known_mistakes_of_other_programs_are_not_here() -> None:
    pain, fatigue, mental = licensed("PROMIS-PainInterference-4a"), licensed("PROMIS-Fatigue-4a"), shipped_tables()
    assert lines(pain, summing_to(pain, 20))["PROMIS Pain Interference"].tenths == 756
    assert lines(fatigue, summing_to(fatigue, 20))["PROMIS Fatigue"].tenths == 758
    assert mental["PROMIS Global Mental Health"].rows[4].score == Decimal("21.2")


def test_pro_31_a_form_with_one_item_declined_has_no_score_and_keeps_its_answers() -> None:
    form = licensed("PROMIS-Fatigue-8a")
    (found,) = score_lines(form, summing_to(form, 20) | {3: None})
    assert isinstance(found, NoTotal)
    assert (found.rule, found.answered, found.declined) == ("PRO-31", 7, (3,))
    assert found.sentence == "No PROMIS Fatigue score: 1 question was not answered. The other answers are kept."


def test_pro_31_a_table_without_the_row_gives_a_sentence_and_no_failure() -> None:
    half = ScoreTable("imported", {4: TableRow(Decimal("22.5"), None)}, "x")
    form = licensed("PROMIS-PhysicalFunction-4a", table=half)
    assert lines(form, summing_to(form, 4))["PROMIS Physical Function"].tenths == 225
    (found,) = score_lines(form, summing_to(form, 5))
    assert isinstance(found, NoTotal)
    assert "has no row for the sum 5" in found.sentence


def test_pro_31_the_two_versions_of_physical_function_4a_never_share_a_table() -> None:
    assert "table" in definitions()["PROMIS-PhysicalFunction-4a"].needs
    assert definitions()["PROMIS-PhysicalFunction-4a"].table == ""
    assert lines(old := licensed("PROMIS-PhysicalFunction-4a-1.2"), summing_to(old, 4))[old.measure].tenths == 229


@needs_shelf
@pytest.mark.parametrize(("form", "reverses"), [(GLOBAL, True), (GLOBAL_12, False)])
def test_pro_32_every_combination_of_global_physical_health(form: Instrument, reverses: bool) -> None:
    rows = published()[HALVES["PROMIS Global Physical Health"]]
    rest: dict[int, int | None] = dict.fromkeys(range(1, 11), 1)
    for third, sixth, fatigue, pain in product(range(1, 6), range(1, 6), range(1, 6), range(11)):
        raw = third + sixth + (6 - fatigue if reverses else fatigue) + PAIN[pain]
        given: dict[int, int | None] = {NUMBER["Global03"]: third, NUMBER["Global06"]: sixth}
        given |= {NUMBER["Global08"]: fatigue, NUMBER["Global07"]: pain}
        line = lines(form, rest | given)["PROMIS Global Physical Health"]
        assert (line.raw, Decimal(line.tenths) / 10, line.standard_error) == (
            raw,
            Decimal(rows[raw][0]),
            float(rows[raw][1]),
        )


@needs_shelf
@pytest.mark.parametrize(("form", "reverses"), [(GLOBAL, True), (GLOBAL_12, False)])
def test_pro_32_every_combination_of_global_mental_health(form: Instrument, reverses: bool) -> None:
    rows = published()[HALVES["PROMIS Global Mental Health"]]
    rest: dict[int, int | None] = dict.fromkeys(range(1, 11), 1)
    for second, fourth, fifth, mood in product(range(1, 6), repeat=4):
        raw = second + fourth + fifth + (6 - mood if reverses else mood)
        given: dict[int, int | None] = {NUMBER["Global02"]: second, NUMBER["Global04"]: fourth}
        given |= {NUMBER["Global05"]: fifth, NUMBER["Global10"]: mood}
        line = lines(form, rest | given)["PROMIS Global Mental Health"]
        assert (line.raw, Decimal(line.tenths) / 10) == (raw, Decimal(rows[raw][0]))


def test_pro_32_the_same_patient_has_the_same_scores_in_both_versions() -> None:
    """No fatigue and no distress: 1 as answered in v1.0, 5 as stored in v1.2."""
    healthy: dict[int, int | None] = {NUMBER[f"Global{n:02}"]: 0 if n == 7 else 5 for n in range(1, 11)}
    old = healthy | {NUMBER["Global08"]: 1, NUMBER["Global10"]: 1}
    for found in (lines(GLOBAL, old), lines(GLOBAL_12, healthy)):
        assert {name: line.tenths for name, line in found.items()} == {
            "PROMIS Global Physical Health": 677,
            "PROMIS Global Mental Health": 676,
        }
    doubly = lines(GLOBAL, healthy)  # what v1.2 codes would give under v1.0
    assert [line.tenths for line in doubly.values()] != [677, 676]


def test_pro_32_what_is_stored_is_the_raw_answer_and_only_the_category_turns_round() -> None:
    old, new = GLOBAL.item(NUMBER["Global08"]), GLOBAL_12.item(NUMBER["Global08"])
    assert [old.category(value) for value in (1, 5)] == [5, 1]
    assert [new.category(value) for value in (1, 5)] == [1, 5]
    assert [option.value for option in new.options] == [5, 4, 3, 2, 1]
    assert [GLOBAL.item(NUMBER["Global07"]).category(value) for value in range(11)] == list(PAIN.values())


@pytest.mark.parametrize("declined", ["Global01", "Global09"])
def test_pro_32_global_01_and_09_enter_neither_half(declined: str) -> None:
    answers: dict[int, int | None] = dict.fromkeys(range(1, 11), 3) | {NUMBER[declined]: None}
    assert len(lines(GLOBAL, answers)) == 2


@pytest.mark.parametrize(
    ("declined", "left"),
    [(c, "PROMIS Global Mental Health") for c in ("Global03", "Global06", "Global07", "Global08")]
    + [(c, "PROMIS Global Physical Health") for c in ("Global02", "Global04", "Global05", "Global10")],
)
def test_pro_32_a_half_with_an_item_declined_has_no_score_and_the_other_half_has(declined: str, left: str) -> None:
    answers: dict[int, int | None] = dict.fromkeys(range(1, 11), 3) | {NUMBER[declined]: None}
    assert list(lines(GLOBAL, answers)) == [left]
    (missing,) = [one for one in score_lines(GLOBAL, answers) if isinstance(one, NoTotal)]
    assert (missing.rule, missing.answered, missing.declined) == ("PRO-31", 3, (NUMBER[declined],))


def test_pro_33_pcs_total_and_subscales_take_their_own_items() -> None:
    """Each item alone at 4 moves the total and exactly one subscale by 4."""
    zero: dict[int, int | None] = dict.fromkeys(range(1, 14), 0)
    assert {name: line.tenths for name, line in lines(PCS, zero).items()} == dict.fromkeys(
        PCS.definition.measures, 0
    )
    moved: Counter[str] = Counter()
    for number in range(1, 14):
        found = {name: line.raw for name, line in lines(PCS, zero | {number: 4}).items() if line.raw}
        assert found.pop("PCS total") == 4
        ((subscale, raw),) = found.items()
        assert raw == 4
        moved[subscale] += 1
        wanted = "PCS rumination" if number in (8, 9, 10, 11) else "PCS helplessness"
        assert subscale == ("PCS magnification" if number in (6, 7, 13) else wanted)
    assert moved == {"PCS rumination": 4, "PCS magnification": 3, "PCS helplessness": 6}


@pytest.mark.parametrize("total", range(53))
def test_pro_33_thirty_is_clinically_relevant_and_twenty_nine_is_not(total: int) -> None:
    answers: dict[int, int | None] = {n: min(4, max(0, total - 4 * (n - 1))) for n in range(1, 14)}
    line = lines(PCS, answers)["PCS total"]
    assert (line.tenths, line.band) == (total * 10, "clinically relevant" if total >= 30 else "below the cut-off")


def test_pro_33_with_an_item_declined_there_is_no_total_and_no_subscale() -> None:
    (found,) = score_lines(PCS, dict.fromkeys(range(1, 14), 4) | {6: None})
    assert isinstance(found, NoTotal)
    assert found.declined == (6,)


@pytest.mark.parametrize("value", range(1, 8))
def test_pro_34_the_impression_of_change_is_its_answer(value: int) -> None:
    (line,) = score_lines(form := instruments()["PGIC"], {1: value})
    assert isinstance(line, ScoreLine)
    assert (line.measure, line.tenths, line.raw, line.items) == ("PGIC", value * 10, value, 1)
    assert line.band == form.item(1).options[value - 1].text.lower()


def test_pro_34_a_declined_impression_of_change_is_no_score() -> None:
    (found,) = score_lines(instruments()["PGIC"], {1: None})
    assert isinstance(found, NoTotal)


@pytest.mark.parametrize(("name", "most"), [("PHQ-9", 27), ("GAD-7", 21)])
def test_pro_05_every_total_has_one_band_and_its_raw_sum_is_stored(name: str, most: int) -> None:
    form, seen = instruments()[name], []
    for total in range(most + 1):
        answers: dict[int, int | None] = {n: min(3, max(0, total - 3 * (n - 1))) for n in range(1, most // 3 + 1)}
        line = lines(form, answers)[name]
        assert (line.tenths, line.raw, line.items) == (total * 10, total, most // 3)
        seen.append(line.band)
    sizes = Counter(seen)
    assert sizes == (
        {"minimal": 5, "mild": 5, "moderate": 5, "moderately severe": 5, "severe": 8}
        if name == "PHQ-9"
        else {"minimal": 5, "mild": 5, "moderate": 5, "severe": 7}
    )


def test_pro_05_every_pattern_of_gad_7_sums_as_counted() -> None:
    """4^7 patterns: the number of patterns for each total is a known polynomial's coefficient."""
    form, counted = instruments()["GAD-7"], [1]
    for _ in range(7):
        counted = [sum(counted[max(0, s - 3) : s + 1]) for s in range(len(counted) + 3)]
    totals: Counter[int] = Counter()
    for values in product(range(4), repeat=7):
        line = lines(form, dict(enumerate(values, start=1)))["GAD-7"]
        totals[line.tenths // 10] += 1
    assert [totals[total] for total in range(22)] == counted


def test_pro_35_a_demonstration_runs_from_0_to_100_in_tenths_half_up() -> None:
    thoughts = instruments()["DEMO-PainThoughts"]
    found = [
        lines(thoughts, {n: min(4, max(0, raw - 4 * (n - 1))) for n in range(1, 14)})["Demo pain thoughts"].tenths
        for raw in range(53)
    ]
    assert found == [(2 * 1000 * raw + 52) // 104 for raw in range(53)]
    assert (found[0], found[26], found[52]) == (0, 500, 1000)


def test_pro_35_the_halves_of_the_global_demonstration_stand_on_their_own() -> None:
    form = instruments()["DEMO-Global"]
    answers: dict[int, int | None] = {number: 5 if number < 6 else 1 for number in range(1, 11)}
    assert {name: line.tenths for name, line in lines(form, answers).items()} == {
        "Demo body": 1000,
        "Demo mind": 0,
    }
    assert list(lines(form, answers | {2: None})) == ["Demo mind"]


@pytest.mark.parametrize(
    ("name", "tenths", "band"),
    [
        ("PROMIS-Fatigue-CAT", 549, "normal"),
        ("PROMIS-Fatigue-CAT", 550, "mild"),
        ("PROMIS-PainInterference-8a", 599, "mild"),
        ("PROMIS-PainInterference-8a", 600, "moderate"),
        ("PROMIS-SleepDisturbance-CAT", 699, "moderate"),
        ("PROMIS-SleepDisturbance-CAT", 700, "severe"),
        ("PROMIS-PhysicalFunction-CAT", 299, "severe"),
        ("PROMIS-PhysicalFunction-CAT", 300, "moderate"),
        ("PROMIS-PhysicalFunction-CAT", 400, "mild"),
        ("PROMIS-PhysicalFunction-CAT", 450, "mild"),
        ("PROMIS-PhysicalFunction-CAT", 451, "normal"),
    ],
)
def test_pro_36_bands_of_t_scores_at_their_edges(name: str, tenths: int, band: str) -> None:
    assert [one.name for one in definitions()[name].bands if one.holds(tenths)] == [band]


@pytest.mark.parametrize(
    "name",
    [name for name, one in definitions().items() if "Social" in name or "SelfEff" in name or "Global" in name],
)
def test_pro_36_measures_without_a_source_for_bands_have_none(name: str) -> None:
    assert definitions()[name].bands == ()


def test_an_adaptive_score_keeps_theta_its_error_and_the_engine() -> None:
    form = licensed("PROMIS-Fatigue-CAT")
    (line,) = score_lines(form, dict.fromkeys(range(1, 25), 5))
    assert isinstance(line, ScoreLine)
    assert line.theta is not None
    assert line.standard_error is not None
    assert (line.measure, line.raw, line.engine, line.band) == (
        "PROMIS Fatigue",
        None,
        "kitclinic-cat 1",
        "severe",
    )
    assert line.tenths == round(500 + 100 * line.theta)


def test_an_unanswered_question_or_a_foreign_answer_is_an_error_of_the_program() -> None:
    with pytest.raises(ValueError, match=r"items \[10\]"):
        score_lines(GLOBAL, dict.fromkeys(range(1, 10), 1))
    with pytest.raises(ValueError, match="is not an answer"):
        score_lines(GLOBAL, dict.fromkeys(range(1, 11), 6))
