"""One infusion as charted so far: events, sets, flags, and what follows from them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from infusions.models import Flag, Infusion, InfusionEvent, VitalSet
from infusions.rules import due, vitals
from infusions.rules.discharge import may_leave_at
from infusions.rules.order_set import STANDARD, OrderSet
from infusions.rules.running import Pause, pauses, planned_end
from infusions.rules.vitals import TakenSet, Vitals
from infusions.states import UNDER_WAY, Direction, InfusionState, Level, Rhythm, Sedation, Sign

Kind = InfusionEvent.Kind
PLANNED_MINUTES = 40  # before an order is pinned, for the drawing only


def reading_of(row: VitalSet) -> Vitals:
    """A stored set as the rules take it."""
    return Vitals(
        row.sbp,
        row.dbp,
        row.hr,
        row.spo2,
        Rhythm(row.rhythm) if row.rhythm else None,
        rr=row.rr,
        sedation=Sedation(row.sedation) if row.sedation else None,
        pain=row.pain,
    )


@dataclass(frozen=True)
class Course:
    """Everything charted of one infusion, oldest first. Flags and answers hang on their sets.

    every_flag: withdrawn ones too, for the history; ``flags`` are those that stand.
    """

    infusion: Infusion
    events: tuple[InfusionEvent, ...]
    sets: tuple[VitalSet, ...]  # corrected ones included
    every_flag: tuple[Flag, ...]

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """The flags that were not withdrawn when the baseline was corrected (VIT-19)."""
        return tuple(flag for flag in self.every_flag if not hasattr(flag, "withdrawal"))

    @cached_property
    def struck(self) -> frozenset[int]:
        """Ids of the sets that a later row corrects."""
        return frozenset(row.corrects_id for row in self.sets if row.corrects_id)

    @cached_property
    def current(self) -> tuple[VitalSet, ...]:
        return tuple(row for row in self.sets if row.pk not in self.struck)

    @property
    def last_set(self) -> VitalSet | None:
        return self.current[-1] if self.current else None

    @cached_property
    def struck_events(self) -> dict[int, InfusionEvent]:
        """What was recorded by mistake: id of the event, and the row that strikes it out."""
        return {event.detail["event"]: event for event in self.events if event.kind == Kind.STRUCK}

    def of_kind(self, *kinds: str) -> list[InfusionEvent]:
        """The events of these kinds that still stand, oldest first."""
        return [event for event in self.events if event.kind in kinds and event.pk not in self.struck_events]

    def latest(self, *kinds: str) -> InfusionEvent | None:
        found = self.of_kind(*kinds)
        return found[-1] if found else None

    def flags_of(self, row: VitalSet) -> list[Flag]:
        """The flags of this set that stand."""
        return [flag for flag in self.flags if flag.vital_set_id == row.pk]

    def withdrawn_of(self, row: VitalSet) -> list[Flag]:
        """The flags of this set that a corrected baseline took back."""
        return [flag for flag in self.every_flag if flag.vital_set_id == row.pk and hasattr(flag, "withdrawal")]

    @staticmethod
    def opened_at(flag: Flag) -> datetime:
        """When this flag was made: with its set, or with the corrected baseline (VIT-15 counts from here)."""
        return flag.against.received_at if flag.against else flag.vital_set.received_at

    @cached_property
    def open_flags(self) -> tuple[Flag, ...]:
        """Flags of sets that still stand which nobody has answered, oldest first."""
        return tuple(
            flag
            for flag in self.flags
            if flag.vital_set_id not in self.struck and not hasattr(flag, "acknowledgement")
        )

    @staticmethod
    def rule_flag(flag: Flag) -> vitals.Flag:
        """A stored flag as the rules take it."""
        return vitals.Flag(
            flag.rule,
            Sign(flag.sign),
            Level(flag.level),
            Direction(flag.direction),
            flag.value,
            flag.baseline,
            flag.change,
        )

    def flagged_before(self, flag: Flag) -> frozenset[Sign]:
        """The signs that flagged in the set just before this flag's."""
        ids = [row.pk for row in self.current]
        place = ids.index(flag.vital_set_id) if flag.vital_set_id in ids else 0
        if place == 0:
            return frozenset()
        return frozenset(Sign(other.sign) for other in self.flags_of(self.current[place - 1]))

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        return pauses(
            [event.occurred_at for event in self.of_kind(Kind.PAUSED)],
            [event.occurred_at for event in self.of_kind(Kind.RESUMED)],
        )

    @property
    def paused_since(self) -> datetime | None:
        lasting = self.infusion.state == InfusionState.PAUSED and self.pauses
        return self.pauses[-1].since if lasting else None

    @property
    def minutes(self) -> int:
        return self.infusion.order.infusion_minutes if self.infusion.order else PLANNED_MINUTES

    @cached_property
    def order_set(self) -> OrderSet:
        """What the protocol of the pinned order says; the standard before one is pinned."""
        return self.infusion.order.order_set if self.infusion.order else STANDARD

    @property
    def observation(self) -> timedelta:
        return timedelta(minutes=self.order_set.observation_minutes)

    @property
    def may_leave_at(self) -> datetime | None:
        """When the observation is over; None while it runs."""
        ended = self.infusion.ended_at
        return may_leave_at(ended, self.observation) if ended else None

    def ends_at(self, at: datetime) -> datetime | None:
        """The true end, or the planned one while it runs; None before the start."""
        infusion = self.infusion
        if infusion.started_at is None or infusion.ended_at is not None:
            return infusion.ended_at
        return planned_end(started_at=infusion.started_at, minutes=self.minutes, breaks=self.pauses, at=at)

    def grid(self, at: datetime) -> tuple[due.Slot, ...]:
        """The due times; none before the start and none of a visit without one."""
        ends_at = self.ends_at(at)
        if self.infusion.started_at is None or ends_at is None:
            return ()
        every = timedelta(minutes=self.order_set.vitals_minutes)
        return due.slots(
            started_at=self.infusion.started_at, ends_at=ends_at, every=every, observation=self.observation
        )

    @cached_property
    def filled(self) -> frozenset[str]:
        return frozenset(row.slot for row in self.current)

    def missed_end(self, at: datetime) -> due.Slot | None:
        """The end of the infusion where its set was missed and nothing was read since (DUE-05)."""
        if self.infusion.state not in UNDER_WAY:
            return None
        last = max((row.occurred_at for row in self.current), default=None)
        return due.missed_end(self.grid(at), at=at, filled=self.filled, last_taken_at=last)

    @cached_property
    def also_taken(self) -> dict[int, VitalSet]:
        """For each set that another nurse took for the same due time: the one it stands beside (DUE-04)."""
        rows = {row.pk: row for row in self.current}
        taken = [
            due.Taken(row.pk, row.slot, row.occurred_at, row.by_id)
            for row in sorted(self.current, key=lambda row: row.pk)
        ]
        return {number: rows[beside] for number, beside in due.also_taken(taken).items()}

    def next_slot(self, at: datetime) -> due.Slot | None:
        return due.next_slot(self.grid(at), at=at, filled=self.filled)

    def slot_for(self, taken_at: datetime, *, at: datetime) -> str:
        """The slot a set read at ``taken_at`` fills."""
        started = self.infusion.started_at
        if started is None or taken_at < started:
            return str(VitalSet.Slot.BASELINE)
        return due.slot_filled_by(self.grid(at), taken_at=taken_at, filled=self.filled)

    @cached_property
    def baseline(self) -> VitalSet | None:
        """The frozen baseline; before the start the newest complete set."""
        if self.infusion.baseline_id:
            return next((row for row in self.sets if row.pk == self.infusion.baseline_id), None)
        if self.infusion.started_at is not None:
            return None
        complete = [row for row in self.current if reading_of(row).complete]
        return complete[-1] if complete else None

    def candidates(self) -> list[TakenSet]:
        """The sets as candidates for the baseline."""
        return [TakenSet(reading_of(row), row.occurred_at, row.pk in self.struck) for row in self.sets]


