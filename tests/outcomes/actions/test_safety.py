"""PHQ-9 item 9: raised at the answer, acknowledged by a person, escalated when nobody does."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from kitclinic.models import AuditEvent, OutboxMessage, Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions, readiness
from outcomes.models import ItemResponse, SafetyStep, SafetyTask
from outcomes.rules.safety_times import Times
from outcomes.states import AssessmentState, SafetyTaskState, SittingMode
from tests.factories import outcomes as factory
from tests.factories import suite

NOW = factory.NOW  # Monday 11:00 at the clinic, which is open 07:30 to 17:30


@pytest.mark.parametrize(("value", "high"), [(1, False), (2, True), (3, True)])
def test_pro_07_and_pro_08_item_9_above_zero_raises_a_task_at_the_answer(
    site: Site, value: int, high: bool
) -> None:
    recorded = factory.opened(site=site).answer("PHQ-9", 9, value)
    task = SafetyTask.objects.get()
    assert recorded.task == task
    assert (task.response, task.high, task.state) == (recorded.response, high, SafetyTaskState.OPEN)
    assert (task.opened_at, task.due_at) == (NOW, NOW + timedelta(minutes=30 if high else 60))
    assert task.says.startswith("PHQ-9 question 9 was answered “")
    assert AuditEvent.objects.filter(event="safety task raised", subject_id=task.pk, actor="patient").exists()


@pytest.mark.parametrize("value", [0, None])
def test_pro_07_not_at_all_and_declined_raise_none(site: Site, value: int | None) -> None:
    assert factory.opened(site=site).answer("PHQ-9", 9, value).task is None
    assert not SafetyTask.objects.exists()


def test_pro_07_other_items_raise_none(site: Site) -> None:
    factory.completed(site=site, values=(3,) * 8 + (0,) + (3,) * 7)
    assert not SafetyTask.objects.exists()


def test_pro_07_the_task_stands_when_the_questionnaire_is_abandoned(site: Site) -> None:
    task = factory.safety_task(site=site)
    actions.expire_questionnaires(at=NOW + timedelta(days=8))
    task.refresh_from_db()
    assert task.response is not None
    assert task.response.assessment.state == AssessmentState.EXPIRED
    assert task.state == SafetyTaskState.OPEN


def test_pro_09_a_changed_answer_does_not_withdraw_the_task(site: Site) -> None:
    made = factory.opened(site=site)
    made.answer("PHQ-9", 9, 2)
    made.answer("PHQ-9", 9, 0)
    task = SafetyTask.objects.get()
    assert (task.state, task.high) == (SafetyTaskState.OPEN, True)


def test_pro_09_a_higher_answer_later_raises_its_own_task(site: Site) -> None:
    made = factory.opened(site=site)
    for value in (1, 0, 3):
        made.answer("PHQ-9", 9, value)
    assert list(SafetyTask.objects.order_by("pk").values_list("high", flat=True)) == [False, True]


def test_the_staff_is_told_without_the_patients_name(site: Site) -> None:
    task = factory.safety_task(site=site, value=3)
    message = OutboxMessage.objects.get(channel="staff")
    assert message.key == f"safety-{task.pk}"
    assert message.text.startswith("High safety task")
    assert "11:30 EDT" in message.text
    assert task.patient.family_name not in message.text


def test_pro_10_outside_opening_hours_the_hour_begins_when_the_clinic_opens(site: Site) -> None:
    friday_evening = site.instant(suite.MONDAY - timedelta(days=3), 20 * 60)
    task = factory.safety_task(site=site, at=friday_evening)
    assert site.local(task.due_at).strftime("%a %H:%M") == "Mon 08:30"


def test_pro_10_a_closed_day_is_passed_over(site: Site) -> None:
    suite.open_week(site, suite.MONDAY, closed={suite.MONDAY: "Holiday"})
    task = factory.safety_task(site=site, at=site.instant(suite.MONDAY, 600))
    assert site.local(task.due_at).strftime("%a %H:%M") == "Tue 08:30"


def test_pro_10_a_task_nobody_acknowledged_is_escalated_once(site: Site) -> None:
    task = factory.safety_task(site=site)
    assert actions.escalate_overdue_safety_tasks(at=task.due_at) == 0
    late = task.due_at + timedelta(seconds=1)
    assert actions.escalate_overdue_safety_tasks(at=late) == 1
    assert actions.escalate_overdue_safety_tasks(at=late + timedelta(minutes=1)) == 0
    task.refresh_from_db()
    assert (task.state, task.escalated_at) == (SafetyTaskState.ESCALATED, late)
    assert OutboxMessage.objects.get(key=f"safety-{task.pk}-physician-on-call").to == "physician on call"


def test_pro_126_thirty_minutes_later_the_clinic_lead_is_told_and_then_nobody(site: Site) -> None:
    task = factory.safety_task(site=site)
    at = task.due_at + timedelta(seconds=1)
    actions.escalate_overdue_safety_tasks(at=at)
    assert actions.escalate_overdue_safety_tasks(at=at + timedelta(minutes=30)) == 0
    assert actions.escalate_overdue_safety_tasks(at=at + timedelta(minutes=30, seconds=1)) == 1
    assert actions.escalate_overdue_safety_tasks(at=at + timedelta(days=3)) == 0
    task.refresh_from_db()
    assert (task.escalations, task.next_escalation_at) == (2, None)
    told = SafetyStep.objects.filter(task=task, kind="told").order_by("at", "pk").values_list("to", flat=True)
    assert list(told) == ["nurse on call", "physician on call", "clinic lead"]


def test_pro_127_a_high_task_at_night_pages_the_physician_at_once(site: Site) -> None:
    night = site.instant(suite.MONDAY, 2 * 60)
    task = factory.safety_task(site=site, value=3, at=night)
    assert task.due_at == night + timedelta(minutes=30)
    told = OutboxMessage.objects.filter(channel="staff").values_list("to", flat=True)
    assert set(told) == {"nurse on call", "physician on call"}
    assert actions.escalate_overdue_safety_tasks(at=task.due_at + timedelta(seconds=1)) == 1
    assert OutboxMessage.objects.get(key=f"safety-{task.pk}-clinic-lead").to == "clinic lead"


def test_pro_127_a_clinic_that_waits_has_its_time_from_opening(site: Site, lead: StaffUser) -> None:
    actions.set_safety_times(site=site, times=Times(pages_at_night=False, high_minutes=15), by=lead, at=NOW)
    task = factory.safety_task(site=site, value=3, at=site.instant(suite.MONDAY, 26 * 60))
    assert site.local(task.due_at).strftime("%a %H:%M") == "Tue 07:45"
    assert OutboxMessage.objects.get(channel="staff").to == "nurse on call"


def test_a_message_that_cannot_be_queued_does_not_lose_the_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**message: object) -> None:
        raise OperationalError("the outbox is gone")

    monkeypatch.setattr("outcomes.actions.safety.queue_message", down)
    task = factory.safety_task(site=site)
    assert task.response is not None
    assert task.response.value == 1
    assert not SafetyStep.objects.exists()
    monkeypatch.undo()
    actions.escalate_overdue_safety_tasks(at=NOW + timedelta(minutes=1))
    assert OutboxMessage.objects.get(channel="staff").key == f"safety-{task.pk}"


def test_pro_07_task_and_answer_are_written_together_or_not_at_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = factory.opened(site=site)

    def killed(*arguments: object, **more: object) -> None:
        raise ConnectionAbortedError("the server was killed")

    monkeypatch.setattr("outcomes.actions.answering.close_parts", killed)
    with pytest.raises(ConnectionAbortedError):
        made.answer("PHQ-9", 9, 3)
    assert not ItemResponse.objects.filter(item=9).exists()
    assert not SafetyTask.objects.exists()
    assert not OutboxMessage.objects.filter(channel="staff").exists()


@pytest.mark.parametrize("mode", [SittingMode.PHONE, SittingMode.PAPER, SittingMode.TABLET])
def test_pro_07_item_9_alerts_however_it_was_answered(site: Site, nurse: StaffUser, mode: SittingMode) -> None:
    made = factory.sent(site=site)
    by = nurse if mode is not SittingMode.TABLET else None
    sitting = actions.begin_sitting(assessment=made.assessment, mode=mode, by=by, at=NOW)
    made.refresh()
    recorded = made.answer("PHQ-9", 9, 1, sitting=sitting)
    assert recorded.task is not None
    raised = AuditEvent.objects.get(event="safety task raised")
    assert raised.actor == (nurse.name if by else "patient")


def test_acknowledging_records_who_when_and_what_was_done(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    done = actions.acknowledge_safety_task(task=task, action=" Called, safe at home. ", by=nurse, at=NOW)
    assert (done.state, done.acknowledged_by, done.action) == ("acknowledged", nurse, "Called, safe at home.")
    assert AuditEvent.objects.filter(event="safety task acknowledged", by=nurse).count() == 1
    late = task.due_at + timedelta(hours=1)
    assert actions.escalate_overdue_safety_tasks(at=late) == 0


def test_an_escalated_task_can_be_acknowledged(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    actions.escalate_overdue_safety_tasks(at=task.due_at + timedelta(hours=1))
    done = actions.acknowledge_safety_task(task=task, action="Spoken with.", by=nurse, at=NOW)
    assert done.state == SafetyTaskState.ACKNOWLEDGED


def test_without_words_nothing_is_acknowledged(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    with pytest.raises(Refused, match="Say what was done"):
        actions.acknowledge_safety_task(task=task, action="  ", by=nurse, at=NOW)


def test_the_same_acknowledgement_twice_changes_nothing_and_another_is_refused(
    site: Site, nurse: StaffUser, physician: StaffUser
) -> None:
    task = factory.safety_task(site=site)
    for _ in "12":
        actions.acknowledge_safety_task(task=task, action="Called.", by=nurse, at=NOW)
    assert AuditEvent.objects.filter(event="safety task acknowledged").count() == 1
    with pytest.raises(Refused, match="acknowledged"):
        actions.acknowledge_safety_task(task=task, action="Me too.", by=physician, at=NOW)


def test_pro_18_a_waiting_task_blocks_the_start_until_it_is_acknowledged(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    assert [problem.rule for problem in readiness.problems(task.patient, NOW)] == ["PRO-18"]
    actions.acknowledge_safety_task(task=task, action="Called.", by=nurse, at=NOW)
    assert readiness.problems(task.patient, NOW) == []
