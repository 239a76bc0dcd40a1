"""One person on a safety task at a time; a try is no acknowledgement; the follow-up closes it."""

from datetime import timedelta

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import SafetyStep
from outcomes.queries.safety import holding, steps_of
from tests.factories import outcomes as factory

NOW = factory.NOW
LATER = NOW + timedelta(minutes=5)


def test_pro_123_somebody_is_on_it_by_name(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    actions.take_safety_task(task=task, by=nurse, at=LATER)
    held = holding(steps_of(task))
    assert held is not None
    assert (held.by, held.at) == (nurse, LATER)
    assert AuditEvent.objects.filter(event="safety task: taken", by=nurse).count() == 1


def test_pro_123_taking_it_twice_is_one_step(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    for _ in "12":
        actions.take_safety_task(task=task, by=nurse, at=LATER)
    assert SafetyStep.objects.filter(kind="taken").count() == 1


def test_pro_123_a_second_person_is_told_who_is_on_it(site: Site, nurse: StaffUser, physician: StaffUser) -> None:
    task = factory.safety_task(site=site)
    actions.take_safety_task(task=task, by=nurse, at=LATER)
    with pytest.raises(Refused, match=f"{nurse.short_name} is on it since 11:05"):
        actions.take_safety_task(task=task, by=physician, at=LATER)
    actions.take_safety_task(task=task, by=physician, at=LATER, instead_of=nurse.pk)
    held = holding(steps_of(task))
    assert held is not None
    assert held.by == physician


def test_pro_123_taking_it_over_from_somebody_who_handed_it_on_meanwhile_is_refused(
    site: Site, nurse: StaffUser, physician: StaffUser, psychologist: StaffUser
) -> None:
    task = factory.safety_task(site=site)
    actions.take_safety_task(task=task, by=nurse, at=LATER)
    actions.take_safety_task(task=task, by=physician, at=LATER, instead_of=nurse.pk)
    with pytest.raises(Refused, match=physician.short_name):
        actions.take_safety_task(task=task, by=psychologist, at=LATER, instead_of=nurse.pk)


def test_handing_back_frees_it_and_of_somebody_else_does_nothing(
    site: Site, nurse: StaffUser, physician: StaffUser
) -> None:
    task = factory.safety_task(site=site)
    actions.take_safety_task(task=task, by=nurse, at=LATER)
    actions.hand_back_safety_task(task=task, by=physician, at=LATER)
    assert holding(steps_of(task)) is not None
    actions.hand_back_safety_task(task=task, by=nurse, at=LATER)
    assert holding(steps_of(task)) is None


def test_pro_123_being_on_it_or_trying_does_not_stop_the_clock(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    actions.take_safety_task(task=task, by=nurse, at=LATER)
    actions.note_not_reached(task=task, words="Voicemail.", by=nurse, at=LATER)
    assert actions.escalate_overdue_safety_tasks(at=task.due_at + timedelta(seconds=1)) == 1


def test_after_somebody_acknowledged_it_nobody_takes_it(
    site: Site, nurse: StaffUser, physician: StaffUser
) -> None:
    task = factory.safety_task(site=site)
    actions.acknowledge_safety_task(task=task, action="Called.", by=physician, at=LATER)
    for act in (actions.take_safety_task, actions.hand_back_safety_task):
        with pytest.raises(Refused, match="has acknowledged it meanwhile"):
            act(task=task, by=nurse, at=LATER)
    with pytest.raises(Refused, match="has acknowledged it meanwhile"):
        actions.note_not_reached(task=task, words="", by=nurse, at=LATER)


def test_pro_124_it_is_closed_after_the_acknowledgement_in_words(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    with pytest.raises(Refused, match="cannot become closed"):
        actions.close_safety_task(task=task, words="Seen.", by=nurse, at=LATER)
    actions.acknowledge_safety_task(task=task, action="Called.", by=nurse, at=LATER)
    with pytest.raises(Refused, match="Say what the follow-up was"):
        actions.close_safety_task(task=task, words=" ", by=nurse, at=LATER)
    closed = actions.close_safety_task(task=task, words="Sees her psychologist on Friday.", by=nurse, at=LATER)
    assert closed.state == "closed"
    assert steps_of(task)[-1].words == "Sees her psychologist on Friday."
    with pytest.raises(Refused, match="cannot become closed"):
        actions.close_safety_task(task=task, words="Again.", by=nurse, at=LATER)


def test_five_hundred_characters_fit_and_one_more_does_not(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    with pytest.raises(Refused, match="501 characters; 500 fit"):
        actions.acknowledge_safety_task(task=task, action="x" * 501, by=nurse, at=LATER)
    done = actions.acknowledge_safety_task(task=task, action="x" * 500, by=nurse, at=LATER)
    assert len(done.action) == 500
