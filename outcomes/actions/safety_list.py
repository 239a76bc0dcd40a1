"""What the staff do about a safety task before and after it is acknowledged."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.states import move
from outcomes.actions.safety import MOST_WORDS, lock
from outcomes.models import SafetyStep, SafetyTask
from outcomes.queries.safety import holding, steps_of
from outcomes.rules.safety import FOLLOWED_UP, ONE_PERSON, taking_problems
from outcomes.states import SafetyStepKind, SafetyTaskState


@transaction.atomic
def take_safety_task(
    *, task: SafetyTask, by: StaffUser, at: datetime, instead_of: int | None = None
) -> SafetyTask:
    """Be the one who is on it, so that two people do not call at once. Its clock goes on.

    instead_of: key of the person it is taken from, as the page named them. Again by the same person: nothing.
    """
    task = lock(task, by)
    _still_waits(task)
    held = holding(steps_of(task))
    if held is not None and held.by_id == by.pk:
        return task
    said = held is not None and held.by_id == instead_of
    holder = held.by.short_name if held is not None and held.by is not None else ""
    refuse_if(taking_problems(holder, task.site.clock(held.at) if held else "", said=said))
    _step(task, SafetyStepKind.TAKEN, by=by, at=at)
    return task


@transaction.atomic
def hand_back_safety_task(*, task: SafetyTask, by: StaffUser, at: datetime) -> SafetyTask:
    """No longer be on it. Of somebody who is not on it: nothing."""
    task = lock(task, by)
    _still_waits(task)
    held = holding(steps_of(task))
    if held is not None and held.by_id == by.pk:
        _step(task, SafetyStepKind.HANDED_BACK, by=by, at=at)
    return task


@transaction.atomic
def note_not_reached(*, task: SafetyTask, words: str, by: StaffUser, at: datetime) -> SafetyTask:
    """Record a try that reached nobody. It acknowledges nothing and its clock goes on."""
    task = lock(task, by)
    _still_waits(task)
    _step(task, SafetyStepKind.TRIED, by=by, at=at, words=_fitting(words))
    return task


@transaction.atomic
def close_safety_task(*, task: SafetyTask, words: str, by: StaffUser, at: datetime) -> SafetyTask:
    """Close an acknowledged task with what the follow-up was (PRO-124)."""
    task = lock(task, by)
    words = _fitting(words)
    if not words:
        raise Refused([Blocker(FOLLOWED_UP.id, "Say what the follow-up was; nothing was recorded.", "words")])
    move(task, SafetyTaskState.CLOSED, by=by, at=at)
    _step(task, SafetyStepKind.FOLLOWED_UP, by=by, at=at, words=words)
    return task


def _still_waits(task: SafetyTask) -> None:
    if not task.is_waiting:
        who = task.acknowledged_by
        sentence = (
            f"{who.short_name if who else 'Somebody'} has acknowledged it meanwhile. Nothing is left to call."
        )
        raise Refused([Blocker(ONE_PERSON.id, sentence)])


def _fitting(words: str) -> str:
    words = words.strip()
    if len(words) > MOST_WORDS:
        sentence = f"That is {len(words)} characters; {MOST_WORDS} fit. Shorten it; nothing was recorded."
        raise Refused([Blocker(FOLLOWED_UP.id, sentence, "words")])
    return words


def _step(task: SafetyTask, kind: SafetyStepKind, *, by: StaffUser, at: datetime, words: str = "") -> None:
    SafetyStep.objects.create(site=task.site, task=task, kind=kind, words=words, by=by, at=at)
    audit.record(
        event=f"safety task: {kind.label.lower()}",
        by=by,
        at=at,
        site=task.site,
        subject=task,
        patient_id=task.patient_id,
    )
