"""Moving days of a sequence, one or several: what may not be, and what needs a reason."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from kitclinic.problems import Blocker, NeedsConfirmation, Notice, Problem
from kitclinic.register import Rule
from scheduling.rules.blocks import VISITS, clinic_week
from scheduling.rules.capacity import DayPlan, Lengths, clock, date_words, feasible, minutes, profile, refusals
from scheduling.rules.chairs import SCH_16, free_chairs
from scheduling.rules.sequences import SCH_13
from scheduling.states import SequenceMode, VisitState

SPREAD_MINUTES = 30  # SCH-61
USUAL = Lengths()

SCH_60 = Rule(
    "SCH-60",
    "A booked day moves to another minute or to another day of its week, never past another day of the sequence, "
    "never onto a weekend unless the Saturday is opened for it; what has begun stays. The patient's own days are "
    "never in the way of the move.",
    source="clinic default",
)
SCH_61 = Rule(
    "SCH-61",
    "The days of a sequence start within 30 minutes of each other, with a notice; further apart needs a reason.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One day of a sequence that holds its place. key: the visit's; state: a VisitState."""

    key: int
    day: date
    start: int
    chair: int
    lengths: Lengths = USUAL
    state: str = VisitState.BOOKED
    is_make_up: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A sequence on the move. stays: in order of date, released days left out; now: minute of today."""

    mode: str
    stays: tuple[Stay, ...]
    today: date
    now: int
    first_weekday: int = 0

    @property
    def keys(self) -> frozenset[int]:
        return frozenset(stay.key for stay in self.stays)

    def stay(self, key: int) -> Stay:
        """Return the day with this key. Raises KeyError where it holds no place any more."""
        for stay in self.stays:
            if stay.key == key:
                return stay
        raise KeyError(key)


def without(plan: DayPlan, keys: Collection[int], lengths: Lengths) -> DayPlan:
    """Return the day as it is without the patient's own visits, for a visit of these lengths."""
    booked = tuple(visit for visit in plan.booked if visit.key not in keys)
    return replace(plan, booked=booked, lengths=lengths)


def chosen_by(course: Course, key: int, scope: str) -> tuple[Stay, ...]:
    """Return the days that move. scope: "day", "rest" (this and the following) or "week" (all)."""
    stay = course.stay(key)
    if scope == "day":
        return (stay,)
    if scope == "rest":
        return tuple(one for one in course.stays if one.day >= stay.day)
    if scope == "week":
        return course.stays
    raise ValueError(f"no such scope: {scope}")


def shifted(chosen: Iterable[Stay], key: int, day: date) -> dict[int, date]:
    """Return the new dates: the day with this key on ``day``, the others as far from it as before."""
    stays = tuple(chosen)
    by = day - next(stay.day for stay in stays if stay.key == key)
    return {stay.key: stay.day + by for stay in stays}


def day_problems(course: Course, days: Mapping[int, date], minute: int) -> list[Problem]:
    """Return what stands against these new dates, whatever the suite holds. days: key of the visit → new date."""
    problems: list[Problem] = []
    for stay in course.stays:
        if stay.key in days and stay.state != VisitState.BOOKED:
            sentence = f"{date_words(stay.day)} has begun and stays where it is. Move the days that follow."
            problems.append(Blocker(SCH_60.id, sentence, "visit"))
    for day in sorted(set(days.values())):
        if day < course.today or (day == course.today and minute < course.now):
            sentence = f"{date_words(day)} at {clock(minute)} is over. Choose a later time."
            problems.append(Blocker(SCH_60.id, sentence, "start"))
        elif weekend(day, course.first_weekday) and course.mode != SequenceMode.CALENDAR_DAYS:
            sentence = f"{date_words(day)} is a weekend; this sequence was booked without. Choose a clinic day."
            problems.append(Blocker(SCH_60.id, sentence, "date"))
    return problems + _order_problems(course, days) + _week_problems(course, days)


def spread_problems(course: Course, keys: Collection[int], minute: int) -> list[Problem]:
    """Return what the new clock time does to "the same time on every day". keys: the visits that move."""
    starts = [minute if stay.key in keys else stay.start for stay in course.stays]
    apart = max(starts) - min(starts) if starts else 0
    if apart == 0:
        return []
    said = f"The days of this sequence would start up to {apart} minutes apart"
    if apart <= SPREAD_MINUTES:
        return [Notice(SCH_61.id, f"{said}. Tell the patient and the driver.", "start")]
    sentence = f"{said}; {SPREAD_MINUTES} is usual. Confirm with a reason, or move all days."
    return [NeedsConfirmation(SCH_61.id, sentence, "start")]


def place_problems(plans: Sequence[DayPlan], minute: int) -> list[Problem]:
    """Return every rule against this start on the days, own visits taken out, day and minute named."""
    return [problem for plan in plans for problem in refusals(plan, minute)]


def chair_problems(plan: DayPlan, minute: int, chair: int | None) -> list[Problem]:
    """Return the refusal of a chair that is taken or out of service, None for any chair."""
    if chair is None or chair in free_chairs(plan, minute):
        return []
    when, end = date_words(plan.day), minute + plan.lengths.occupied
    if chair not in plan.usable:
        return [Blocker(SCH_16.id, f"{when}: chair {chair} is not in service. Choose another chair.", "chair")]
    inside = (visit for visit in plan.booked if visit.chair == chair and visit.start < end)
    taken = next(visit for visit in inside if minute < visit.occupied[1])
    sentence = f"{when}: chair {chair} is taken from {clock(taken.start)} to {clock(taken.occupied[1])}."
    return [Blocker(SCH_16.id, f"{sentence} Choose another chair or another start.", "chair")]


def allowed_starts(plans: Sequence[DayPlan]) -> list[int]:
    """Return the starts at which one more visit fits on each of these days."""
    starts = -1
    for plan in plans:
        starts &= feasible(profile(plan))
    return minutes(starts) if plans else []


def weekend(day: date, first_weekday: int = 0) -> bool:
    """Return whether a date is none of the five clinic days of its week."""
    return day not in clinic_week(day, first_weekday)


def _order_problems(course: Course, days: Mapping[int, date]) -> list[Problem]:
    """Days keep their order, and there is one on a date."""
    after = [(days.get(stay.key, stay.day), stay) for stay in course.stays]
    for (earlier, one), (later, other) in pairwise(after):
        if one.key not in days and other.key not in days:
            continue
        if earlier == later:
            sentence = f"This patient already has a visit on {date_words(earlier)}. Choose another day."
            return [Blocker(SCH_13.id, sentence, "date")]
        if earlier > later:
            sentence = f"{date_words(earlier)} would come after {date_words(later)}. Days keep their order."
            return [Blocker(SCH_60.id, sentence, "date")]
    return []


def _week_problems(course: Course, days: Mapping[int, date]) -> list[Problem]:
    """Days of a sequence inside one week stay inside one week; a make-up may stand apart."""
    if course.mode == SequenceMode.CLINIC_DAYS:
        return []
    mine = [stay for stay in course.stays if not stay.is_make_up]
    weeks = {clinic_week(days.get(stay.key, stay.day), course.first_weekday)[0] for stay in mine}
    if len(weeks) <= 1:
        return []
    last = min(weeks) + timedelta(days=VISITS - 1)
    sentence = (
        f"The days of this sequence belong to one week, here until {date_words(last)}. "
        "Move the whole week, or record the day as missed and make it up."
    )
    return [Blocker(SCH_60.id, sentence, "date")]
