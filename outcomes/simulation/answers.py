"""Simulated patients answer their questionnaires, and somebody looks at what worries."""

from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from outcomes.actions import (
    acknowledge_safety_task,
    close_safety_task,
    open_questionnaire,
    record_answer,
    send_questionnaire,
    take_safety_task,
)
from outcomes.models import SafetyTask
from outcomes.rules.instruments import instruments
from outcomes.states import SafetyTaskState
from scheduling.models import Patient

ASKED = ("PHQ-9", "GAD-7")
# Mean and SD of the totals before treatment: the paper's Table 1 (Tankha 2025).
BASELINE = {"PHQ-9": (11.7, 6.8), "GAD-7": (13.3, 5.3)}
# Mean and SD of the change to each follow-up: the paper's Table 3.
CHANGE = {
    "baseline": {"PHQ-9": (0.0, 0.0), "GAD-7": (0.0, 0.0)},
    "last": {"PHQ-9": (-1.3, 4.8), "GAD-7": (-1.04, 4.4)},
    "3m": {"PHQ-9": (-1.04, 5.3), "GAD-7": (-1.01, 4.3)},
    "6m": {"PHQ-9": (-0.87, 4.9), "GAD-7": (-0.14, 5.2)},
}


def answer_all(
    patient: Patient,
    *,
    occasion: str,
    sent_at: datetime,
    by: StaffUser,
    most: int | None = None,
    worries: bool = False,
    after: timedelta | None = None,
) -> int:
    """Send the link, and answer up to ``most`` items; return how many were answered.

    after: how long after the link; None for some hours. worries: item 9 is answered above zero.
    """
    random = Random(f"{patient.site_id}:{patient.pk}:{occasion}")
    try:
        _, token = send_questionnaire(patient=patient, instruments=ASKED, occasion=occasion, by=by, at=sent_at)
    except Refused:
        return 0
    at = sent_at + (after or timedelta(minutes=random.randrange(20, 600)))
    born = patient.birth_date
    opening = open_questionnaire(token=token, birth_year=born.year if born else None, at=at)
    if opening.assessment is None:
        return 0
    given = 0
    for name in ASKED:
        values = item_values(random, name, wanted_total(patient, name, occasion))
        if worries and name == "PHQ-9":
            values[-1] = 1
        for number, value in enumerate(values, start=1):
            if most is not None and given >= most:
                return given
            at += timedelta(seconds=random.randrange(4, 19))
            key = uuid5(NAMESPACE_URL, f"{patient.site_id}:{patient.pk}:{occasion}:{sent_at}:{name}:{number}")
            record_answer(assessment=opening.assessment, instrument=name, item=number, value=value, key=key, at=at)
            given += 1
    return given


def wanted_total(patient: Patient, name: str, occasion: str) -> int:
    """The total this patient is meant to reach: a baseline of their own, moved by the follow-up's change."""
    own = Random(f"{patient.site_id}:{patient.pk}:{name}")
    mean, sd = BASELINE[name]
    change_mean, change_sd = CHANGE[occasion][name]
    moved = Random(f"{patient.site_id}:{patient.pk}:{name}:{occasion}").gauss(change_mean, change_sd)
    most = instruments()[name].maximum
    return round(min(most, max(0, own.gauss(mean, sd) + moved)))


def item_values(random: Random, name: str, total: int) -> list[int]:
    """Answers from 0 to 3 that add up to ``total``; thoughts of death (PHQ-9 item 9) come last."""
    items = len(instruments()[name].items)
    values = [0] * items
    order = list(range(items - 1 if name == "PHQ-9" else items))
    while sum(values) < total:
        open_items = [item for item in order if values[item] < 3]
        if not open_items:
            order = list(range(items))
            continue
        values[random.choice(open_items)] += 1
    if name == "PHQ-9" and total >= 14 and values[-1] == 0 and random.random() < 0.18:
        donor = max(range(items - 1), key=lambda item: values[item])
        values[donor], values[-1] = values[donor] - 1, values[-1] + 1
    return values


SPOKEN = "Called the patient; safe at home, plan reviewed, appointment with psychology made."
LOOKED = "Compared both scores and called the patient; the next appointment was moved forward."
FOLLOW_UP_AFTER = timedelta(days=1)


def look_at_safety_tasks(*, by: StaffUser, site_id: int, at: datetime, older_than: timedelta) -> int:
    """Acknowledge the tasks older than this, each some minutes after it was opened; close those of days before."""
    waiting = SafetyTask.objects.filter(
        site_id=site_id, acknowledged_at__isnull=True, opened_at__lt=at - older_than
    ).order_by("opened_at")
    for task in waiting:
        minutes = Random(f"{task.pk}").randrange(8, 40)
        take_safety_task(task=task, by=by, at=min(at, task.opened_at + timedelta(minutes=minutes - 5)))
        acknowledge_safety_task(
            task=task,
            action=SPOKEN if task.is_first_line else LOOKED,
            by=by,
            at=min(at, task.opened_at + timedelta(minutes=minutes)),
        )
    done = SafetyTask.objects.filter(site_id=site_id, state=SafetyTaskState.ACKNOWLEDGED)
    for task in done.filter(acknowledged_at__lt=at - FOLLOW_UP_AFTER).order_by("pk"):
        close_safety_task(task=task, words="Seen at the appointment; no thoughts of that kind now.", by=by, at=at)
    return len(waiting)
