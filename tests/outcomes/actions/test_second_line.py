"""Second-line tasks: raised by a score, looked at in a day, in nobody's way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.problems import Notice
from outcomes import actions, readiness
from outcomes.actions.second_line import compare_with_before
from outcomes.models import SafetyTask, Score
from scheduling.models import Patient
from tests.factories import outcomes as factory
from tests.factories import scheduling

NOW = factory.NOW
TODAY = NOW.date()


@pytest.fixture
def patient(site: Site) -> Patient:
    return scheduling.patient(site=site, at=NOW - timedelta(days=1))


def score(patient: Patient, value: str, *, days_ago: int = 0, measure: str = "PHQ-9", **more: Any) -> Score:
    """A score that was recorded now, of so many days ago, compared as every score is."""
    given: dict[str, Any] = {"source": "browser"} | more
    made = Score.objects.create(
        site=patient.site,
        patient=patient,
        measure=measure,
        value=Decimal(value),
        date=given.pop("date", TODAY - timedelta(days=days_ago)),
        recorded_at=NOW,
        **given,
    )
    compare_with_before(score=made, at=NOW)
    return made


def tasks() -> list[tuple[str, Score | None]]:
    return [(task.kind, task.score) for task in SafetyTask.objects.select_related("score").order_by("pk")]


def test_pro_128_five_points_more_raise_one_task_and_four_do_not(patient: Patient) -> None:
    score(patient, "10", days_ago=30)
    score(patient, "14", days_ago=20)
    assert tasks() == []
    risen = score(patient, "19")
    assert tasks() == [("rise", risen)]


def test_pro_129_ten_points_worse_and_not_9_9(patient: Patient) -> None:
    score(patient, "45.6", days_ago=30, measure="PROMIS Physical Function")
    score(patient, "35.7", days_ago=29, measure="PROMIS Physical Function")
    assert tasks() == []
    fallen = score(patient, "25.7", measure="PROMIS Physical Function")
    assert tasks() == [("worsening", fallen)]


def test_pro_129_a_demonstration_score_alerts_at_a_demonstration_clinic(site: Site, patient: Patient) -> None:
    demo: dict[str, Any] = {"measure": "Demo fatigue", "is_demo": True}
    score(patient, "40.0", days_ago=9, **demo)
    score(patient, "60.0", days_ago=8, **demo)
    assert tasks() == []
    site.is_demo = True
    site.save(update_fields=["is_demo"])
    patient = Patient.objects.select_related("site").get(pk=patient.pk)
    score(patient, "75.0", **demo)
    assert len(tasks()) == 1


def test_pro_131_dates_count_and_not_when_a_score_was_entered(patient: Patient) -> None:
    last = score(patient, "18", days_ago=2)
    assert tasks() == []
    score(patient, "11", days_ago=60)
    assert tasks() == [("rise", last)]
    score(patient, "17", days_ago=30)  # between them, old news by now
    assert len(tasks()) == 2
    score(patient, "16", days_ago=10)  # nearer: nothing is withdrawn and nothing raised twice
    assert len(tasks()) == 2


def test_pro_131_a_score_of_401_days_before_is_not_compared(patient: Patient) -> None:
    score(patient, "2", days_ago=401)
    score(patient, "20")
    assert tasks() == []
    score(patient, "2", days_ago=400)
    assert len(tasks()) == 1


def test_pro_132_one_score_raises_one_task_however_often_it_is_compared(patient: Patient) -> None:
    score(patient, "3", days_ago=30)
    risen = score(patient, "9")
    again = compare_with_before(score=risen, at=NOW)
    assert again is not None
    assert again.score == risen
    assert len(tasks()) == 1


def test_pro_132_a_corrected_score_does_not_count_and_raises_no_second_task(
    patient: Patient, nurse: StaffUser
) -> None:
    more: dict[str, Any] = {"source": "elsewhere", "origin": "Letter", "entered_by": nurse}
    score(patient, "3", days_ago=30)
    wrong = score(patient, "13", **more)
    assert tasks() == [("rise", wrong)]
    score(patient, "12", corrects=wrong, reason="Typed wrongly.", **more)
    assert tasks() == [("rise", wrong)]


def test_pro_132_a_correction_that_shows_the_rise_raises_its_task(patient: Patient, nurse: StaffUser) -> None:
    more: dict[str, Any] = {"source": "elsewhere", "origin": "Letter", "entered_by": nurse}
    score(patient, "3", days_ago=30)
    wrong = score(patient, "3", **more)
    right = score(patient, "13", corrects=wrong, reason="Typed wrongly.", **more)
    assert tasks() == [("rise", right)]


def test_pro_132_old_scores_typed_in_raise_nothing(patient: Patient) -> None:
    score(patient, "3", days_ago=90)
    score(patient, "20", days_ago=32)
    assert tasks() == []


def test_another_patients_and_another_measures_scores_are_not_compared(site: Site, patient: Patient) -> None:
    other = scheduling.patient(site=site, at=NOW - timedelta(days=1))
    score(other, "1", days_ago=30)
    score(patient, "1", days_ago=30, measure="GAD-7")
    score(patient, "20")
    assert tasks() == []


def test_pro_130_nobody_is_paged_and_after_ten_opening_hours_the_physician_is_told_once(
    site: Site, patient: Patient
) -> None:
    score(patient, "3", days_ago=30)
    score(patient, "9")
    task = SafetyTask.objects.get()
    assert not OutboxMessage.objects.exists()
    assert site.local(task.due_at).strftime("%a %H:%M") == "Tue 11:00"
    actions.escalate_overdue_safety_tasks(at=task.due_at + timedelta(seconds=1))
    actions.escalate_overdue_safety_tasks(at=task.due_at + timedelta(days=9))
    assert [message.to for message in OutboxMessage.objects.all()] == ["physician on call"]


def test_pro_133_a_risen_score_is_said_before_a_start_and_does_not_stop_it(patient: Patient) -> None:
    score(patient, "3", days_ago=30)
    score(patient, "9")
    (problem,) = readiness.problems(patient, NOW)
    assert isinstance(problem, Notice)
    assert problem.rule == "PRO-133"


def test_a_finished_questionnaire_is_compared(site: Site) -> None:
    first = factory.completed(
        site=site, instruments=("PHQ-9",), values=(1,) * 8 + (0,), at=NOW - timedelta(days=3)
    )
    again = factory.sent(site=site, patient=first.patient, instruments=("PHQ-9",), at=NOW).open()
    again.answers((2,) * 5 + (1,) * 3 + (0,))
    task = SafetyTask.objects.get()
    assert (task.kind, task.says) == ("rise", f"PHQ-9 rose by 5, from 8 on {day(site)} to 13.")


def day(site: Site) -> str:
    then: date = site.today(NOW - timedelta(days=3))
    return f"{then.day} {then:%b %Y}"
