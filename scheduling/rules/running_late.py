"""The day itself: a patient who stays longer, and one who comes late."""

from dataclasses import dataclass, replace

from kitclinic.problems import Blocker, NeedsTick, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import GRID_MINUTES, BookedVisit, DayPlan, clock, refusals
from scheduling.rules.chairs import free_chairs
from scheduling.rules.moves import allowed_starts, without

LONGEST_MINUTES = 240  # SCH-65: what one prolongation may add; not a clinical limit

SCH_65 = Rule(
    "SCH-65",
    "A patient who stays longer keeps the chair: the next one gets another chair, else a later start that is "
    "confirmed first, and cover opens where the nurses are too few. Who comes late is seated at the next 5-minute "
    "mark if the whole visit still fits.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Shift:
    """A visit of another patient that makes room. start: its new one, the old one where only the chair changes."""

    key: int
    from_start: int
    start: int
    from_chair: int
    chair: int

    @property
    def is_later(self) -> bool:
        return self.start != self.from_start

    @property
    def words(self) -> str:
        where = f"the visit at {clock(self.from_start)} in chair {self.from_chair}"
        if self.is_later:
            return f"{where} would begin at {clock(self.start)} in chair {self.chair}"
        return f"{where} gets chair {self.chair}"


@dataclass(frozen=True, slots=True)
class Prolonging:
    """What a longer stay asks of the day. plan: the day as it will be; shifts: who makes room."""

    plan: DayPlan
    shifts: tuple[Shift, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Late:
    """Whether a late patient still fits. start: where to be seated now; None where nothing is left today."""

    fits: bool
    sentence: str
    start: int | None = None
    chair: int | None = None


def prolonging(day: DayPlan, key: int, minutes: int) -> Prolonging:
    """Return what it takes to keep this patient in the chair for some minutes more. key: of the visit."""
    if not 0 < minutes <= LONGEST_MINUTES:
        sentence = f"Type how many minutes longer, from 1 to {LONGEST_MINUTES}."
        return Prolonging(day, problems=(Blocker(SCH_65.id, sentence, "minutes"),))
    own = next(visit for visit in day.booked if visit.key == key)
    longer = replace(own, lengths=replace(own.lengths, observation=own.lengths.observation + minutes))
    plan = replace(day, booked=tuple(longer if visit.key == key else visit for visit in day.booked))
    shifts: list[Shift] = []
    problems: list[Problem] = []
    for other in _in_the_way(plan, longer):
        shift = _room_for(plan, other)
        if shift is None:
            sentence = (
                f"The visit at {clock(other.start)} in chair {other.chair} has no other chair and no later start "
                "today. Move or cancel it first; the patient in the chair stays."
            )
            problems.append(Blocker(SCH_65.id, sentence))
            continue
        shifts.append(shift)
        plan = _shifted(plan, other, shift)
    later = [shift.words for shift in shifts if shift.is_later]
    if later:
        sentence = f"{'; '.join(later).capitalize()}. Tell the patient, then confirm."
        problems.append(NeedsTick(SCH_65.id, sentence, "minutes"))
    return Prolonging(plan, tuple(shifts), tuple(problems))


def late_arrival(day: DayPlan, key: int, now: int) -> Late:
    """Return whether a patient who comes at minute ``now`` still fits, and if not, what is left today."""
    own = next(visit for visit in day.booked if visit.key == key)
    free = without(day, [key], own.lengths)
    start = max(own.start, -(-now // GRID_MINUTES) * GRID_MINUTES)
    against = refusals(free, start)
    chairs = free_chairs(free, start)
    if not against and chairs:
        chair = own.chair if own.chair in chairs else chairs[0]
        ends = f"Still fits: seated at {clock(start)}, leaves at {clock(start + own.lengths.attended)}"
        words = f"{ends}." if chair == own.chair else f"{ends}, in chair {chair}."
        return Late(True, words, start, chair)
    why = against[0].sentence if against else f"no chair is free for the whole visit at {clock(start)}."
    later = next((one for one in allowed_starts([free]) if one > start and free_chairs(free, one)), None)
    left = f"The next start today is {clock(later)}." if later is not None else "No start is left today."
    return Late(False, f"No longer fits at {clock(start)}. {why} {left}", later)


def _in_the_way(plan: DayPlan, longer: BookedVisit) -> list[BookedVisit]:
    """Return the visits booked in the same chair before it is free and cleaned, who have not come."""
    others = (visit for visit in plan.booked if visit.key != longer.key and visit.chair == longer.chair)
    met = (visit for visit in others if longer.start < visit.occupied[1] and visit.start < longer.occupied[1])
    return sorted(met, key=lambda visit: visit.start)


def _room_for(plan: DayPlan, visit: BookedVisit) -> Shift | None:
    """Return another chair at its own time, else the earliest later start with a chair; None without either."""
    key, chair = int(visit.key or 0), visit.chair or 0
    free = without(plan, [key], visit.lengths)
    chairs = free_chairs(free, visit.start)
    if chairs:
        return Shift(key, visit.start, visit.start, chair, chairs[0])
    for start in allowed_starts([free]):
        chairs = free_chairs(free, start)
        if start > visit.start and chairs:
            return Shift(key, visit.start, start, chair, chair if chair in chairs else chairs[0])
    return None


def _shifted(plan: DayPlan, visit: BookedVisit, shift: Shift) -> DayPlan:
    moved = replace(visit, start=shift.start, chair=shift.chair)
    return replace(plan, booked=tuple(moved if one.key == visit.key else one for one in plan.booked))
