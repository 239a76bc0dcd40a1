"""Files of score tables: read, or refused with the line."""

from decimal import Decimal

import pytest

from outcomes.rules.table_file import read_table
from tests.factories.licensed import table_csv, table_rows

GOOD = "raw,t,se\n2,30.1,5.0\n3,40,4.5\n4,50.2,4\n"


def test_pro_58_a_table_is_read_with_its_decimals() -> None:
    read = read_table(GOOD, sums=range(2, 5))
    assert read.problems == []
    assert read.rows == {
        2: (Decimal("30.1"), Decimal("5.0")),
        3: (Decimal(40), Decimal("4.5")),
        4: (Decimal("50.2"), Decimal(4)),
    }
    assert read.content["rows"][0] == {"raw": 2, "t": "30.1", "se": "5.0"}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", ";").replace(".", ","),
        GOOD.replace("raw,t,se", "RAW, T ,Se"),
        "\n" + GOOD + "\n",
        "se,x,t,raw\n5.0,,30.1,2\n4.5,,40,3\n4,,50.2,4\n",
    ],
)
def test_pro_58_marks_line_ends_and_the_order_of_columns_do_not_matter(text: str) -> None:
    assert (read_table(text).rows, read_table(text).problems) == (read_table(GOOD).rows, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 rows"),
        ("raw,t,se\n", "0 rows"),
        ("raw,t\n1,2\n", "look at se"),
        ("raw,t,t,se\n1,2,3,4\n", "look at t"),
        (GOOD.replace("30.1", "30.12"), "Line 2: the score “30.12” is not a number with at most one decimal"),
        (GOOD.replace("30.1", "x"), "Line 2: the score “x”"),
        (GOOD.replace("30.1", ""), "Line 2: the score “”"),
        (GOOD.replace("30.1", "9.9"), "Line 2: the score 9.9 lies outside 10 to 90"),
        (GOOD.replace("50.2", "90.1"), "Line 4: the score 90.1 lies outside"),
        (GOOD.replace("5.0", "0"), "Line 2: the standard error 0 lies outside"),
        (GOOD.replace("5.0", "20.1"), "Line 2: the standard error 20.1"),
        (GOOD.replace("5.0", "-1"), "Line 2: the standard error “-1”"),
        (GOOD.replace("\n3,", "\n2,"), "Line 3: the raw sum 2 stands in the file twice"),
        (GOOD.replace("\n3,", "\n2.5,"), "Line 3: the raw sum “2.5”"),
        (GOOD.replace("3,40,4.5\n", ""), "The raw sums 3 are missing; the form gives 2 to 4"),
        (GOOD + "5,60,4\n", "The form cannot give the raw sums 5, only 2 to 4"),
        (GOOD.replace("40,", "30.1,"), "The score does not rise from raw sum 2 (30.1) to 3 (30.1)"),
        (GOOD.replace("40,", "60.0,"), "The score does not rise from raw sum 3 (60.0) to 4 (50.2)"),
        ('raw,t,se\n"2,30.1,5.0\n', "Line 2 cannot be read"),
        ("raw,t,se\n" + "1,50,5\n" * 501, "501 rows"),
    ],
)
def test_pro_58_what_is_wrong_with_a_table_is_named_with_its_line(text: str, words: str) -> None:
    problems = read_table(text, sums=range(2, 5)).problems
    assert [problem.rule for problem in problems] == ["PRO-58"], problems
    assert words in problems[0].sentence


def test_pro_58_every_wrong_line_is_told() -> None:
    text = GOOD.replace("30.1", "x").replace("40,", "y,").replace("50.2", "z")
    assert len(read_table(text).problems) == 3


def test_an_invented_table_passes() -> None:
    assert read_table(table_csv(), sums=range(4, 21)).rows == table_rows()
