"""Who works on which suite-day, as rows say it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, Model, QuerySet, Value

from kitclinic.models.places import trained_at
from scheduling.models import CallOut, CoverNeeded, NurseBreak, NurseShift, ProviderPresence
from scheduling.rules.capacity import Span
from scheduling.rules.staffing import Entry, Roster
from scheduling.states import CoverKind

SHIFT, BREAK, PRESENCE, OUT = "shift", "break", "presence", "out"  # kinds of a roster row, beside CoverKind


def rosters_of(keys: Iterable[int]) -> dict[int, Roster]:
    """Return who works on these suite-days, by the day's key. One query."""
    chosen = list(keys)
    breaks: dict[int, list[Span]] = defaultdict(list)
    rows: dict[tuple[int, str], list[tuple[int, int, bool, Span]]] = defaultdict(list)
    for day, kind, key, person, counts, start, end in _roster_rows(chosen):
        if kind == BREAK:
            breaks[key].append((start, end))
        else:
            rows[day, kind].append((key, person, counts, (start, end)))
    return {
        day: Roster(
            tuple(
                Entry(key, who, span, tuple(sorted(breaks[key])), counts)
                for key, who, counts, span in rows[day, SHIFT]
            ),
            tuple(Entry(key, who, span) for key, who, _, span in rows[day, PRESENCE]),
            tuple((who, span) for _, who, _, span in rows[day, OUT]),
            tuple((str(kind), span) for kind in CoverKind for _, _, _, span in rows[day, kind]),
        )
        for day in chosen
    }


def _roster_rows(days: list[int]) -> Iterable[tuple[int, str, int, int, bool, int, int]]:
    """Shifts, breaks, presences, call-outs and open cover in one statement; a row of cover once a person."""
    shifts = _rows(NurseShift, SHIFT, "suite_day_id", "pk", "nurse_id", trained_at("nurse"))
    breaks = _rows(NurseBreak, BREAK, "shift__suite_day_id", "shift_id", "shift__nurse_id", Value(True))
    presences = _rows(ProviderPresence, PRESENCE, "suite_day_id", "pk", "provider_id", Value(True))
    out = _rows(CallOut, OUT, "suite_day_id", "pk", "person_id", Value(True))
    cover = _rows(CoverNeeded, F("kind"), "suite_day_id", "pk", "how_many", Value(True))
    every = shifts.filter(suite_day__in=days).union(
        breaks.filter(shift__suite_day__in=days),
        presences.filter(suite_day__in=days),
        out.filter(suite_day__in=days, taken_back_at=None),
        cover.filter(suite_day__in=days, closed_at=None),
        all=True,
    )
    for row in every.order_by("row_day", "row_from", "row_kind", "row_key"):
        yield from [row] * (row[3] if row[1] in CoverKind.values else 1)


def _rows(model: type[Model], kind: Any, day: str, key: str, person: str, counts: Any) -> QuerySet[Any, Any]:
    named = {
        "row_day": F(day),
        "row_kind": kind if isinstance(kind, F) else Value(kind, CharField()),
        "row_key": F(key),
        "row_person": F(person),
        "row_counts": counts,
        "row_from": F("from_minute"),
        "row_to": F("to_minute"),
    }
    return model._default_manager.annotate(**named).values_list(*named)
