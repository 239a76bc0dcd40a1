"""Scores recorded elsewhere: what may be typed, corrected and imported."""

from datetime import date, timedelta

import pytest

from outcomes.rules import score_entry
from outcomes.rules.measures import other_measures
from outcomes.rules.score_file import Person, Read, Wrong, match, once, read_scores
from scheduling.rules.referral_file import UnreadableFileError

TODAY = date(2026, 9, 7)
BORN = date(1974, 3, 14)
HEADER = "Record number,Measure,Date,Score,Source\n"
BY_NAME = "Family name,Given name,Birth date,Measure,Date,Score,Source\n"
DELPHINE = Person(1, "KT-1", ("marrin", "delphine"), BORN)


def typed(**said: object) -> list[tuple[str, str]]:
    usual = {"measure": "PHQ-9", "value": "14", "day": TODAY, "origin": "EHR", "today": TODAY, "born": BORN}
    score, problems = score_entry.read_typed(**(usual | said))  # type: ignore[arg-type]
    assert (score is None) == bool(problems)
    return [(problem.rule, problem.field) for problem in problems]


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({}, []),
        ({"value": "27"}, []),
        ({"value": "28"}, [("PRO-06", "value")]),
        ({"value": "-1"}, [("PRO-06", "value")]),
        ({"value": "13.5"}, [("PRO-06", "value")]),
        ({"value": "many"}, [("PRO-06", "value")]),
        ({"measure": "PROMIS Fatigue", "value": "58.25"}, []),
        ({"measure": "PROMIS Fatigue", "value": "9.9"}, [("PRO-06", "value")]),
        ({"day": TODAY + timedelta(days=1)}, [("PRO-108", "day")]),
        ({"day": BORN - timedelta(days=1)}, [("PRO-108", "day")]),
        ({"origin": "  "}, [("PRO-108", "origin")]),
        ({"origin": "x" * 201}, [("PRO-108", "origin")]),
        ({"measure": "Mood"}, [("PRO-108", "measure")]),
    ],
)
def test_pro_108_what_may_be_typed(said: dict[str, object], problems: list[tuple[str, str]]) -> None:
    assert typed(**said) == problems


def test_pro_108_no_demonstration_measure_may_be_typed() -> None:
    demos = [name for name, one in other_measures().items() if one.is_demo]
    assert demos
    for name in demos:
        assert typed(measure=name, value="50") == [("PRO-108", "measure")]


def test_pro_109_only_an_entered_score_that_stands_is_corrected_with_a_reason() -> None:
    assert score_entry.may_correct(source="elsewhere", is_corrected=False, reason="wrong line") == []
    for source in ("browser", "paper", "phone", "registry"):
        assert score_entry.may_correct(source=source, is_corrected=False, reason="wrong line")
    assert score_entry.may_correct(source="elsewhere", is_corrected=True, reason="wrong line")
    assert score_entry.may_correct(source="elsewhere", is_corrected=False, reason="typo")


def test_pro_110_the_same_again_changes_nothing_and_another_value_is_refused() -> None:
    assert score_entry.may_enter(on_record=None, tenths=140) == []
    assert score_entry.may_enter(on_record=140, tenths=140) == []
    assert "with 14." in score_entry.may_enter(on_record=140, tenths=150)[0].sentence


def lines(text: str) -> Read:
    return read_scores(HEADER + text, today=TODAY)


def told(read: Read) -> list[tuple[int, str]]:
    return [(wrong.line, wrong.sentence.split(".")[0]) for wrong in read.wrong]


def test_pro_111_every_wrong_line_is_told_by_its_number() -> None:
    read = lines(
        "KT-1,PHQ-9,2026-05-12,14,EHR\n"
        "KT-1,PHQ-9,2026-05-12,28,EHR\n"
        "KT-1,Mood,2026-05-12,3,\n"
        "\n"
        ",PHQ-9,05/06/2026,14,EHR\n"
        "KT-1,PHQ-9,2027-01-01,14,EHR\n"
        "KT-1,PHQ-9,2026-05-12,14,EHR,too much\n"
    )
    assert len(read.rows) == 1
    assert [wrong.line for wrong in read.wrong] == [3, 4, 4, 6, 6, 7, 8]
    assert "28 is not a possible PHQ-9 score" in read.wrong[0].sentence
    assert "names no patient" in read.wrong[3].sentence


