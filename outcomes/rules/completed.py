"""Where every patient stands in the protocol, how referrals reach the chair, and why patients end early."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.completion import COMPLETE, NEW_SEQUENCE_AFTER_DAYS
from outcomes.rules.histories import Infusions, Ints, Mask, day_number
from outcomes.rules.statistics import half_up
from scheduling.rules.funnel import Step, Way
from scheduling.states import MissedReason

STANDING_RULE = Rule(
    "OUT-84",
    "A patient counts at the level of their completed infusions ever; five or more are divided into exactly five "
    "and more than five. Who is still under way (OUT-16) stands at no level and in no percentage.",
    source="Tankha 2025, Results: 890 with five or more, of them 420 and 470",
)
EARLY_RULE = Rule(
    "OUT-85",
    "A patient ended early who counts with fewer infusions than the protocol has. The reason is that of the first "
    "day lost: a day missed or cancelled in a sequence that had begun and not made up, an infusion stopped before "
    "its end, or a sequence booked with a day less because the clinic was closed; unknown where none is written.",
    source="Tankha 2025, Results (three named reasons); the first day's reason: clinic default",
)
FUNNEL_RULE = Rule(
    "OUT-86",
    "The way counts every referral received by the as-of date at each step it had reached by then: found "
    "eligible, came to the group visit, first infusion day attended, finished the first sequence (OUT-17). "
    "Filters do not narrow it, because nobody has an infusion before the fourth step.",
    source="clinic default",
)


class Named(StrEnum):
    """The reasons the paper names for ending early, and whatever else there is."""

    SCHEDULING = "Scheduling, such as holidays"
    TRANSPORT = "Transport"
    ILLNESS = "Illness unrelated to the infusions"
    OTHER = "Not named in the paper"


NAMED: Mapping[str, Named] = {
    MissedReason.CLINIC_CLOSED.value: Named.SCHEDULING,
    MissedReason.SCHEDULING.value: Named.SCHEDULING,
    MissedReason.TRANSPORT.value: Named.TRANSPORT,
    MissedReason.ILLNESS.value: Named.ILLNESS,
}
STOPPED = "stopped"  # begins the reason of an infusion stopped early, before a hyphen and why
FUNNEL_STEPS = (Step.REFERRED, Step.ELIGIBLE, Step.ATTENDED, Step.INFUSED)


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """One value per place of People. number: completed infusions; finished: the first sequence (OUT-17)."""

    members: Mask
    number: Ints
    under_way: Mask
    finished: Mask
    complete: int = COMPLETE

    @property
    def counted(self) -> Mask:
        """Members who are not under way."""
        found: Mask = self.members & ~self.under_way
        return found

    @property
    def ended_early(self) -> Mask:
        """Counted members with at least one completed infusion and fewer than the protocol has (OUT-85)."""
        found: Mask = self.counted & (self.number > 0) & (self.number < self.complete)
        return found

    def level(self, number: int) -> Ints:
        """Return the places at one level; the highest holds everybody with as many or more."""
        at = np.minimum(self.number, self.complete) == number
        return np.flatnonzero(self.counted & at)


@dataclass(frozen=True, slots=True)
class LostDay:
    """One day an infusion was not completed. reason: MissedReason, or "stopped-" and why; order: of writing."""

    patient: int
    day: date
    reason: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """One step of the way. keys: of the patients' records, as far as there is one; before: of the step before."""

    slug: str
    label: str
    n: int
    before: int
    keys: frozenset[int]

    @property
    def percent(self) -> Decimal | None:
        """Of the step before, to 0.1."""
        return half_up(Fraction(100 * self.n, self.before), 1) if self.before else None


def standings(infusions: Infusions, members: Mask, as_of: date, *, complete: int = COMPLETE) -> Standings:
    """Return where every patient stands on a day (OUT-16, OUT-17, OUT-84). members: by place of the patient."""
    today = day_number(as_of)
    found = infusions.where(infusions.completed & (infusions.day <= today))
    order = np.lexsort((found.day, found.of))
    of, day = found.of[order], found.day[order]
    number = np.bincount(of, minlength=len(members))
    last = np.full(len(members), -1, dtype=np.int64)
    last[of] = day  # of several, the last given is kept
    under_way = members & (number > 0) & (number < complete) & (last + NEW_SEQUENCE_AFTER_DAYS >= today)
    place = np.arange(len(of)) - (np.cumsum(number) - number)[of]
    gap = (place[1:] > 0) & (place[1:] < complete) & (day[1:] - day[:-1] > NEW_SEQUENCE_AFTER_DAYS)
    broken = np.zeros(len(members), dtype=bool)
    broken[of[1:][gap]] = True
    finished = members & ~under_way & (number >= complete) & ~broken
    return Standings(members, number, under_way, finished, complete)


def first_lost(days: Iterable[LostDay]) -> dict[int, str]:
    """Return patient -> the reason of the first day lost (OUT-85)."""
    found: dict[int, LostDay] = {}
    for one in days:
        known = found.get(one.patient)
        if known is None or (one.day, one.order) < (known.day, known.order):
            found[one.patient] = one
    return {patient: one.reason for patient, one in found.items()}


def named(reason: str) -> Named:
    """Return under which of the paper's reasons one counts."""
    return NAMED.get(reason, Named.OTHER)


def steps_reached(ways: Sequence[Way], as_of: date, *, finished: frozenset[int]) -> tuple[Reached, ...]:
    """Return the steps of the referrals received by a day (OUT-86). finished: keys of who finished by then.

    ways: their ``record`` is the key that ``finished`` holds.
    """
    received = [way for way in ways if way.received <= as_of]
    found, before = [], 0
    for step in FUNNEL_STEPS:
        here = [way for way in received if _by(way, as_of) >= step]
        found.append(Reached(step.slug, LABELS[step], len(here), before, _keys(here)))
        before = len(here)
    done = [way for way in received if _by(way, as_of) >= Step.INFUSED and way.record in finished]
    return (*found, Reached("finished", "All of the first sequence", len(done), before, _keys(done)))


LABELS = {
    Step.REFERRED: "Referred",
    Step.ELIGIBLE: "Found eligible",
    Step.ATTENDED: "Came to the group visit",
    Step.INFUSED: "First infusion day",
}


def _by(way: Way, as_of: date) -> Step:
    """Return the step a referral had reached by a day; a later step includes those before it."""
    return max((step for step, day in way.days.items() if day <= as_of), default=Step.REFERRED)


def _keys(ways: Iterable[Way]) -> frozenset[int]:
    return frozenset(way.record for way in ways if way.record is not None)
