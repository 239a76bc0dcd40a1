"""Who works on some days, drawn on one axis: shifts with their breaks, providers on site, call-outs, leave.

A tick is five minutes; everything on the axis says at which tick it starts and how many it is long.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.models import StaffUser
from scheduling.models import CallOut, Leave, NurseBreak, NurseShift, ProviderPresence, SuiteDay
from scheduling.rules.capacity import GRID_MINUTES, Span, clock


@dataclass(frozen=True, slots=True)
class Axis:
    """The minutes that a lane shows."""

    first: int
    last: int

    @property
    def ticks(self) -> int:
        return (self.last - self.first) // GRID_MINUTES

    @property
    def hours(self) -> tuple[int, ...]:
        """The ticks of the full hours inside."""
        return tuple(
            (hour - self.first) // GRID_MINUTES for hour in range(self.first // 60 * 60 + 60, self.last, 60)
        )

    def place(self, span: Span) -> tuple[int, int]:
        """Return tick and length of a span, cut at the ends of the axis."""
        start = min(max(span[0], self.first), self.last)
        end = max(min(span[1], self.last), start)
        return (start - self.first) // GRID_MINUTES, -(-(end - start) // GRID_MINUTES)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a lane. kind: shift, break or out."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the roster, a nurse's shift or a provider's time. breaks: only a shift has some."""

    pk: int
    span: Span
    breaks: tuple[Span, ...] = ()

    @property
    def hours(self) -> str:
        return words_of(self.span)

    @property
    def break_words(self) -> str:
        """Return "09:30–09:45, 12:00–12:30"."""
        return ", ".join(map(words_of, self.breaks))


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one day. is_open: somebody can be put on this day's roster."""

    day: date
    is_open: bool
    entries: tuple[Entry, ...]
    outs: tuple[CallOut, ...]
    leave: Leave | None
    pieces: tuple[Piece, ...]

    @property
    def minutes(self) -> int:
        """Minutes on the floor or on site: breaks and call-outs taken out."""
        away = {
            minute
            for span in (*self._breaks, *((out.from_minute, out.to_minute) for out in self.outs))
            for minute in range(*span)
        }
        return len({minute for entry in self.entries for minute in range(*entry.span)} - away)

    @property
    def _breaks(self) -> list[Span]:
        return [span for entry in self.entries for span in entry.breaks]


@dataclass(frozen=True, slots=True)
class Lane:
    """One person over the days shown. counts: nobody can be put on the floor without the ketamine training."""

    person: StaffUser
    counts: bool
    cells: tuple[Cell, ...]

    @property
    def hours(self) -> str:
        """Return "36 h 30" of the days shown, "" for nobody on the roster."""
        total = sum(cell.minutes for cell in self.cells)
        return f"{total // 60} h{f' {total % 60:02d}' if total % 60 else ''}" if total else ""


@dataclass(frozen=True, slots=True)
class Rostered:
    """What is entered for some days, by day of the suite and person. leaves: of the site in these days."""

    shifts: dict[tuple[int, int], list[Entry]]
    presences: dict[tuple[int, int], list[Entry]]
    outs: dict[tuple[int, int], list[CallOut]]
    leaves: list[Leave]
    nurses: dict[int, StaffUser]
    providers: dict[int, StaffUser]


def words_of(span: Span) -> str:
    """Return "07:30–17:30"."""
    return f"{clock(span[0])}–{clock(span[1])}"


def rostered(days: Iterable[SuiteDay], *, site_pk: int, first: date, last: date) -> Rostered:
    """Read the roster of these days. Five queries, however many days and people."""
    keys = [day.pk for day in days]
    found = Rostered(defaultdict(list), defaultdict(list), defaultdict(list), [], {}, {})
    breaks = defaultdict(list)
    for key, start, end in NurseBreak.objects.filter(shift__suite_day__in=keys).values_list(
        "shift_id", "from_minute", "to_minute"
    ):
        breaks[key].append((start, end))
    shifts = NurseShift.objects.filter(suite_day__in=keys).select_related("nurse").order_by("from_minute")
    for shift in shifts:
        span = (shift.from_minute, shift.to_minute)
        entry = Entry(shift.pk, span, tuple(sorted(breaks[shift.pk])))
        found.shifts[shift.suite_day_id, shift.nurse_id].append(entry)
        found.nurses[shift.nurse_id] = shift.nurse
    presences = ProviderPresence.objects.filter(suite_day__in=keys).select_related("provider")
    for one in presences.order_by("from_minute"):
        span = (one.from_minute, one.to_minute)
        found.presences[one.suite_day_id, one.provider_id].append(Entry(one.pk, span))
        found.providers[one.provider_id] = one.provider
    for out in CallOut.objects.filter(suite_day__in=keys, taken_back_at=None).order_by("from_minute"):
        found.outs[out.suite_day_id, out.person_id].append(out)
    found.leaves.extend(Leave.objects.filter(site=site_pk, first_day__lte=last, last_day__gte=first))
    return found


def axis_of(days: Iterable[SuiteDay], entries: Iterable[Entry]) -> Axis:
    """Return the full hours that hold every day's opening and everything that is entered."""
    spans = [(day.opens_minute, day.closes_minute) for day in days] + [entry.span for entry in entries]
    first = min((start for start, _ in spans), default=450)
    last = max((end for _, end in spans), default=1050)
    return Axis(first - first % 30, -(-last // 30) * 30)


def cell_of(
    day: date, suite_day: SuiteDay | None, person: StaffUser, entries: Iterable[Entry], found: Rostered, axis: Axis
) -> Cell:
    """One person's day, with what is drawn of it."""
    entries = tuple(entries)
    outs = tuple(found.outs[suite_day.pk, person.pk]) if suite_day else ()
    spans = [("shift", entry.span) for entry in entries]
    spans += [("break", span) for entry in entries for span in entry.breaks]
    spans += [("out", (out.from_minute, out.to_minute)) for out in outs]
    away = (one for one in found.leaves if one.person_id == person.pk and one.first_day <= day <= one.last_day)
    return Cell(
        day=day,
        is_open=suite_day is not None and not suite_day.is_closed,
        entries=entries,
        outs=outs,
        leave=next(away, None),
        pieces=tuple(Piece(kind, *axis.place(span)) for kind, span in spans),
    )
