"""The flowsheet of one infusion: every set, the struck ones too, and the due times to come. No queries."""

from dataclasses import dataclass
from datetime import datetime

from infusions.models import Flag, VitalSet
from infusions.queries.course import Course, reading_of
from infusions.queries.words import cell_note, flag_words, minutes_to, slot_label
from infusions.rules import due
from infusions.rules.due import Status, Timeliness
from infusions.rules.running import charted_late
from infusions.states import InfusionState, Rhythm, Sedation, Sign
from kitclinic.models import Site

SIGNS = (Sign.SBP, Sign.DBP, Sign.MAP, Sign.HR, Sign.SPO2)
HEADS = ("SBP", "DBP", "MAP", "HR", "SpO₂")  # what the cells of a row are


@dataclass(frozen=True)
class Row:
    """A line of the flowsheet. kind: set, was (struck through), missed (never taken), next, soon or late.

    cells: of ``HEADS``; timing: "on time", "7 min late", or "" of a set that fills no due time; more: what else
    was charted of the set, in words; withdrawn: flags that a corrected baseline took back.
    """

    kind: str
    at: datetime
    label: str
    cells: tuple[tuple[str, str, bool], ...] = ()  # value, note, flagged
    findings: str = ""
    due: str = ""
    set_id: int | None = None
    by: str = ""
    rules: str = ""
    timing: str = ""
    more: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


def rows_of(course: Course, *, site: Site, at: datetime) -> list[Row]:
    """The flowsheet: every set that was taken, corrected ones too, what was missed, then the due times to come."""
    grid = course.grid(at)
    rows = [_set_row(course, row, site, grid) for row in course.sets]
    over = course.infusion.state == InfusionState.DISCHARGED
    for slot in grid:
        status = due.status(grid, slot.code, at=at, filled=course.filled)
        if status is Status.DONE:
            continue
        if over or status is Status.MISSED:
            words = "Missed at the end of the infusion" if slot.code == due.END else "Missed"
            rows.append(Row("missed", slot.due_at, slot_label(slot.code), due=f"{words}, no set was taken"))
            continue
        first = slot == course.next_slot(at)
        kind = "late" if status is Status.LATE else "soon" if first else "next"
        last = ", then discharge checks" if slot == grid[-1] else ""
        rows.append(Row(kind, slot.due_at, slot_label(slot.code), due=_due_words(slot, status, at) + last))
    return sorted(rows, key=lambda row: row.at)


def _due_words(slot: due.Slot, status: Status, at: datetime) -> str:
    minutes = minutes_to(slot.due_at, at)
    if slot.due_at >= at:
        return f"due soon, in {minutes} min" if status is Status.DUE_SOON else f"due in {minutes} min"
    if status is Status.LATE:
        return f"late, was due {minutes} min ago"
    return f"was due {minutes} min ago" if minutes else "due now"


def _set_row(course: Course, row: VitalSet, site: Site, grid: tuple[due.Slot, ...]) -> Row:
    base, flags = course.baseline, {flag.sign: flag for flag in course.flags_of(row)}
    is_base = base is not None and (row.pk == base.pk or (row.slot == "baseline"))
    cells = [_cell(sign, row, base, flags.get(sign), is_base=is_base) for sign in SIGNS]
    struck = row.pk in course.struck
    later = next((other for other in course.sets if other.corrects_id == row.pk), None)
    findings = f"Fixed {site.clock(later.received_at)}" if later else _findings(row, flags)
    return Row(
        kind="was" if struck else "set",
        at=row.occurred_at,
        label=slot_label(row.slot),
        cells=tuple(cells),
        findings=findings,
        set_id=row.pk,
        by=row.by.name,
        rules=" ".join(dict.fromkeys(flag.rule for flag in flags.values())),
        timing="" if struck else timing(row, grid),
        more=_more(course, row, later),
        withdrawn=tuple(
            f"{flag_words(flag)}, withdrawn {site.clock(flag.withdrawal.at)}" for flag in course.withdrawn_of(row)
        ),
    )


def _cell(
    sign: Sign, row: VitalSet, base: VitalSet | None, flag: Flag | None, *, is_base: bool
) -> tuple[str, str, bool]:
    reading, start = reading_of(row), reading_of(base) if base else None
    if sign is Sign.MAP:
        value = reading.map
        note = ""
    else:
        value = reading.number(sign)
        note = cell_note(str(sign.label), value, start.number(sign) if start else None, is_base=is_base)
        note = note.replace(" pts", "").replace(" pt", "")
    if flag is not None:
        note = f"{flag.get_direction_display()} {flag.change}"
    return ("–" if value is None else str(value), note, flag is not None)


def timing(row: VitalSet, grid: tuple[due.Slot, ...]) -> str:
    """Whether the set that fills a due time was in time: "on time", "4 min after", "7 min late"."""
    slot = next((slot for slot in grid if slot.code == row.slot), None)
    if slot is None:
        return ""
    word = due.timeliness(due_at=slot.due_at, taken_at=row.occurred_at)
    minutes = minutes_to(slot.due_at, row.occurred_at)
    if word is Timeliness.ON_TIME:
        return "on time"
    return (
        f"{minutes} min {'early' if word is Timeliness.EARLY else 'late' if word is Timeliness.LATE else 'after'}"
    )


def _findings(row: VitalSet, flags: dict[str, Flag]) -> str:
    rhythm = str(Rhythm(row.rhythm).label) if row.rhythm else "no rhythm"
    if "rhythm" in flags:
        rhythm += " (new)"
    symptoms = ", ".join(str(VitalSet.Symptom(word).label).lower() for word in row.symptoms) or "none"
    return f"{rhythm}, {symptoms}"


def _more(course: Course, row: VitalSet, later: VitalSet | None) -> tuple[str, ...]:
    """What has no column: optional signs, what could not be obtained, who else took the set, why it was fixed."""
    said = [
        f"RR {row.rr}" if row.rr is not None else "",
        f"pain {row.pain}/10" if row.pain is not None else "",
        str(Sedation(row.sedation).label).lower() if row.sedation else "",
        f"not obtained: {row.not_obtained_because}" if row.not_obtained_because else "",
    ]
    if charted_late(occurred_at=row.occurred_at, received_at=row.received_at):
        said.append(f"charted {minutes_to(row.occurred_at, row.received_at)} min later")
    beside = course.also_taken.get(row.pk)
    if beside is not None:
        said.append(f"also taken: by {row.by.name}, beside {slot_label(beside.slot)} by {beside.by.name}")
    if later is not None:
        said.append(f"fixed by {later.by.name}: {later.correction_reason}")
    return tuple(word for word in said if word)
