"""The adaptive engine against the reference cases on the shelf: 84 of 84."""

import json
from pathlib import Path

import pytest

from bench import cat_conformance, cat_simulation

SHELF = Path(__file__).resolve().parents[3] / "shared" / "data"
BANK, CASES = SHELF / "demo_bank_synthetic.csv", SHELF / "cat_cases_demo.json"

needs_shelf = pytest.mark.skipif(
    not CASES.is_file(), reason="the reference shelf with the adaptive cases is not here"
)


@needs_shelf
def test_cat_11_cat_12_and_cat_13_all_84_cases_are_equal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cat_conformance.main([str(BANK), str(CASES)]) == 0
    said = capsys.readouterr().out
    assert "84 of 84 equal, largest |dT| 0.0000; goal met" in said
    assert said.count("order equal") == 84
    assert said.count("score equal") == 84
    assert "WRONG" not in said


@needs_shelf
@pytest.mark.parametrize("field", ["items", "theta", "se", "T"])
def test_one_case_that_differs_fails_the_run(
    field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = json.loads(CASES.read_text(encoding="utf-8"))
    case = stored["cases"][0]
    if field == "T":
        case["T"] += 0.1
    elif field == "items":
        case["items"].reverse()
    else:
        case[field][-1] += 1e-5
    changed = tmp_path / "cases.json"
    changed.write_text(json.dumps(stored), encoding="utf-8")
    assert cat_conformance.main([str(BANK), str(changed)]) == 1
    assert "83 of 84 equal" in capsys.readouterr().out


@needs_shelf
def test_cases_of_another_model_are_not_compared(tmp_path: Path) -> None:
    stored = json.loads(CASES.read_text(encoding="utf-8"))
    stored["configs"]["adult"]["n_q"] = 21
    changed = tmp_path / "cases.json"
    changed.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(SystemExit, match="another model"):
        cat_conformance.main([str(BANK), str(changed)])


@needs_shelf
def test_the_simulation_of_a_bank_is_printed_for_both_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert cat_simulation.main([str(BANK), "200"]) == 0
    said = capsys.readouterr().out
    assert said.count("RMSE") == 6
    assert said.count("100 patterns, 0 failures") == 2


def test_a_bank_that_is_refused_is_told_in_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bank = tmp_path / "bank.csv"
    bank.write_text("item_id,a,b1,b2,n_categories\nA,1,2,1,3\n", encoding="utf-8")
    assert cat_conformance.main([str(bank), "cases.json"]) == 2
    assert cat_simulation.main([str(bank)]) == 2
    assert capsys.readouterr().err.count("Line 2, item A: b1 is 2 and b2 is 1; the thresholds must increase.") == 2
    assert cat_conformance.main([]) == cat_simulation.main([]) == 2
