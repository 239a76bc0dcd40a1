"""What somebody typed never becomes a formula in a spreadsheet; numbers stay numbers."""

import csv
import io

import pytest

from kitclinic.spreadsheets import csv_download, guarded


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =HYPERLINK(1)",
        "\n=1",
        "\ufeff=1",
        "\u200b=1",
        "\x00=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "-5 to 2",
        "+1 617 555 0142",
    ],
)
def test_a_formulas_first_sign_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-5", "+5.25", "0", "−5", "a=b", "1-2", "PHQ-9", "(-5)", "'=1"])
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


def test_every_cell_of_a_file_is_guarded_and_comes_back_whole() -> None:
    response = csv_download("x.csv", [("a", '=1,"2"'), ("line\nbreak", "-1")])
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows == [["a", '\'=1,"2"'], ["line\nbreak", "-1"]]
    assert response["Content-Disposition"] == 'attachment; filename="x.csv"'
