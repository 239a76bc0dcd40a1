"""The file of an item bank: what is tolerated and what is refused, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitclinic.problems import Blocker, Refused
from outcomes.rules.bank_file import bank_problems, read_bank
from outcomes.rules.irt import Bank, ItemParameters
from tests.outcomes.rules.slow_cat import banks

HEAD = "bank,item_id,a,b1,b2,b3,b4,n_categories,source"
GOOD = f"{HEAD}\nMade up,M-1,2.5,-1,0,1,2,5,synthetic\nMade up,M-2,1.75,-0.5,0.25,,,3,synthetic\n"
READ = (ItemParameters("M-1", 2.5, (-1.0, 0.0, 1.0, 2.0)), ItemParameters("M-2", 1.75, (-0.5, 0.25)))


def only(text: str) -> tuple[str, str]:
    """The one problem of a file: its rule and its sentence."""
    problems = bank_problems(text)
    assert len(problems) == 1, problems
    assert isinstance(problems[0], Blocker)
    with pytest.raises(Refused):
        read_bank(text)
    return problems[0].rule, problems[0].sentence


def lines(*rows: str, head: str = "item_id,a,b1,b2,b3,b4,b5,n_categories") -> str:
    return "\n".join([head, *rows])


def test_a_file_gives_its_bank_and_leaves_other_columns_alone() -> None:
    assert bank_problems(GOOD) == []
    assert read_bank(GOOD) == Bank("Made up", "", READ)
    assert read_bank(GOOD, name="Ours", version="2") == Bank("Ours", "2", READ)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", ";").replace(".", ","),
        GOOD.replace(",", "\t"),
        GOOD.replace("-", "−").replace("M−", "M-"),
        GOOD.replace(",,,3", ",NA,NA,3"),
        GOOD.replace(HEAD, HEAD.upper()),
        "\n" + GOOD + ",,,,,,,,\n\n",
        GOOD.replace("M-1", '" M-1 "'),
    ],
)
def test_byte_order_marks_line_ends_semicolons_and_decimal_commas_are_fine(text: str) -> None:
    assert bank_problems(text) == []
    assert read_bank(text).items == READ


@given(banks())
def test_any_bank_that_is_written_is_read_back_the_same(bank: Bank) -> None:
    rows = []
    for item in bank.items:
        cuts = [*map(repr, item.thresholds), *[""] * (5 - len(item.thresholds))]
        rows.append(",".join([item.id, repr(item.a), *cuts, str(item.categories)]))
    assert read_bank(lines(*rows)).sha256 == bank.sha256


def test_cat_03_five_thresholds_for_five_answers_are_refused() -> None:
    rule, sentence = only(lines("X19r1,3.1,-3,-2,-1,0,1,5"))
    assert rule == "CAT-03"
    assert sentence.startswith(
        "Line 2, item X19r1: 5 thresholds for 5 categories is too many; 5 categories have 4."
    )


def test_cat_03_too_few_thresholds_are_refused() -> None:
    rule, sentence = only(lines("A,1,-3,-2,-1,,,5"))
    assert rule == "CAT-03"
    assert "3 thresholds for 5 categories is too few" in sentence
    assert "0 thresholds for 2 categories is too few" in only(lines("A,1,,,,,,2"))[1]


@pytest.mark.parametrize(("low", "high"), [("0.5", "0.5"), ("0.5", "-0.5")])
def test_cat_03_thresholds_that_do_not_increase_are_refused(low: str, high: str) -> None:
    rule, sentence = only(lines("A,1,-1,0,1,2,,5", f"B,1,{low},{high},,,,3"))
    assert rule == "CAT-03"
    assert sentence.startswith(f"Line 3, item B: b1 is {low} and b2 is {high}; the thresholds must increase.")


@pytest.mark.parametrize("count", ["", "five", "1", "0", "-3", "2.5", "21", "²", "99999999999999999999"])
def test_cat_03_a_number_of_categories_is_2_to_20(count: str) -> None:
    rule, sentence = only(lines(f"A,1,0,1,,,,{count}"))
    assert rule == "CAT-03"
    assert "Write how many answers the question has, 2 to 20." in sentence


def test_cat_03_a_hole_between_the_thresholds_is_refused() -> None:
    assert only(lines("A,1,-1,,1,2,,5")) == (
        "CAT-04",
        "Line 2, item A: b2 is empty. Write a number such as 1.25.",
    )


@pytest.mark.parametrize("a", ["0", "-1.5", "0.0"])
def test_cat_04_a_discrimination_is_above_zero(a: str) -> None:
    rule, sentence = only(lines(f"A,{a},0,1,,,,3"))
    assert rule == "CAT-04"
    assert "not above 0" in sentence


@pytest.mark.parametrize("a", ["nan", "inf", "1e999", "1,5", "two", "0x10", "1_0", "١", "🙂", "", "1" * 50])
def test_cat_04_a_parameter_that_is_no_number_is_refused(a: str) -> None:
    rule, sentence = only(lines(f'A,"{a}",0,1,,,,3'))
    assert rule == "CAT-04"
    assert sentence.startswith("Line 2, item A: a")


def test_cat_04_a_lost_decimal_point_is_refused() -> None:
    rule, sentence = only(lines("A,2859,0,1,,,,3"))
    assert rule == "CAT-04"
    assert "a is 2859, outside ±50. Look for a lost decimal point." in sentence
    assert bank_problems(lines("A,50,-50,50,,,,3")) == []


HEAD_CODES = "item_id,a,b1,b2,n_categories,codes"


@pytest.mark.parametrize("codes", ["1 2 3", "1|2|3", '"1,2,3"', "1;2;3", "1 / 2 / 3"])
def test_cat_05_codes_in_the_direction_of_the_parameters_are_fine(codes: str) -> None:
    assert bank_problems(lines(f"A,1,0,1,3,{codes}", head=HEAD_CODES)) == []


def test_cat_05_reversed_codes_are_named_as_such() -> None:
    rule, sentence = only(lines("A,1,0,1,3,3 2 1", head=HEAD_CODES))
    assert rule == "CAT-05"
    assert "run against the parameters" in sentence


@pytest.mark.parametrize("codes", ["0 1 2", "1 2", "1 2 3 4", "1 3 2", "", "a b c", "1 2 2"])
def test_cat_05_any_other_codes_are_refused(codes: str) -> None:
    rule, sentence = only(lines(f"A,1,0,1,3,{codes}", head=HEAD_CODES))
    assert rule == "CAT-05"
    assert sentence.endswith("They must be 1 2 3.")


@pytest.mark.parametrize("text", ["", "\ufeff", " \n\n", HEAD, HEAD + "\n,,,,,,,,\n"])
def test_cat_06_a_file_without_items_is_refused(text: str) -> None:
    assert only(text)[1].startswith("The file holds no items.")


def test_cat_06_missing_columns_are_all_named() -> None:
    rule, sentence = only("item_id,b2,n_categories\nA,1,2")
    assert rule == "CAT-06"
    assert sentence.startswith("The file has no column a, b1.")
    assert "skip b2" in only("item_id,a,b1,b3,n_categories\nA,1,0,1,3")[1]
    assert "stands 2 times" in only("item_id,a,a,b1,n_categories\nA,1,1,0,2")[1]


def test_cat_06_an_id_that_stands_twice_is_refused_in_any_case() -> None:
    rule, sentence = only(lines("Ab1,1,0,1,,,,3", "B,1,0,1,,,,3", "aB1,2,0,1,,,,3"))
    assert rule == "CAT-06"
    assert sentence == "Line 4, item aB1: this id stands in line 2 already. Keep one of the two lines."


@pytest.mark.parametrize("item_id", ["", "a b", "x" * 65, "🙂", "=1+1", "ـا"])
def test_cat_06_an_item_id_is_plain(item_id: str) -> None:
    assert "the item id must be" in only(lines(f"{item_id},1,0,1,,,,3"))[1]


def test_cat_06_two_banks_in_one_file_are_refused() -> None:
    rule, sentence = only(GOOD + "Another,M-3,1,0,,,,2,x\n")
    assert rule == "CAT-06"
    assert "2 banks: “Made up” from line 2, “Another” from line 4." in sentence


def test_cat_06_a_thousand_items_are_read_and_one_more_is_refused() -> None:
    rows = [f"A{number},1,0,1,,,,3" for number in range(1001)]
    assert len(read_bank(lines(*rows[:1000])).items) == 1000
    assert only(lines(*rows))[1] == "The file has 1001 items; a bank has at most 1000."
    assert "more than a million characters" in only(GOOD + " " * 1_000_000)[1]


def test_cat_06_a_line_that_is_no_row_of_the_table_is_refused() -> None:
    assert "Line 2 has 9 cells and line 1 has 8 columns" in only(lines("A,1,0,1,2,,,3,4"))[1]
    assert "cannot be read as a table" in only(lines('A,"1,0,1,,,,3'))[1]


def test_every_problem_is_named_at_once() -> None:
    problems = bank_problems(lines("A,0,1,1,,,,4", "A,x,0,,2,,,3", "B,1,0,1,,,,3"))
    assert [(problem.rule, problem.sentence.split(":")[0]) for problem in problems] == [
        ("CAT-04", "Line 2, item A"),
        ("CAT-03", "Line 2, item A"),
        ("CAT-03", "Line 2, item A"),
        ("CAT-06", "Line 3, item A"),
        ("CAT-04", "Line 3, item A"),
        ("CAT-04", "Line 3, item A"),
        ("CAT-03", "Line 3, item A"),
    ]
    with pytest.raises(Refused) as refused:
        read_bank(lines("A,0,1,1,,,,4"))
    assert len(refused.value.problems) == 3


@given(st.text(alphabet=st.sampled_from('ab1,;\t\n\r"-.é\x00 '), max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert bank_problems(text)
    assert bank_problems(f"{HEAD}\n{text}")
