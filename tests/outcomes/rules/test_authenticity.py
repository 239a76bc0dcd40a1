"""The table of a short form, recomputed from a bank: a wrong version, swapped or reversed items come to light."""

from dataclasses import replace
from decimal import Decimal

import pytest

from outcomes.rules.authenticity import FormCheck, ShortForm, authenticity_problems, check_forms
from outcomes.rules.irt import Bank
from tests.factories.licensed import FORM, bank, table_rows

PUBLISHED = {raw: t for raw, (t, _) in table_rows().items()}  # by brute force, apart from the engine


def check(made: Bank, form: ShortForm) -> FormCheck:
    (found,) = check_forms(made, [form])
    return found


def form(rows: dict[int, Decimal] | None = None, codes: tuple[str, ...] = FORM) -> ShortForm:
    return ShortForm("INV-4a", codes, PUBLISHED if rows is None else rows)


def test_pro_59_the_right_bank_reproduces_every_row() -> None:
    found = check(bank(), form())
    assert found.state == "agrees"
    assert found.sentence == "INV-4a: all 17 rows of its table come out of these parameters, to 0.1."
    assert authenticity_problems([found]) == []


@pytest.mark.parametrize(("tenths", "state"), [(1, "agrees"), (-1, "agrees"), (2, "differs"), (-2, "differs")])
def test_pro_59_a_row_off_by_a_tenth_passes_and_by_two_is_refused(tenths: int, state: str) -> None:
    rows = PUBLISHED | {9: PUBLISHED[9] + Decimal(tenths) / 10}
    found = check(bank(), form(rows))
    assert found.state == state
    if state == "differs":
        assert found.sentence.startswith("INV-4a: 1 of 17 rows differ by more than 0.1; this looks like another")
        assert f"raw 9: published {rows[9]}, computed {PUBLISHED[9]}" in found.sentence
        assert [problem.rule for problem in authenticity_problems([found])] == ["PRO-59"]


def test_pro_59_another_version_and_swapped_and_reversed_items_are_refused() -> None:
    made = bank()
    shifted = tuple(replace(item, a=item.a * 1.3) for item in made.items)
    turned = tuple(
        replace(item, thresholds=tuple(-cut for cut in reversed(item.thresholds))) for item in made.items
    )
    swapped = {"Q02": "Q00", "Q00": "Q02"}
    for items in (
        shifted,
        turned,
        tuple(replace(item, id=swapped.get(item.id, item.id)) for item in made.items),
    ):
        found = check(Bank("other", "", items), form())
        assert found.state == "differs"
        assert "and 1" in found.sentence or "more" in found.sentence


def test_pro_59_rows_that_one_side_lacks_are_refused() -> None:
    short = {raw: t for raw, t in PUBLISHED.items() if raw < 20}
    assert "raw 20: published none" in check(bank(), form(short)).sentence
    assert (
        "raw 21: published 80.0, computed none" in check(bank(), form(PUBLISHED | {21: Decimal("80.0")})).sentence
    )


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (form(rows={}), "its score table is neither shipped nor installed"),
        (form(codes=()), "its items are not known here"),
        (form(codes=("Q02", "INV-X", "Q08", "INV-Y")), "the bank has no item INV-X, INV-Y of it"),
    ],
)
def test_pro_59_what_cannot_be_compared_says_why(made: ShortForm, words: str) -> None:
    found = check(bank(), made)
    assert found.state == "not checked"
    assert found.sentence.startswith("INV-4a could not be compared: ")
    assert words in found.sentence
    assert authenticity_problems([found]) == []
