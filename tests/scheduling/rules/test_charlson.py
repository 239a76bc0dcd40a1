"""The index of 1987 by figures worked out by hand, its pairs, and age points that stay apart."""

import pytest

from scheduling.rules.charlson import (
    PAIRS,
    WEIGHTS,
    age_points,
    charlson_problems,
    index_of,
    not_counted_words,
)
from scheduling.states import CharlsonCondition as C

# Written out from Table 3 of the 1987 paper, apart from the rule.
ONE = (
    "myocardial_infarction heart_failure peripheral_vascular cerebrovascular dementia pulmonary connective_tissue "
    "ulcer mild_liver diabetes"
).split()
TWO = "hemiplegia renal diabetes_damage tumor leukemia lymphoma".split()


def test_enr_54_each_condition_alone_counts_its_weight_of_1987() -> None:
    found = {condition.value: index_of([condition]) for condition in C}
    expected = dict.fromkeys(ONE, 1) | dict.fromkeys(TWO, 2)
    assert found == expected | {"severe_liver": 3, "metastatic": 6, "aids": 6}
    assert len(WEIGHTS) == 19


@pytest.mark.parametrize(
    ("conditions", "index"),
    [
        ([], 0),
        ([C.MYOCARDIAL_INFARCTION, C.DIABETES], 2),
        ([C.HEART_FAILURE, C.RENAL, C.PULMONARY], 4),
        ([C.HEMIPLEGIA, C.CEREBROVASCULAR], 3),
        ([C.AIDS, C.LYMPHOMA, C.ULCER], 9),
        ([C.DIABETES, C.DIABETES], 1),
        (list(C), 33),
    ],
)
def test_enr_54_the_index_is_the_sum_of_the_weights(conditions: list[C], index: int) -> None:
    assert index_of(conditions) == index


@pytest.mark.parametrize(
    ("lesser", "greater", "index"),
    [
        (C.MILD_LIVER, C.SEVERE_LIVER, 3),
        (C.DIABETES, C.DIABETES_DAMAGE, 2),
        (C.TUMOR, C.METASTATIC, 6),
    ],
)
def test_enr_55_of_a_pair_the_graver_counts_once_and_that_is_said(lesser: C, greater: C, index: int) -> None:
    assert index_of([lesser, greater]) == index
    (sentence,) = not_counted_words([lesser, greater])
    assert sentence.startswith(f"{lesser.label} is not counted beside ")
    assert not_counted_words([lesser]) == not_counted_words([greater]) == []


def test_enr_55_there_are_three_pairs() -> None:
    assert len(PAIRS) == 3
    assert not_counted_words([C.MILD_LIVER, C.SEVERE_LIVER]) == [
        "Mild liver disease is not counted beside moderate or severe liver disease."
    ]


@pytest.mark.parametrize(
    ("age", "points"),
    [(0, 0), (49, 0), (50, 1), (59, 1), (60, 2), (69, 2), (70, 3), (79, 3), (80, 4), (99, 4), (None, None)],
)
def test_enr_56_age_points_by_decade_from_fifty(age: int | None, points: int | None) -> None:
    assert age_points(age) == points


def test_enr_56_an_age_below_zero_is_nonsense() -> None:
    with pytest.raises(ValueError, match="negative"):
        age_points(-1)


def fields(conditions: list[C], imported: int | None, source: str) -> list[str]:
    return [problem.field for problem in charlson_problems(conditions, imported=imported, source=source)]


def test_enr_57_a_total_from_elsewhere_names_its_source_and_stands_alone() -> None:
    assert fields([], 4, "Referral of 3 March") == []
    assert fields([], 0, "Referral") == []
    assert fields([], 4, " ") == ["charlson_imported_from"]
    assert fields([C.AIDS], 4, "Referral") == ["charlson_imported"]
    assert fields([], None, "Referral") == ["charlson_imported"]
    assert fields([C.AIDS], None, "") == []


@pytest.mark.parametrize(("total", "refused"), [(-1, True), (37, False), (38, True)])
def test_enr_57_a_total_is_at_most_37(total: int, refused: bool) -> None:
    assert bool(fields([], total, "Referral")) is refused
