"""At most five starts for one patient, best first: what each costs the others, how far it is from the wish."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.blocks import Block, WeekPlan, plans_of
from scheduling.rules.capacity import DayPlan, Span, date_words
from scheduling.rules.chairs import ChairPlan
from scheduling.rules.groups import STANDARD, Clearance, Window
from scheduling.rules.residual import CountedWeek
from scheduling.rules.sequences import week_problems
from scheduling.rules.wishes import Wish

OFFERS = 5  # SCH-15
OFFERS_A_WEEK = 3  # SCH-15: more only where no later week has a start
WEEKS_SEEN = 2  # SCH-15: weeks with a start that are compared
APART_MINUTES = 30  # SCH-15: two offers of the same days differ by so much
LIKED = 9 * 60  # SCH-44: the wish until somebody says another

SCH_15 = Rule(
    "SCH-15",
    "At most 5 starts are offered, of 2 weeks or more where these have any, 3 of one week, 30 minutes apart; each "
    "fits on all its days and says how many places it keeps. A wished start that fits is among them.",
    source="clinic default",
)
SCH_44 = Rule(
    "SCH-44",
    "Offers are ranked by the places they cost others against the week's best start, then the earlier week, then "
    "the distance from the wish (09:00 until one is said), then the same chair and nurse as before.",
    source="clinic default",
)
SCH_45 = Rule(
    "SCH-45",
    "An offer keeps the wish: not before the day asked for, seated and discharged within the window, none of the "
    "days to avoid.",
    source="clinic default",
)
SCH_47 = Rule(
    "SCH-47",
    "A patient without a seat in a group visit is offered a sequence together with the group visit before it that "
    "has a free seat and lies nearest to the target; without one nothing is offered.",
    source="Tankha 2025 (group visit one week before the first infusion)",
)


Shifts = Mapping[date, Sequence[tuple[int, Span]]]  # by day: a nurse's key and the shift, breaks not taken out


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group visit that can be booked along. key: its row's key; seats_left: patients who still fit."""

    key: int
    day: date
    start_minute: int
    seats_left: int = 1


@dataclass(frozen=True, slots=True)
class NurseDays:
    """A nurse who is on shift at the offered time on so many of the days."""

    nurse: int
    days: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks. group_day: of the patient's own group visit; groups: to be booked along, where there is none.

    booked_days: dates on which the patient has a visit; clearance: of a returning patient;
    chair, nurses: of the course before; shifts: of every day that may be offered, as far as they are known.
    """

    today: date
    group_day: date | None = None
    groups: Sequence[GroupChoice] = ()
    booked_days: Collection[date] = frozenset()
    window: Window = STANDARD
    clearance: Clearance | None = None
    chair: int | None = None
    nurses: frozenset[int] = frozenset()
    shifts: Shifts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Start:
    """A start that fits. loss: places that others lose beyond the one booked."""

    loss: int
    off_wish: int
    block: Block
    minute: int
    group: GroupChoice | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One start, feasible on all its days.

    week: first day of the clinic week; minute: clock time of all days; off_wish: minutes away from the wish.
    places_now: further sequences that fit this week; places_after: those that still fit after this one;
    is_exact: both to the one, otherwise at most so many. group: booked along; nurse: seen most often;
    closed: days of these dates' weeks on which the clinic is closed, with the reason.
    """

    block: Block
    week: date
    minute: int
    off_wish: int
    places_now: int
    places_after: int
    chairs: ChairPlan
    is_exact: bool = True
    group: GroupChoice | None = None
    keeps_chair: bool = False
    nurse: NurseDays | None = None
    keeps_nurse: bool = False
    closed: tuple[tuple[date, str], ...] = ()

    @property
    def dates(self) -> tuple[date, ...]:
        return self.block.dates

    @property
    def first_day(self) -> date:
        return self.block.first_day

    @property
    def lost_places(self) -> int:
        """Sequences that others lose beyond the one booked; 0 costs nobody a place."""
        return self.places_now - 1 - self.places_after

    @property
    def keeps(self) -> str:
        """Return "keeps 11 of 11 places", or "keeps at most 10 of 11 places" where blocks overlap."""
        return f"keeps {'' if self.is_exact else 'at most '}{self.places_after} of {self.places_now - 1} places"

    @property
    def continuity(self) -> tuple[bool, int, bool]:
        """Rank the chair and the nurse of the course before: the smaller, the more is kept."""
        kept = self.nurse.days if self.nurse and self.keeps_nurse else 0
        return not self.keeps_chair, -kept, not self.chairs.is_one_chair

    @property
    def rank(self) -> tuple[object, ...]:
        return self.lost_places, self.week, self.off_wish, self.continuity, self.first_day, self.minute


def offers(weeks: Iterable[CountedWeek], wish: Wish, asking: Asking, *, limit: int = OFFERS) -> list[Offer]:
    """Return at most ``limit`` offers, best first. weeks: in order of date; read only as far as needed."""
    first: list[Offer] = []
    spare: list[Offer] = []
    wished: Offer | None = None
    seen = 0
    for week in weeks:
        some = week_offers(week, wish, asking, limit=OFFERS_A_WEEK if len(first) >= OFFERS_A_WEEK else limit)
        first += some[:OFFERS_A_WEEK]
        spare += some[OFFERS_A_WEEK:]
        seen += bool(some)
        wished = wished or _wished(week, wish, asking)
        if len(first) >= limit and (seen >= WEEKS_SEEN or limit == 1):
            break
    chosen = sorted(first, key=_rank)[:limit]
    chosen += sorted(spare, key=_rank)[: limit - len(chosen)]
    if wished and limit > 1 and all(offer.off_wish for offer in chosen):
        chosen = [*chosen[: limit - 1], wished]
    return sorted(chosen, key=_rank)


