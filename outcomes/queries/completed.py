"""The completion funnel of a study: the way from the referral, levels beside the paper's, reasons, patients."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from django.db.models import Count, Exists, Max, OuterRef, Q

from infusions.models import Infusion
from infusions.states import InfusionOutcome, StopReason
from kitclinic.display import in_sentence
from outcomes.queries.cohorts import PERSON
from outcomes.queries.study import Study
from outcomes.rules.completed import (
    STOPPED,
    LostDay,
    Named,
    Reached,
    Standings,
    first_lost,
    named,
    standings,
    steps_reached,
)
from outcomes.rules.completion import COMPLETE
from outcomes.rules.histories import Ints
from outcomes.rules.published import SAMPLE_SIZE, published_more, published_sample
from outcomes.rules.statistics import half_up
from scheduling.models import Patient, Referral, Sequence, Visit
from scheduling.queries.ways import counted_ways
from scheduling.states import MissedReason, SequenceMode, VisitState

NUMBERS = ("none", "one", "two", "three", "four", "five")
LOST = (VisitState.MISSED, VisitState.CANCELLED)


@dataclass(frozen=True, slots=True, eq=False)
class LevelLine:
    """One level. who: places of People; n: of how many, 0 for a line outside the percentages."""

    slug: str
    label: str
    who: Ints
    n: int
    published: int | None
    depth: int = 0

    @property
    def count(self) -> int:
        return len(self.who)

    @property
    def percent(self) -> Decimal | None:
        return half_up(Fraction(100 * self.count, self.n), 1) if self.n else None

    @property
    def published_percent(self) -> Decimal | None:
        return half_up(Fraction(100 * self.published, SAMPLE_SIZE), 1) if self.published is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class ReasonLine:
    """One reason for ending early. who: whose first lost day it was; days: lost to it by all who ended early."""

    slug: str
    label: str
    named: Named
    who: Ints
    days: int

    @property
    def count(self) -> int:
        return len(self.who)


@dataclass(frozen=True, slots=True, eq=False)
class CompletionFacts:
    """What the page shows. steps: empty for a registry; missed: (reason, days, patients) of all patients."""

    found: Study
    standings: Standings
    levels: tuple[LevelLine, ...]
    steps: tuple[Reached, ...]
    reasons: tuple[ReasonLine, ...]
    missed: tuple[tuple[str, int, int], ...]
    least: int
    most: int

    @property
    def n(self) -> int:
        return int(np.count_nonzero(self.standings.counted))

    @property
    def under_way(self) -> int:
        return int(np.count_nonzero(self.standings.under_way))

    @property
    def ended_early(self) -> int:
        return int(np.count_nonzero(self.standings.ended_early))

    @property
    def most_at_a_step(self) -> int:
        return max((step.n for step in self.steps), default=0)

    def level(self, slug: str) -> LevelLine:
        return next(line for line in self.levels if line.slug == slug)

    def group(self, slug: str) -> tuple[str, Ints] | None:
        """Return title and places of the patients behind one number, or None for a name nobody knows."""
        lines: tuple[LevelLine | ReasonLine, ...] = (*self.levels, *self.reasons)
        for line in lines:
            if line.slug == slug:
                return line.label, line.who
        for step in self.steps:
            if f"step-{step.slug}" == slug:
                return step.label, places(self.found, step.keys)
        return None


def completion_facts(found: Study) -> CompletionFacts:
    """Return the completion of a study; some fifteen queries for a clinic, none for a registry."""
    asked = found.asked
    stood = standings(found.kept.infusions, found.members, asked.as_of, complete=asked.protocol.days)
    own = not asked.source.is_registry
    numbers = stood.number[stood.counted & (stood.number > 0)]
    return CompletionFacts(
        found=found,
        standings=stood,
        levels=level_lines(stood),
        steps=_steps(found, stood) if own else (),
        reasons=_reasons(found, stood) if own else (),
        missed=_missed(found) if own else (),
        least=int(numbers.min()) if len(numbers) else 0,
        most=int(numbers.max()) if len(numbers) else 0,
    )


def level_lines(stood: Standings) -> tuple[LevelLine, ...]:
    """Return the levels from the whole protocol down; the paper's beside those of its own protocol."""
    n, complete = int(np.count_nonzero(stood.counted)), stood.complete
    printed = {int(level): count for level, count in published_sample().counts["completed"].items()}
    printed[0] = SAMPLE_SIZE - sum(printed.values())
    again = published_more().counts["sequences"]
    if complete != COMPLETE:
        printed, again = {}, {}  # the paper counts days of its own protocol
    whole = NUMBERS[complete].capitalize()
    exactly = np.flatnonzero(stood.counted & (stood.number == complete))
    more = np.flatnonzero(stood.counted & (stood.number > complete))
    five = [
        LevelLine("whole", f"{whole} or more", stood.level(complete), n, printed.get(complete)),
        LevelLine("exactly", f"exactly {whole.lower()}", exactly, n, again.get("five exactly"), 1),
        LevelLine("more", f"more than {whole.lower()}", more, n, again.get("more than five"), 1),
        LevelLine("finished", "finished the first sequence", np.flatnonzero(stood.finished), n, None, 1),
    ]
    fewer = [
        LevelLine(NUMBERS[number], NUMBERS[number].capitalize(), stood.level(number), n, printed.get(number))
        for number in range(complete - 1, 0, -1)
    ]
    none = LevelLine("none", "None completed", stood.level(0), n, printed.get(0))
    under_way = LevelLine("under-way", "Under way, not counted", np.flatnonzero(stood.under_way), 0, None)
    return (*five, *fewer, none, under_way)