def test_pro_111_a_measure_is_known_by_its_name_and_by_its_version() -> None:
    read = lines("KT-1,promis fatigue v1.0 (computer adaptive test),2026-05-12,58.2,EHR\n")
    assert [row.score.measure for row in read.rows] == ["PROMIS Fatigue"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("Measure,Date,Score,Source\nPHQ-9,2026-05-12,14,EHR\n", "lacks Record number"),
        ("Record number,Measure,Date,Score\nKT-1,PHQ-9,2026-05-12,14\n", "lacks Source"),
        ("Record number,MRN,Measure,Date,Score,Source\n", "Two columns stand for Record number"),
        (HEADER, "holds no scores"),
    ],
)
def test_pro_111_what_is_no_list_of_scores(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableFileError, match=sentence):
        read_scores(text, today=TODAY)


def test_pro_111_quotation_marks_that_are_not_in_pairs_stop_the_file_at_their_line() -> None:
    assert told(lines('KT-1,PHQ-9,2026-05-12,14,EHR\nKT-1,"PHQ-9,2026-05-12,14,EHR\n'))[0][0] == 3


def test_pro_111_a_patient_is_named_by_number_or_by_name_and_birth_date() -> None:
    by_number = lines("kt-1,PHQ-9,2026-05-12,14,EHR\n").rows
    by_name = read_scores(BY_NAME + "MARRIN,delphine,1974-03-14,PHQ-9,2026-05-12,14,EHR\n", today=TODAY).rows
    for rows in (by_number, by_name):
        assert match(rows, [DELPHINE]) == ({2: 1}, [])


@pytest.mark.parametrize(
    ("people", "sentence"),
    [([], "No patient here"), ([DELPHINE, Person(2, "KT-2", DELPHINE.names, BORN)], "More than one patient")],
)
def test_pro_111_a_name_that_is_nobodys_or_two_peoples_is_refused(people: list[Person], sentence: str) -> None:
    rows = read_scores(BY_NAME + "Marrin,Delphine,1974-03-14,PHQ-9,2026-05-12,14,EHR\n", today=TODAY).rows
    found, wrong = match(rows, people)
    assert not found
    assert sentence in wrong[0].sentence


def test_pro_111_a_number_with_somebody_elses_name_is_refused() -> None:
    header = "Record number,Family name,Given name,Birth date,Measure,Date,Score,Source\n"
    for line in ("KT-1,Ashdown,Delphine,1974-03-14", "KT-1,Marrin,Delphine,1974-03-15"):
        rows = read_scores(f"{header}{line},PHQ-9,2026-05-12,14,EHR\n", today=TODAY).rows
        assert "belongs to somebody" in match(rows, [DELPHINE])[1][0].sentence


def test_pro_111_a_score_from_before_the_birth_is_refused() -> None:
    rows = lines("KT-1,PHQ-9,1974-03-13,14,EHR\n").rows
    assert "before the patient was born" in match(rows, [DELPHINE])[1][0].sentence


def test_pro_111_a_line_twice_counts_once_and_a_contradiction_is_refused() -> None:
    rows = lines("KT-1,PHQ-9,2026-05-12,14,EHR\nKT-1,PHQ-9,2026-05-12,14,EHR\nKT-1,PHQ-9,2026-05-12,15,EHR\n").rows
    kept, wrong, repeated = once(rows, dict.fromkeys((2, 3, 4), 1))
    assert [row.line for row in kept] == [2]
    assert repeated == 1
    assert wrong == [Wrong(4, "Line 2 gives another value for the same measure, day and source.")]