def week_offers(week: CountedWeek, wish: Wish, asking: Asking, *, limit: int = OFFERS) -> list[Offer]:
    """Return at most ``limit`` offers of one week, best first, half an hour apart."""
    found: list[Offer] = []
    for _, same in groupby(_candidates(week, wish, asking), key=lambda start: (start.loss, start.off_wish)):
        if len(found) >= limit:
            break
        apart = [start for start in same if all(_is_apart(start, other) for other in found)]
        ties = filter(None, (_offer(week, start, asking) for start in apart))
        known = asking.chair is not None or asking.nurses  # only then is there anything to keep between two ties
        for offer in sorted(ties, key=_rank) if known else ties:
            if len(found) < limit and all(_is_apart(offer, other) for other in found):
                found.append(offer)
            if len(found) >= limit:
                break
    return found


def liked(wish: Wish) -> int:
    """Return the minute that offers are measured from."""
    if wish.minute is not None:
        return wish.minute
    return LIKED if wish.from_minute is None else max(LIKED, wish.from_minute)


def group_for(first_day: date, groups: Iterable[GroupChoice], window: Window) -> GroupChoice | None:
    """Return the group visit to be booked along with a sequence that begins on this day (SCH-47)."""
    fitting = [
        group
        for group in groups
        if group.seats_left > 0 and window.latest <= (first_day - group.day).days <= window.earliest
    ]
    return min(
        fitting,
        key=lambda group: (abs((first_day - group.day).days - window.target), group.day, group.start_minute),
        default=None,
    )


def _candidates(week: CountedWeek, wish: Wish, asking: Asking) -> list[_Start]:
    """Return every start of this week that fits patient and wish, by loss, then by distance from the wish."""
    near, found = liked(wish), []
    for block, group in _blocks(week, wish, asking):
        attended = plans_of(week.week, block.dates[:1])[0].lengths.attended
        for minute in week.starts[block]:
            if (wish.from_minute or 0) <= minute and (
                wish.to_minute is None or minute + attended <= wish.to_minute
            ):
                loss = week.here(block).number - 1 - week.left(block, minute)
                found.append(_Start(loss, abs(minute - near), block, minute, group))
    return sorted(found, key=lambda start: (start.loss, start.off_wish, start.minute, start.block.dates))


def _blocks(week: CountedWeek, wish: Wish, asking: Asking) -> Iterator[tuple[Block, GroupChoice | None]]:
    """Yield the blocks that this patient may take, each with the group visit that is booked along."""
    for block in week.blocks:
        if (wish.from_day and block.first_day < wish.from_day) or set(block.dates).intersection(wish.avoids):
            continue
        group = group_for(block.first_day, asking.groups, asking.window)
        problems = week_problems(
            week.week,
            group_day=group.day if group else asking.group_day,
            booked_days=asking.booked_days,
            today=asking.today,
            window=asking.window,
            clearance=asking.clearance,
            block=block,
        )
        if not problems:
            yield block, group


def _wished(week: CountedWeek, wish: Wish, asking: Asking) -> Offer | None:
    """Return the offer of the wished clock time, whatever it costs; None where it does not fit."""
    if wish.minute is None:
        return None
    exact = (_offer(week, start, asking) for start in _candidates(week, wish, asking) if not start.off_wish)
    return next((offer for offer in exact if offer), None)


def _offer(week: CountedWeek, start: _Start, asking: Asking) -> Offer | None:
    """Return the offer with its chairs; None where patients who already sit leave no chair."""
    chairs = week.chairs(start.block, start.minute, asking.chair)
    if chairs is None:
        return None
    nurse = nurse_days(plans_of(week.week, start.block.dates), start.minute, asking.shifts, asking.nurses)
    return Offer(
        block=start.block,
        week=week.week.first_day,
        minute=start.minute,
        off_wish=start.off_wish,
        places_now=week.here(start.block).number,
        places_after=week.left(start.block, start.minute),
        chairs=chairs,
        is_exact=week.here(start.block).is_exact,
        group=start.group,
        keeps_chair=set(chairs.chairs) == {asking.chair},
        nurse=nurse,
        keeps_nurse=nurse is not None and nurse.nurse in asking.nurses,
        closed=_closed(week.week, start.block),
    )


def nurse_days(days: Sequence[DayPlan], minute: int, shifts: Shifts, known: frozenset[int]) -> NurseDays | None:
    """Return the nurse on shift for the whole visit on most of these days, one of the known before all others."""
    seen = Counter(
        nurse
        for day in days
        for nurse in {
            nurse
            for nurse, (begin, end) in shifts.get(day.day, ())
            if begin <= minute and minute + day.lengths.attended <= end
        }
    )
    if not seen:
        return None
    nurse = min(seen, key=lambda nurse: (nurse not in known, -seen[nurse], nurse))
    return NurseDays(nurse, seen[nurse])


def _closed(week: WeekPlan, block: Block) -> tuple[tuple[date, str], ...]:
    """The closed days of the week, and those that the block passes over."""
    passed = (day for day in week.known if day.closed and (day in week.days or day.day < block.last_day))
    return tuple((day.day, day.closed) for day in passed)


def _is_apart(one: _Start | Offer, other: Offer) -> bool:
    return one.block != other.block or abs(one.minute - other.minute) >= APART_MINUTES


def group_problems(first_day: date, window: Window) -> list[Problem]:
    """Return the refusal of a first day before which no group visit has a free seat."""
    sentence = (
        f"No group visit {window.words} before {date_words(first_day)} has a free seat. Choose another week, plan "
        "a group visit, or put the patient on the waiting list."
    )
    return [Blocker(SCH_47.id, sentence, "week")]


def _rank(offer: Offer) -> tuple[object, ...]:
    return offer.rank
