"""Forms from paper: whole or not at all, with the day written on them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import Assessment, ItemResponse, SafetyTask, Score, Sitting
from outcomes.queries.questionnaires import parts_of
from outcomes.states import AssessmentState as State
from scheduling.models import Patient
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.factories import scheduling

NOW = factory.NOW
TODAY = date(2026, 9, 7)
PHQ: dict[int, int | None] = dict(enumerate(factory.PHQ_14, start=1))
GAD: dict[int, int | None] = dict(enumerate(factory.GAD_6, start=1))


@pytest.fixture
def patient(site: Site) -> Patient:
    return scheduling.patient(site=site, at=NOW - timedelta(days=1))


def paper(
    patient: Patient, by: StaffUser, answers: dict[int, int | None] = PHQ, **more: Any
) -> actions.PaperSaved:
    given: dict[str, Any] = {
        "instrument": "PHQ-9",
        "day": patient.site.today(NOW),
        "key": uuid4(),
        "at": NOW,
    } | more
    return actions.record_paper(patient=patient, answers=answers, by=by, **given)


def test_pro_104_the_score_carries_the_day_of_the_paper_and_who_entered_it(
    patient: Patient, nurse: StaffUser
) -> None:
    day = patient.site.today(NOW) - timedelta(days=12)
    saved = paper(patient, nurse, day=day)
    score = Score.objects.get()
    assert saved.scores == (score,)
    assert (score.value, score.band, score.date, score.minute, score.source) == (
        14,
        "moderate",
        day,
        None,
        "paper",
    )
    sitting = Sitting.objects.get()
    assert (sitting.mode, sitting.by, sitting.answered_on) == ("paper", nurse, day)
    assert saved.assessment.state == State.COMPLETED
    answered = AuditEvent.objects.filter(event="answer recorded")
    assert {event.by_id for event in answered} == {nurse.pk}


def test_pro_105_the_same_page_again_returns_what_was_saved(patient: Patient, nurse: StaffUser) -> None:
    key = uuid4()
    first, again = paper(patient, nurse, key=key), paper(patient, nurse, key=key)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.scores == first.scores
    assert (ItemResponse.objects.count(), Assessment.objects.count()) == (9, 1)


def test_pro_105_the_key_of_another_page_is_refused(patient: Patient, nurse: StaffUser) -> None:
    key = uuid4()
    paper(patient, nurse, key=key)
    with pytest.raises(actions.KeyReused):
        paper(patient, nurse, PHQ | {1: 3}, key=key)
    assert ItemResponse.objects.count() == 9


def test_pro_105_a_page_with_a_question_missing_saves_nothing(patient: Patient, nurse: StaffUser) -> None:
    answers = {number: value for number, value in PHQ.items() if number != 4}
    with pytest.raises(Refused, match="Question 4 has no answer"):
        paper(patient, nurse, answers)
    assert not Assessment.objects.exists()


def test_pro_105_a_code_that_the_form_does_not_have_saves_nothing(patient: Patient, nurse: StaffUser) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        paper(patient, nurse, PHQ | {9: 4})


def test_what_is_left_blank_gives_no_total_where_the_form_allows_none(patient: Patient, nurse: StaffUser) -> None:
    saved = paper(patient, nurse, PHQ | {3: None})
    assert saved.scores == ()
    assert saved.assessment.state == State.COMPLETED
    assert ItemResponse.objects.count() == 9


def test_pro_07_item_9_on_paper_raises_its_task_with_the_page(patient: Patient, nurse: StaffUser) -> None:
    saved = paper(patient, nurse, PHQ | {9: 2})
    task = SafetyTask.objects.get()
    assert saved.tasks == (task,)
    assert task.high
    assert paper(patient, nurse, {**PHQ, 9: 2}, key=uuid4()).tasks != saved.tasks


def test_a_live_questionnaire_that_waits_for_the_form_takes_it_in(site: Site, nurse: StaffUser) -> None:
    made = factory.sent(site=site)
    saved = paper(made.patient, nurse, instrument="GAD-7", answers=GAD)
    assert saved.assessment.pk == made.assessment.pk
    assert [score.value for score in saved.scores] == [6]
    assert made.refresh().assessment.state == State.STARTED
    assert [part.is_over for part in parts_of(made.assessment)] == [False, True]


def test_a_questionnaire_that_is_under_way_is_left_as_it_is(site: Site, nurse: StaffUser) -> None:
    made = factory.opened(site=site).answers((1, 1, 1))
    saved = paper(made.patient, nurse)
    assert saved.assessment.pk != made.assessment.pk
    assert made.refresh().assessment.state == State.STARTED
    assert made.answer("PHQ-9", 4, 1).response.value == 1


def test_pro_11_paper_filled_in_before_is_entered_on_the_day_of_an_infusion(site: Site, nurse: StaffUser) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    assert paper(chair.visit.patient, nurse, day=site.today(chair.at), at=chair.at).scores[0].value == 14


def test_a_patient_of_another_clinic_gets_no_paper(other_site: Site, nurse: StaffUser) -> None:
    stranger = scheduling.patient(site=other_site)
    with pytest.raises(Patient.DoesNotExist):
        paper(stranger, nurse)


def test_pro_103_an_adaptive_test_is_not_entered_from_paper(nurse: StaffUser, patient: Patient) -> None:
    patient.site.is_demo = True
    patient.site.save(update_fields=["is_demo"])
    with pytest.raises(Refused, match="cannot be on paper"):
        paper(patient, nurse, {1: 1}, instrument="DEMO-Fatigue-CAT", key=UUID(int=7))
