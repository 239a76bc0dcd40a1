"""What counts as an adverse event: computed, never ticked. What a physician says of one.

Flags and side effects are recorded and reported on their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from infusions.states import (
    AdverseEventKind,
    Grade,
    Recovery,
    Relatedness,
    Rhythm,
    Severity,
    SideEffect,
    StopReason,
)
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

AEV_01 = Rule(
    "AEV-01",
    "An adverse event is an event for which the infusion was stopped or an emergency team came; "
    "a flag alone or a side effect alone is none.",
    source="Tankha 2025",
)

EVENT_REASONS = frozenset({StopReason.MEDICAL_EVENT, StopReason.SIDE_EFFECT})  # AEV-02
AEV_02 = Rule(
    "AEV-02",
    "A stop for a medical event or for a side effect is a stop for an event; the patient's choice, "
    "the line, the pump, or a pause that was resumed is not.",
    source="clinic default",
)
AEV_03 = Rule(
    "AEV-03",
    "A side effect for which the infusion was stopped is an adverse event and stays a side effect: the last one "
    "recorded up to the stop is linked with it, or the first one after.",
    source="clinic default",
)
NEW_RHYTHMS = frozenset({Rhythm.BRADYCARDIA, Rhythm.TACHYCARDIA, Rhythm.ATRIAL_FIBRILLATION})  # AEV-04
AEV_04 = Rule(
    "AEV-04",
    "New-onset bradycardia, tachycardia or atrial fibrillation opens a draft for a physician to look at; "
    "it is no adverse event by itself.",
    source="clinic default",
)
AEV_05 = Rule(
    "AEV-05",
    "A physician's review says the kind, the grade from 1 to 5, relatedness, recovery, whether the course was "
    "stopped, and what happened; grade 5 and death go together.",
    source="CTCAE 5.0 grades; WHO-UMC causality; that all are asked is a clinic default",
)
CALLED_OUT_AFTER = timedelta(hours=24)  # AEV-06: twenty-four hours to the second are not yet over
AEV_06 = Rule(
    "AEV-06",
    "What nobody has reviewed for more than 24 h is called out to physicians and to the clinic lead.",
    source="clinic default",
)
AEV_07 = Rule(
    "AEV-07",
    "A fact recorded after a review opens the event for review again.",
    source="clinic default",
)
AEV_09 = Rule(
    "AEV-09",
    "A review is signed by a physician of the clinic under their own password; a later one replaces it, and the "
    "earlier stays.",
    source="clinic default",
)
AEV_10 = Rule(
    "AEV-10",
    "The reason of a stop that was said once is changed only with words saying why, and no more after a review; "
    "the reason said first stays in the history.",
    source="clinic default",
)
AEV_11 = Rule(
    "AEV-11",
    "Side effects are counted once an infusion and kind, at the worst severity; they are never added to adverse "
    "events.",
    source="Tankha 2025",
)
# What is tapped with a set of vital signs, as the side effect it is counted under.
TAPPED = {
    "nausea": SideEffect.NAUSEA,
    "dizzy": SideEffect.DIZZINESS,
    "headache": SideEffect.HEADACHE,
    "dissociated": SideEffect.PERCEPTION,
    "vision": SideEffect.PERCEPTION,
    "anxious": SideEffect.OTHER,
    "other": SideEffect.OTHER,
}
_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a physician says of one event; values as typed."""

    category: str
    grade: int
    relatedness: str
    recovery: str
    course_stopped: bool | None
    narrative: str


def stopped_for_event(reason: StopReason | None) -> bool:
    """Return whether a stop was for an event. reason: None when nothing was stopped."""
    return reason in EVENT_REASONS


def is_adverse_event(*, stopped_for_event: bool, emergency_team: bool) -> bool:
    """Return whether what happened is an adverse event (AEV-01)."""
    return stopped_for_event or emergency_team


def linked(effects: Iterable[tuple[int, datetime]], *, reason: str, stopped_at: datetime | None) -> int | None:
    """Return the side effect that made the infusion stop, or None (AEV-03). effects: ids and when."""
    found = sorted(effects, key=lambda one: (one[1], one[0]))
    if reason != StopReason.SIDE_EFFECT or stopped_at is None or not found:
        return None
    before = [pk for pk, when in found if when <= stopped_at]
    return before[-1] if before else found[0][0]


def is_called_out(*, happened_at: datetime, at: datetime) -> bool:
    """Return whether what waits for review has waited too long (AEV-06)."""
    return at - happened_at > CALLED_OUT_AFTER


def worst(severities: Iterable[str]) -> str:
    """Return the worst of some severities, "" when nobody graded it (AEV-11)."""
    graded = [one for one in severities if one in Severity.values]
    return max(graded, key=lambda one: _SEVERITIES.index(Severity(one)), default="")


def judge_problems(said: Judgement, *, to_judge: bool, may: bool) -> list[Problem]:
    """Return what keeps this review from being signed (AEV-05, AEV-09)."""
    problems: list[Problem] = []
    if not may:
        problems.append(Blocker(AEV_09.id, "Only a physician judges an event. Ask one to review it here."))
    if not to_judge:
        sentence = "Nothing on this chart is an adverse event or a draft of one. There is nothing to judge."
        problems.append(Blocker(AEV_05.id, sentence))
    asked: Mapping[str, tuple[bool, str]] = {
        "category": (said.category in AdverseEventKind.values, "Choose what it was."),
        "grade": (said.grade in Grade.values, "Choose the grade."),
        "relatedness": (said.relatedness in Relatedness.values, "Choose whether ketamine caused it."),
        "recovery": (said.recovery in Recovery.values, "Choose how the patient came out of it."),
        "course_stopped": (said.course_stopped is not None, "Say whether the course is stopped."),
        "narrative": (bool(said.narrative.strip()), "Write down what happened."),
    }
    problems += [Blocker(AEV_05.id, words, field) for field, (given, words) in asked.items() if not given]
    if (said.grade == Grade.FATAL) != (said.recovery == Recovery.FATAL):
        problems.append(Blocker(AEV_05.id, "Grade 5 and “Died” go together. Correct one of them.", "grade"))
    return problems


def reason_problems(*, was: str, now: str, note: str, reviewed: bool) -> list[Problem]:
    """Return why the reason of a stop cannot become another one (AEV-10). was: "" while nobody said one."""
    if not was or was == now:
        return []
    if reviewed:
        sentence = "A physician has reviewed this event. Ask for a new review; the reason stays as it was said."
        return [Blocker(AEV_10.id, sentence)]
    if not note.strip():
        return [Blocker(AEV_10.id, "Another reason is on the chart. Say in the note why it changes.", "note")]
    return []
