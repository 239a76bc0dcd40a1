"""What a physician signs about an event: the chart's facts, then the judgement, in plain text."""

from collections.abc import Iterable
from dataclasses import dataclass

from infusions.rules.adverse_events import Judgement
from infusions.states import AdverseEventKind, Grade, Recovery, Relatedness


@dataclass(frozen=True, slots=True)
class EventText:
    """What the chart says. counts: whether it is an adverse event; because: why; facts: one a line."""

    clinic: str
    patient: str
    infusion: str
    counts: bool
    because: str
    facts: str


def facts_text(lines: Iterable[str]) -> str:
    return "\n".join(" ".join(line.split()) for line in lines)


def review_text(chart: EventText, said: Judgement, *, replaces: str = "") -> str:
    """Return the whole text of a review. replaces: signer and time of the one before, "" for the first."""
    counts = "yes" if chart.counts else "no, looked at as a draft"
    before = f"It replaces the review by {replaces}.\n" if replaces else ""
    return (
        f"{chart.clinic}\nReview of an event during a ketamine infusion\n"
        f"Patient: {chart.patient}\nInfusion: {chart.infusion}\n"
        f"Adverse event, computed from the chart: {counts}\nBecause: {chart.because}\n{before}"
        f"\nThe chart\n{chart.facts}\n"
        f"\nThe review\nKind: {AdverseEventKind(said.category).label}\nGrade: {Grade(said.grade).label}\n"
        f"Caused by ketamine: {Relatedness(said.relatedness).label}\nRecovery: {Recovery(said.recovery).label}\n"
        f"Course stopped: {'yes' if said.course_stopped else 'no'}\n"
        f"What happened: {said.narrative.strip()}\n"
    )