def places(found: Study, keys: Iterable[int]) -> Ints:
    """Return the places in People of the patients with these keys; a key that is not there is left out."""
    at: Ints = np.flatnonzero(np.isin(found.histories.people.key, list(keys)))
    return at


def _steps(found: Study, stood: Standings) -> tuple[Reached, ...]:
    """Return the way from the referral; a merged record counts as the one it was merged into."""
    site, as_of = found.asked.source.site, found.asked.as_of
    first = Referral.objects.filter(site=site, received_on__lte=as_of).order_by("received_on")
    begins = first.values_list("received_on", flat=True).first()
    if begins is None:
        return ()
    merged = Patient.objects.filter(site=site, merged_into__isnull=False)
    into: dict[int, int] = {key: root for key, root in merged.values_list("pk", "merged_into") if root}
    ways = [replace(way, record=_root(way.record, into)) for way in counted_ways(site, first=begins, last=as_of)]
    finished = frozenset(found.histories.people.key[stood.finished].tolist())
    return steps_reached(ways, as_of, finished=finished)


def _root(key: int | None, into: dict[int, int]) -> int | None:
    while key in into:
        key = into[key]
    return key


def _of(keys: list[int]) -> Q:
    """Rows of these patients, under whatever record they were written."""
    return Q(patient__in=keys) | Q(patient__merged_into__in=keys)


def _reasons(found: Study, stood: Standings) -> tuple[ReasonLine, ...]:
    """Return why patients ended early, the paper's reasons first, then the most frequent."""
    keys = found.histories.people.key[stood.ended_early].tolist()
    if not keys:
        return ()
    lost = _lost_days(found, keys)
    by_patient = first_lost(lost)
    days = Counter(one.reason for one in lost)
    whose: dict[str, list[int]] = {}
    for key in keys:
        whose.setdefault(by_patient.get(key, MissedReason.UNKNOWN.value), []).append(key)
    lines = [
        ReasonLine(_slug(reason), reason_words(reason), named(reason), places(found, who), days[reason])
        for reason, who in whose.items()
    ]
    order = list(Named)
    return tuple(sorted(lines, key=lambda line: (order.index(line.named), -line.count, line.label)))


def _slug(reason: str) -> str:
    return f"reason-{reason.replace('_', '-')}"


def reason_words(reason: str) -> str:
    """Return a reason as it is read."""
    if reason in MissedReason.values:
        return str(MissedReason(reason).label)
    why = reason.removeprefix(f"{STOPPED}-")
    told = in_sentence(str(StopReason(why).label)) if why in StopReason.values else "why is not said"
    return f"Infusion stopped: {told}"


def _lost_days(found: Study, keys: list[int]) -> list[LostDay]:
    """Return every day these patients lost up to the as-of day (OUT-85). Three queries."""
    site, as_of = found.asked.source.site, found.asked.as_of
    came = Visit.objects.filter(sequence=OuterRef("sequence"), state=VisitState.ATTENDED)
    made_up = Visit.objects.filter(makes_up_for=OuterRef("pk"), state=VisitState.ATTENDED)
    visits = Visit.objects.filter(_of(keys), site=site, state__in=LOST, date__lte=as_of)
    visits = visits.filter(Exists(came)).exclude(Exists(made_up))
    days = [
        LostDay(patient, day, reason or MissedReason.UNKNOWN.value, pk)
        for patient, day, reason, pk in visits.values_list(PERSON, "date", "missed_reason", "pk")
    ]
    stopped = Infusion.objects.filter(_of(keys), site=site, outcome=InfusionOutcome.STOPPED, date__lte=as_of)
    days += [
        LostDay(patient, day, f"{STOPPED}-{why}")
        for patient, day, why in stopped.values_list(PERSON, "date", "stop_reason")
    ]
    attended = Visit.objects.filter(sequence=OuterRef("pk"), state=VisitState.ATTENDED)
    short = Sequence.objects.filter(Exists(attended), _of(keys), site=site, mode=SequenceMode.SHORT)
    ends = short.annotate(last=Max("visits__date")).filter(last__lte=as_of)
    closed = MissedReason.CLINIC_CLOSED.value
    # After the days of the sequence itself: a day missed in it came first.
    return days + [
        LostDay(patient, day + timedelta(days=1), closed) for patient, day in ends.values_list(PERSON, "last")
    ]


def _missed(found: Study) -> tuple[tuple[str, int, int], ...]:
    """Return the reasons of all missed days of the patients shown, as (words, days, patients). One query."""
    rows = Visit.objects.filter(site=found.asked.source.site, state=VisitState.MISSED, date__lte=found.asked.as_of)
    if not found.asked.filters.is_empty:
        rows = rows.filter(_of(found.histories.people.key[found.members].tolist()))
    counted = rows.values("missed_reason").annotate(lost=Count("pk"), patients=Count(PERSON, distinct=True))
    lines = [(reason_words(row["missed_reason"]), row["lost"], row["patients"]) for row in counted]
    return tuple(sorted(lines, key=lambda line: (-line[1], line[0])))
