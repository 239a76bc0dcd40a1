"""Every bad line of an export is named; good lines are read exactly."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from outcomes.rules.registry import Registry, read_registry
from tests.outcomes.rules.shared_cohort import SHELF, TODAY, needs_shelf

PATIENTS = "patient,age,sex,race,marital,bmi,cci,diagnosis\nA,41,female,White,Married,28.7,0,neuropathic\n"
INFUSIONS = "patient,date,start,sequence,session,status\nA,2022-02-28,08:30,1,1,completed\n"
SCORES = "patient,instrument,date,time,score\nA,PHQ-9,2022-02-20,07:30,12\n"


@pytest.fixture
def read(tmp_path: Path):
    def reader(patients: str = PATIENTS, infusions: str = INFUSIONS, scores: str = SCORES) -> Registry:
        texts = {"patients.csv": patients, "infusions.csv": infusions, "pro.csv": scores}
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return read_registry(tmp_path, today=TODAY)

    return reader


def places(registry: Registry) -> list[tuple[str, int, str]]:
    return [(problem.file, problem.line, problem.rule) for problem in registry.problems]


def test_a_good_export_is_read_exactly(read) -> None:
    found = read()
    assert found.problems == ()
    (patient,), (infusion,), (score,) = found.patients, found.infusions, found.scores
    assert (patient.line, patient.age, patient.bmi, patient.cci) == (2, 41, Decimal("28.7"), 0)
    assert (infusion.date, infusion.start, infusion.session) == (date(2022, 2, 28), time(8, 30), 1)
    assert (score.instrument, score.time, score.tenths) == ("PHQ-9", time(7, 30), 120)


def test_optional_cells_and_columns_may_be_missing(read) -> None:
    patients = "patient,birth_date,sex,bmi,cci\nA,1981-04-05,,,\n"
    found = read(patients, INFUSIONS.replace("08:30", ""), SCORES.replace("07:30", ""))
    assert found.problems == ()
    assert (found.patients[0].bmi, found.patients[0].sex, found.patients[0].age) == (None, "", None)
    assert (found.infusions[0].start, found.scores[0].time) == (None, None)


def test_a_byte_order_mark_blank_lines_and_other_columns_do_no_harm(read) -> None:
    found = read("\ufeff" + PATIENTS + "\n\n", scores=SCORES.replace("score", "score,form").replace("12", "12,x"))
    assert found.problems == ()
    assert found.ignored == ("pro.csv: form",)


def test_reg_01_missing_files_and_columns_are_named(read, tmp_path: Path) -> None:
    found = read("patient,sex\nA,female\n", INFUSIONS.replace(",status", ",state"), "patient,score,score\n")
    assert [problem.rule for problem in found.problems] == ["REG-01"] * 4
    assert "age or birth_date" in found.problems[0].sentence
    assert "status" in found.problems[1].sentence
    (tmp_path / "pro.csv").unlink()
    (tmp_path / "patients.csv").write_bytes(b"patient,age\nA\xff,41\n")
    again = read_registry(tmp_path, today=TODAY)
    assert ("patients.csv", 0, "REG-01") in places(again)
    assert str(again.problems[-1]) == "pro.csv: There is no file pro.csv in the folder. (REG-01)"


def test_reg_01_an_empty_file_and_a_line_with_too_few_cells(read) -> None:
    found = read(scores="", infusions=INFUSIONS + "A,2022-03-01\n")
    assert places(found) == [("infusions.csv", 3, "REG-01"), ("pro.csv", 1, "REG-01")]


def test_reg_01_text_that_is_no_csv(read) -> None:
    found = read(scores=SCORES + "A," + "x" * 200_000 + ",2022-02-21,,3\n")
    assert places(found) == [("pro.csv", 3, "REG-01")]


def test_reg_02_unknown_and_blank_patients(read) -> None:
    found = read(
        PATIENTS + ",41,,,,,,\n",
        INFUSIONS + "B,2022-03-01,08:30,1,1,completed\n",
        SCORES + ",PHQ-9,2022-02-21,,3\n",
    )
    assert places(found) == [
        ("patients.csv", 3, "REG-01"),
        ("infusions.csv", 3, "REG-02"),
        ("pro.csv", 3, "REG-02"),
    ]


def test_reg_03_duplicate_keys_in_each_file(read) -> None:
    found = read(
        PATIENTS + "A,42,,,,,,\n",
        INFUSIONS + "A,2022-02-28,08:30,1,2,completed\nA,2022-03-01,08:30,1,1,completed\n",
        SCORES + "A,PHQ-9,2022-02-20,07:30,13\nA,PHQ-9,2022-02-20,19:00,13\n",
    )
    assert places(found) == [
        ("patients.csv", 3, "REG-03"),
        ("infusions.csv", 3, "REG-03"),
        ("infusions.csv", 4, "REG-03"),
        ("pro.csv", 3, "REG-03"),
    ]
    assert found.problems[-1].sentence == "Patient A has PHQ-9 of 2022-02-20 07:30 twice."


def test_reg_04_unknown_instruments(read) -> None:
    found = read(scores=SCORES + "A,phq-9,2022-02-21,,3\nA,,2022-02-22,,3\n")
    assert places(found) == [("pro.csv", 3, "REG-04"), ("pro.csv", 4, "REG-04")]
    assert found.problems[0].sentence.startswith("“phq-9” is not a known instrument. Known: PHQ-9, ")


@pytest.mark.parametrize(
    ("name", "score"), [("PHQ-9", "28"), ("PHQ-9", "1.5"), ("PROMIS Fatigue", "9.9"), ("GAD-7", "")]
)
def test_reg_05_impossible_scores(read, name: str, score: str) -> None:
    found = read(scores=SCORES + f"A,{name},2022-02-21,,{score}\n")
    assert places(found) == [("pro.csv", 3, "REG-05")]


def test_reg_06_dates_before_birth_by_birth_date(read) -> None:
    found = read(
        "patient,birth_date\nA,2000-05-06\n",
        INFUSIONS + "A,2000-05-05,08:30,1,2,completed\n",
        SCORES + "A,PHQ-9,2000-05-05,,3\nA,PHQ-9,2000-05-06,,3\n",
    )
    assert places(found) == [("infusions.csv", 3, "REG-06"), ("pro.csv", 3, "REG-06")]


def test_reg_06_dates_before_birth_by_age_at_the_first_infusion(read) -> None:
    young = "patient,age\nA,20\n"
    leap = INFUSIONS.replace("2022-02-28", "2024-02-29")
    found = read(young, leap, SCORES + "A,PHQ-9,2003-02-27,,3\nA,PHQ-9,2003-02-28,,3\n")
    assert places(found) == [("pro.csv", 3, "REG-06")]


@pytest.mark.parametrize("day", ["2022-2-3", "20220203", "2022-02-30", "", "1994-12-31", "2026-01-01"])
def test_reg_07_bad_dates(read, day: str) -> None:
    found = read(
        infusions=INFUSIONS + f"A,{day},08:30,1,2,completed\n", scores=SCORES + f"A,PHQ-9,{day},07:30,3\n"
    )
    assert places(found) == [("infusions.csv", 3, "REG-07"), ("pro.csv", 3, "REG-07")]


@pytest.mark.parametrize("clock", ["7:30", "24:00", "noon", "07:30+02"])
def test_reg_07_bad_times(read, clock: str) -> None:
    found = read(scores=SCORES + f"A,PHQ-9,2022-02-21,{clock},3\n")
    assert places(found) == [("pro.csv", 3, "REG-07")]


def test_reg_08_implausible_cells(read) -> None:
    found = read(
        PATIENTS + "B,121,,,,,,\nC,41,robot,,,,,\nD,41,,,,7,,\nE,41,,,,,38,\nF,,,,,,,\n",
        INFUSIONS + "A,2022-03-01,08:30,0,2,completed\nA,2022-03-02,08:30,1,x,completed\nA,2022-03-03,,1,4,done\n",
    )
    assert places(found) == [
        *[("patients.csv", line, "REG-08") for line in (3, 4, 5, 6, 7)],
        *[("infusions.csv", line, "REG-08") for line in (3, 4, 5)],
    ]


def test_a_line_with_several_faults_names_them_all(read) -> None:
    found = read(scores=SCORES + "B,XYZ,tomorrow,soon,many\n")
    assert sorted(problem.rule for problem in found.problems) == ["REG-02", "REG-04", "REG-07", "REG-07"]


@needs_shelf
def test_the_practice_cohort_has_no_problem() -> None:
    found = read_registry(SHELF / "cohort", today=TODAY)
    assert found.problems == ()
    assert (len(found.patients), len(found.infusions), len(found.scores)) == (1034, 9960, 20827)
