"""What a bank does, printed without installing anything."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from outcomes.rules.estimation import T_SCALE
from outcomes.rules.simulation_report import simulation_report
from tests.factories.licensed import bank, bank_csv


def test_the_report_of_a_bank_is_printed(tmp_path: Path) -> None:
    file, said = tmp_path / "invented.csv", StringIO()
    file.write_text(bank_csv())
    call_command("simulate_bank", str(file), "--measure", "PROMIS Fatigue", stdout=said)
    row = simulation_report(bank(), ("PROMIS Fatigue",), T_SCALE)[0]
    assert f"invented: 12 items, SHA-256 {bank().sha256}" in said.getvalue()
    assert f"  adult: {row['mean_items']} items, RMSE {row['rmse']}, bias {row['bias']}" in said.getvalue()
    assert "none failed" in said.getvalue()


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("item_id,a,b1,n_categories\nA,-1,0,2\n", "not above 0")]
)
def test_a_wrong_bank_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=words):
        call_command("simulate_bank", str(file))