def course_of(infusion: Infusion) -> Course:
    """Load one infusion's chart: three queries."""
    return courses_of([infusion])[infusion.pk]


def course_to_fill(infusion: Infusion) -> Course:
    """What a new set is placed and compared by: events and sets, no flags. Two queries."""
    events = InfusionEvent.objects.filter(infusion=infusion).order_by("occurred_at", "pk")
    sets = VitalSet.objects.filter(infusion=infusion).order_by("occurred_at", "pk")
    return Course(infusion, tuple(events), tuple(sets), ())


def courses_of(infusions: Iterable[Infusion]) -> dict[int, Course]:
    """Load the charts of several infusions by their ids: three queries for all of them."""
    rows = {infusion.pk: infusion for infusion in infusions}
    events, sets, flags = defaultdict(list), defaultdict(list), defaultdict(list)
    for event in (
        InfusionEvent.objects.filter(infusion__in=rows).select_related("by").order_by("occurred_at", "pk")
    ):
        events[event.infusion_id].append(event)
    for row in VitalSet.objects.filter(infusion__in=rows).select_related("by").order_by("occurred_at", "pk"):
        sets[row.infusion_id].append(row)
    found = Flag.objects.filter(vital_set__infusion__in=rows)
    hanging = ("vital_set", "against", "acknowledgement__by", "withdrawal__by")
    for flag in found.select_related(*hanging).order_by("vital_set__received_at", "pk"):
        flags[flag.vital_set.infusion_id].append(flag)
    return {
        pk: Course(infusion, tuple(events[pk]), tuple(sets[pk]), tuple(flags[pk])) for pk, infusion in rows.items()
    }
