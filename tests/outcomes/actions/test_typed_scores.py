"""Scores recorded elsewhere: entered, corrected, imported; and every reader counts only what stands."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import SafetyTask, Score, ScoreFile
from outcomes.queries.cohorts import sources
from outcomes.queries.panel import patient_panel
from outcomes.queries.standing import events
from outcomes.queries.typed_scores import entered_scores
from scheduling.models import Patient
from tests.factories import outcomes as factory
from tests.factories import scheduling
from tests.outcomes.studied import cohort

NOW = factory.NOW
HEADER = "Record number,Measure,Date,Score,Source\n"


@pytest.fixture
def patient(site: Site) -> Patient:
    return scheduling.patient(site=site, record_number="KT-1", at=NOW - timedelta(days=1))


def enter(patient: Patient, by: StaffUser, **said: Any) -> Score:
    given = {"measure": "PHQ-9", "value": "14", "day": patient.site.today(NOW), "origin": "EHR", "at": NOW} | said
    return actions.enter_score(patient=patient, by=by, **given)


def correct(score: Score, by: StaffUser, **said: Any) -> Score:
    given = {
        "value": "4",
        "day": score.date,
        "origin": score.origin,
        "reason": "Wrong line read",
        "at": NOW,
    } | said
    return actions.correct_score(score=score, by=by, **given)


def file(text: str, by: StaffUser, *, order: str = "ask") -> ScoreFile:
    return actions.upload_scores(name="scores.csv", data=text.encode(), date_order=order, by=by, at=NOW)


def test_pro_108_an_entered_score_carries_its_source_and_who_entered_it(
    patient: Patient, nurse: StaffUser
) -> None:
    score = enter(patient, nurse, origin=" EHR,  12 May ")
    assert (score.value, score.band, score.source) == (14, "moderate", "elsewhere")
    assert (score.origin, score.entered_by, score.minute) == ("EHR, 12 May", nurse, None)


def test_pro_110_the_same_score_is_entered_once(patient: Patient, nurse: StaffUser) -> None:
    assert enter(patient, nurse) == enter(patient, nurse)
    with pytest.raises(Refused, match="Correct that one instead"):
        enter(patient, nurse, value="15")
    enter(patient, nurse, value="15", origin="Letter of Dr. Amsel")
    assert Score.objects.count() == 2


def test_pro_109_a_correction_is_a_new_row_and_every_reader_counts_only_that(
    patient: Patient, nurse: StaffUser, site: Site
) -> None:
    first = enter(patient, nurse)
    second = correct(first, nurse)
    assert (second.corrects, second.value, second.reason) == (first, 4, "Wrong line read")
    later = NOW + timedelta(hours=1)
    [line] = patient_panel(patient, at=later, with_scores=True).lines
    assert line.trend.label.startswith("Depression: 1 score, from 4 to 4")
    [one] = [one for one in cohort(sources(site)[0], as_of=site.today(NOW)).patients if one.pk == patient.pk]
    assert [score.tenths for score in one.scores] == [40]
    said = [event.detail for event in events([patient.pk], site=site, reader=nurse, at=later)]
    assert "PHQ-9 4" in said
    assert not any("14" in detail for detail in said)
    [entered] = entered_scores(patient)
    assert (entered.score, entered.replaced) == (second, (first,))


def test_pro_109_a_correction_needs_a_reason_a_difference_and_a_score_that_stands(
    patient: Patient, nurse: StaffUser
) -> None:
    first = enter(patient, nurse)
    with pytest.raises(Refused, match="Say why"):
        correct(first, nurse, reason=" ")
    with pytest.raises(Refused, match="Nothing is different"):
        correct(first, nurse, value="14")
    correct(first, nurse)
    with pytest.raises(Refused, match="corrected already"):
        correct(first, nurse, value="5")


def test_pro_109_a_score_of_answers_is_not_corrected_by_typing(site: Site, nurse: StaffUser) -> None:
    factory.completed(site=site)
    with pytest.raises(Refused, match="computed from answers"):
        correct(Score.objects.filter(measure="PHQ-9").get(), nurse)


def test_a_typed_score_much_worse_than_the_one_before_asks_for_a_look(patient: Patient, nurse: StaffUser) -> None:
    today = patient.site.today(NOW)
    enter(patient, nurse, value="8", day=today - timedelta(days=30))
    enter(patient, nurse, value="12", day=today - timedelta(days=20))
    assert not SafetyTask.objects.exists()
    score = enter(patient, nurse, value="17", day=today)
    assert SafetyTask.objects.get().score == score


def test_a_patient_of_another_clinic_gets_no_score(other_site: Site, nurse: StaffUser) -> None:
    with pytest.raises(Patient.DoesNotExist):
        enter(scheduling.patient(site=other_site), nurse)


def test_pro_111_a_file_is_taken_in_whole_and_the_same_again_changes_nothing(
    patient: Patient, nurse: StaffUser
) -> None:
    text = HEADER + "KT-1,PHQ-9,2026-05-12,14,EHR\nkt-1,PROMIS Fatigue,2026-05-12,58.25,EHR\n"
    made = file(text, nurse)
    for _ in range(2):
        made = actions.import_scores(file=made, by=nurse, at=NOW)
    assert (made.taken_in, made.left_out, made.text) == (2, 0, "")
    assert [str(score.value) for score in Score.objects.order_by("pk")] == ["14.0", "58.3"]
    again = actions.import_scores(file=file(text + "\n", nurse), by=nurse, at=NOW)
    assert (again.taken_in, again.left_out) == (0, 2)
    assert Score.objects.count() == 2


def test_pro_111_one_wrong_line_takes_in_nothing(patient: Patient, nurse: StaffUser) -> None:
    made = file(HEADER + "KT-1,PHQ-9,2026-05-12,14,EHR\nKT-9,PHQ-9,2026-05-12,14,EHR\n", nurse)
    with pytest.raises(Refused, match="Line 3: No patient here has the record number KT-9"):
        actions.import_scores(file=made, by=nurse, at=NOW)
    assert not Score.objects.exists()


def test_pro_111_a_value_against_what_is_on_record_is_a_wrong_line(patient: Patient, nurse: StaffUser) -> None:
    enter(patient, nurse, day=date(2026, 5, 12))
    made = file(HEADER + "KT-1,PHQ-9,2026-05-12,15,EHR\n", nurse)
    with pytest.raises(Refused, match="stands on record with 14, and here it is 15"):
        actions.import_scores(file=made, by=nurse, at=NOW)


def test_pro_111_a_file_of_another_clinic_is_not_imported(
    patient: Patient, nurse: StaffUser, other_site: Site
) -> None:
    made = file(HEADER + "KT-1,PHQ-9,2026-05-12,14,EHR\n", nurse)
    with pytest.raises(ScoreFile.DoesNotExist):
        actions.import_scores(file=made, by=scheduling.actor("nurse", other_site), at=NOW)


def test_pro_111_names_of_another_clinics_patients_are_nobody_here(
    nurse: StaffUser, site: Site, other_site: Site
) -> None:
    scheduling.patient(site=other_site, record_number="KT-1")
    made = file(HEADER + "KT-1,PHQ-9,2026-05-12,14,EHR\n", nurse)
    with pytest.raises(Refused, match="No patient here"):
        actions.import_scores(file=made, by=nurse, at=NOW)


def test_a_workbook_is_no_list_of_scores(nurse: StaffUser) -> None:
    with pytest.raises(Refused, match="Excel workbook"):
        actions.upload_scores(name="a.xlsx", data=b"PK\x03\x04rest", date_order="ask", by=nurse, at=NOW)


def test_an_import_compares_only_what_says_something_about_today(patient: Patient, nurse: StaffUser) -> None:
    days = [patient.site.today(NOW) - timedelta(days=back) for back in (60, 30, 1)]
    rows = [f"KT-1,PHQ-9,{day},{value},EHR\n" for day, value in zip(days, (5, 6, 20), strict=True)]
    actions.import_scores(file=file(HEADER + "".join(rows), nurse), by=nurse, at=NOW)
    assert SafetyTask.objects.get().score == Score.objects.get(value=20)
