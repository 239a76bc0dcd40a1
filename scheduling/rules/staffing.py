"""Who is really on the floor and on site, and the cover a day needs when somebody is not.

Cover is worked out minute by minute from a day as it is: what is booked or seated against who is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import (
    HORIZON,
    PATIENTS_PER_NURSE,
    STARTS_PER_NURSE,
    DayPlan,
    Span,
    clock,
    on_floor,
)
from scheduling.states import CoverKind

SCH_30 = Rule(
    "SCH-30",
    "On the floor is a nurse trained for ketamine, on shift, not on a break and not called out.",
    source="Tankha 2025 (trained nurses); breaks and call-outs: clinic default",
)
SCH_32 = Rule(
    "SCH-32",
    "A call-out is a fact and never refused; with it opens the cover that booked and seated patients need.",
    source="clinic default",
)
SCH_33 = Rule(
    "SCH-33",
    "Cover counts for what is booked or seated, never for a new booking or a new start.",
    source="clinic default",
)
SCH_34 = Rule(
    "SCH-34",
    "One named person takes cover: a trained nurse or a prescriber in place of a nurse, a prescriber in place "
    "of a provider, and nobody who is counted at that time already.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's time on the roster. breaks: of a nurse's shift; counts: trained for ketamine, or a provider."""

    key: int
    person: int
    span: Span
    breaks: tuple[Span, ...] = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works on one day. out: call-outs that stand, with the person; cover: open rows, kind and span."""

    shifts: tuple[Entry, ...] = ()
    presences: tuple[Entry, ...] = ()
    out: tuple[tuple[int, Span], ...] = ()
    cover: tuple[tuple[str, Span], ...] = ()

    @property
    def nurses(self) -> tuple[Span, ...]:
        """Spans on the floor, one or more a nurse."""
        return tuple(span for entry in self.shifts if entry.counts for span in self.there(entry))

    @property
    def provider(self) -> tuple[Span, ...]:
        return tuple(span for entry in self.presences for span in self.there(entry))

    def there(self, entry: Entry) -> tuple[Span, ...]:
        """Return this entry without its breaks and this person's call-outs."""
        away = [span for person, span in self.out if person == entry.person]
        return on_floor(entry.span, (*entry.breaks, *away))

    def of(self, person: int) -> tuple[Entry, ...]:
        return tuple(entry for entry in (*self.shifts, *self.presences) if entry.person == person)

    def without(self, key: int) -> "Roster":
        """Return the roster without this shift."""
        return replace(self, shifts=tuple(entry for entry in self.shifts if entry.key != key))

    def without_presence(self, key: int) -> "Roster":
        return replace(self, presences=tuple(entry for entry in self.presences if entry.key != key))

    def without_person(self, person: int) -> "Roster":
        return replace(
            self,
            shifts=tuple(entry for entry in self.shifts if entry.person != person),
            presences=tuple(entry for entry in self.presences if entry.person != person),
        )

    def with_breaks(self, key: int, breaks: tuple[Span, ...]) -> "Roster":
        changed = (replace(one, breaks=breaks) if one.key == key else one for one in self.shifts)
        return replace(self, shifts=tuple(changed))

    def with_out(self, person: int, span: Span) -> "Roster":
        return replace(self, out=(*self.out, (person, span)))


def rostered(day: DayPlan, roster: Roster) -> DayPlan:
    """Return the day with this roster in place of its own."""
    return replace(
        day,
        nurses=roster.nurses,
        provider=roster.provider,
        nurse_cover=tuple(span for kind, span in roster.cover if kind == CoverKind.NURSE),
        provider_cover=tuple(span for kind, span in roster.cover if kind == CoverKind.PROVIDER),
    )


def cover_needed(day: DayPlan) -> dict[CoverKind, tuple[Span, ...]]:
    """Return the spans that the day lacks, one a missing person, as if no cover were open yet."""
    return {
        CoverKind.NURSE: _layers(_missing_nurses(day)),
        CoverKind.PROVIDER: _layers(_missing_provider(day)),
    }


@dataclass(frozen=True, slots=True)
class OpenCover:
    """A row of cover that is open; taken: somebody has taken it."""

    key: int
    span: Span
    taken: bool = False


@dataclass(frozen=True, slots=True)
class CoverChange:
    """close: rows no longer right; open: new spans, each with the row whose taker it keeps, or None."""

    close: tuple[int, ...] = ()
    open: tuple[tuple[Span, int | None], ...] = ()


def cover_change(now: Sequence[OpenCover], needed: Iterable[Span]) -> CoverChange:
    """Return what to close and what to open so that the open rows are exactly what is needed.

    A row needed over its whole time stays; one needed in part is closed and opened again for that part with
    its taker, so that nobody's word is lost.
    """
    missing = _piled(needed)
    close: list[int] = []
    opened: list[tuple[Span, int | None]] = []
    for row in sorted(now, key=lambda row: (not row.taken, row.span, row.key)):
        start, end = row.span
        runs = _runs([minute for minute in range(start, end) if missing[minute] > 0])
        for first, last in runs:
            for minute in range(first, last):
                missing[minute] -= 1
        if runs != [row.span]:
            close.append(row.key)
            opened += [(run, row.key if row.taken else None) for run in runs]
    opened += [(span, None) for span in _layers(missing)]
    return CoverChange(tuple(close), tuple(opened))


