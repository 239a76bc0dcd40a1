"""The flowsheet of one infusion: every set, the struck ones too, and the due times to come. No queries."""

from dataclasses import dataclass
from datetime import datetime

from infusions.models import Flag, VitalSet
from infusions.queries.course import Course
from infusions.queries.words import cell_note, minutes_to, slot_label
from infusions.rules import due
from infusions.rules.due import Status
from infusions.rules.running import charted_late
from infusions.states import InfusionState, Rhythm
from kitclinic.models import Site


@dataclass(frozen=True)
class Row:
    """A line of the flowsheet. kind: set, was (struck through), next, soon or late (not taken yet)."""

    kind: str
    at: datetime
    label: str
    cells: tuple[tuple[str, str, bool], ...] = ()  # value, note, flagged
    findings: str = ""
    due: str = ""
    set_id: int | None = None
    by: str = ""
    rules: str = ""


def rows_of(course: Course, *, site: Site, at: datetime) -> list[Row]:
    """The flowsheet: every set that was taken, corrected ones too, then the due times to come."""
    rows = [_set_row(course, row, site) for row in course.sets]
    if course.infusion.state in (InfusionState.DISCHARGED, InfusionState.NOT_STARTED):
        return rows
    grid = course.grid(at)
    for slot in grid:
        status = due.status(grid, slot.code, at=at, filled=course.filled)
        if status is Status.DONE:
            continue
        if status is Status.MISSED:
            rows.append(Row("next", slot.due_at, slot_label(slot.code), due="not taken"))
            continue
        minutes = minutes_to(slot.due_at, at)
        words = (
            f"due in {minutes} min"
            if slot.due_at >= at
            else f"was due {minutes} min ago"
            if minutes
            else "due now"
        )
        first = slot == course.next_slot(at)
        kind = "late" if status is Status.LATE else "soon" if first else "next"
        last = ", then discharge checks" if slot == grid[-1] else ""
        rows.append(Row(kind, slot.due_at, slot_label(slot.code), due=words + last))
    return sorted(rows, key=lambda row: row.at)


def _set_row(course: Course, row: VitalSet, site: Site) -> Row:
    base, flags = course.baseline, {flag.sign: flag for flag in course.flags_of(row)}
    is_base = base is not None and (row.pk == base.pk or (row.slot == "baseline"))
    cells = []
    for label, name in (("SBP", "sbp"), ("DBP", "dbp"), ("HR", "hr"), ("SpO₂", "spo2")):
        value, flag = getattr(row, name), flags.get(name)
        note = cell_note(label, value, getattr(base, name) if base else None, is_base=is_base)
        note = note.replace(" pts", "").replace(" pt", "")
        if flag is not None:
            note = f"{flag.get_direction_display()} {flag.change}"
        cells.append(("–" if value is None else str(value), note, flag is not None))
    struck = row.pk in course.struck
    later = next((other for other in course.sets if other.corrects_id == row.pk), None)
    findings = f"Fixed {site.local(later.received_at):%H:%M}" if later else _findings(row, flags)
    return Row(
        kind="was" if struck else "set",
        at=row.occurred_at,
        label=slot_label(row.slot),
        cells=tuple(cells),
        findings=findings,
        set_id=row.pk,
        by=row.by.name,
        rules=" ".join(dict.fromkeys(flag.rule for flag in flags.values())),
    )


def _findings(row: VitalSet, flags: dict[str, Flag]) -> str:
    rhythm = str(Rhythm(row.rhythm).label) if row.rhythm else "no rhythm"
    if "rhythm" in flags:
        rhythm += " (new)"
    symptoms = ", ".join(str(VitalSet.Symptom(word).label).lower() for word in row.symptoms) or "none"
    late = ", late" if charted_late(occurred_at=row.occurred_at, received_at=row.received_at) else ""
    gaps = f", {row.not_obtained_because}" if row.not_obtained_because else ""
    return f"{rhythm}, {symptoms}{late}{gaps}"