def uncovered_patients(day: DayPlan, rows: Sequence[tuple[str, Span]]) -> list[int]:
    """Return for each row of cover (kind, span) the most patients at once who depend on it; at least 1."""
    nurses, patients = _piled(day.nurses), _piled(visit.attended for visit in day.booked)
    over = [count - PATIENTS_PER_NURSE * there for count, there in zip(patients, nurses, strict=True)]
    found = []
    for kind, (start, end) in rows:
        if kind == CoverKind.PROVIDER:
            found.append(sum(visit.start < end and start < visit.attended[1] for visit in day.booked))
            continue
        found.append(max(1, min(PATIENTS_PER_NURSE, max(over[start:end]))))
        for minute in range(start, end):
            over[minute] -= PATIENTS_PER_NURSE
    return found


@dataclass(frozen=True, slots=True)
class TakerFacts:
    """Who would take a row of cover. trained: for ketamine; there: spans at which this person counts already;
    taker: name of who has taken the row, or ""; closed: nobody is needed any more."""

    name: str
    of_site: bool
    is_nurse: bool
    trained: bool
    is_prescriber: bool
    there: tuple[Span, ...] = field(default=())
    taker: str = ""
    closed: bool = False


def taker_problems(kind: str, span: Span, facts: TakerFacts) -> list[Problem]:
    """Return what stands against this person taking this cover."""
    if facts.closed:
        return [Blocker(SCH_34.id, "This cover is no longer needed. Reload the page.")]
    if facts.taker:
        return [Blocker(SCH_34.id, f"{facts.taker} has taken this cover already. Reload the page.")]
    fits = facts.is_prescriber or (kind == CoverKind.NURSE and facts.is_nurse and facts.trained)
    if not (facts.of_site and fits):
        needed = "a prescriber" if kind == CoverKind.PROVIDER else "a nurse trained for ketamine, or a prescriber,"
        sentence = f"This cover needs {needed} of this clinic. Choose another person."
        return [Blocker(SCH_34.id, sentence, "person")]
    for start, end in sorted(facts.there):
        if max(start, span[0]) < min(end, span[1]):
            sentence = (
                f"{facts.name} is counted from {clock(start)} to {clock(end)} already. "
                "Choose a person who is free at that time, or move a break."
            )
            return [Blocker(SCH_34.id, sentence, "person")]
    return []


def call_out_problems(span: Span, *, there: Sequence[Span], name: str) -> list[Problem]:
    """Return why this is not a call-out: no time on the roster in it. there: what the person was rostered for."""
    start, end = span
    if start >= end or start < 0:
        sentence = f"The time away must end after it begins; it was {clock(start)} to {clock(end)}."
        return [Blocker(SCH_32.id, sentence, "to_minute")]
    if not any(max(start, one[0]) < min(end, one[1]) for one in there):
        sentence = f"{name} is not on the roster from {clock(start)} to {clock(end)}. Nobody is missing."
        return [Blocker(SCH_32.id, sentence, "person")]
    return []


def _missing_nurses(day: DayPlan) -> list[int]:
    patients = _piled(visit.attended for visit in day.booked)
    starts = _piled(visit.iv for visit in day.booked)
    return [
        max(-(-seated // PATIENTS_PER_NURSE), -(-ivs // STARTS_PER_NURSE)) - there
        for seated, ivs, there in zip(patients, starts, _piled(day.nurses), strict=True)
    ]


def _missing_provider(day: DayPlan) -> list[int]:
    patients, there = _piled(visit.attended for visit in day.booked), _piled(day.provider)
    return [min(seated, 1) - min(there, 1) for seated, there in zip(patients, there, strict=True)]


def _piled(spans: Iterable[Span]) -> list[int]:
    """Return how many of the spans hold each minute of the horizon."""
    steps = [0] * (HORIZON + 1)
    for start, end in spans:
        steps[start] += 1
        steps[min(end, HORIZON)] -= 1
    counts, now = [], 0
    for step in steps[:HORIZON]:
        now += step
        counts.append(now)
    return counts


def _layers(missing: Sequence[int]) -> tuple[Span, ...]:
    """Return spans that add up to the counts, the first person's first."""
    deepest = max(missing, default=0)
    return tuple(
        run
        for depth in range(deepest)
        for run in _runs([minute for minute, count in enumerate(missing) if count > depth])
    )


def _runs(minutes: Sequence[int]) -> list[Span]:
    """Return ascending minutes as spans."""
    runs: list[Span] = []
    for minute in minutes:
        if runs and runs[-1][1] == minute:
            runs[-1] = (runs[-1][0], minute + 1)
        else:
            runs.append((minute, minute + 1))
    return runs
