"""What one day of the suite can hold, exact to the minute.

Times are minutes after local midnight; spans are half-open (start, end). A visit is seated at its
start: IV, infusion and observation are attended, cleaning then keeps the chair. One bit of a Python
int is one minute. A resource is a tuple of such ints, its *layers*: layer k marks the minutes with
more than k places free, so layer 0 empty at a minute means that the resource is full there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

Span = tuple[int, int]
Layers = tuple[int, ...]

GRID_MINUTES = 5  # SCH-01: a 15-minute grid would cost 14% of the visits
CHAIRS = 8  # SCH-03
PATIENTS_PER_NURSE = 2  # SCH-04
STARTS_PER_NURSE = 1  # SCH-05
IV_MINUTES = 10  # SCH-09
INFUSION_MINUTES = 40  # SCH-09
OBSERVATION_MINUTES = 30  # SCH-09
CLEANING_MINUTES = 5  # SCH-09
HORIZON = 2 * 24 * 60  # minutes; an evening may run past midnight

SCH_01 = Rule("SCH-01", "A visit starts on a 5-minute mark.", source="clinic default")
SCH_02 = Rule(
    "SCH-02",
    "A patient is seated at or after opening and discharged by closing; cleaning may run past closing.",
    source="clinic default",
)
SCH_03 = Rule(
    "SCH-03", "At every minute at most one patient a chair, 8 chairs in the suite.", source="Tankha 2025"
)
SCH_04 = Rule(
    "SCH-04",
    "At every minute at most 2 patients for each nurse on the floor; no override.",
    source="Tankha 2025",
)
SCH_05 = Rule("SCH-05", "At every minute at most 1 IV start for each nurse on the floor.", source="clinic default")
SCH_06 = Rule("SCH-06", "A provider is on site from seating to discharge.", source="Tankha 2025")
SCH_07 = Rule("SCH-07", "Nothing is booked on a closed day.", source="clinic default")
SCH_09 = Rule(
    "SCH-09",
    "A visit is 10 minutes IV, 40 infusion, 30 observation and 5 cleaning.",
    source="Tankha 2025 (infusion, observation); IV and cleaning: clinic default",
)
SCH_37 = Rule(
    "SCH-37", "A day takes at most as many visits as its cap, where it has one.", source="clinic default"
)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Minutes of the four phases of a visit; each stored visit keeps its own."""

    iv: int = IV_MINUTES
    infusion: int = INFUSION_MINUTES
    observation: int = OBSERVATION_MINUTES
    cleaning: int = CLEANING_MINUTES

    def __post_init__(self) -> None:
        if min(self.iv, self.infusion, self.observation) < 1 or self.cleaning < 0:
            raise ValueError("IV, infusion and observation take at least a minute, cleaning none or more")

    @property
    def attended(self) -> int:
        """Minutes from seating to discharge."""
        return self.iv + self.infusion + self.observation

    @property
    def occupied(self) -> int:
        """Minutes that the chair is taken."""
        return self.attended + self.cleaning


@dataclass(frozen=True, slots=True)
class BookedVisit:
    """One visit that holds its place. chair: 1 … chairs, None while none is named; key: the row's key.

    pinned: the chair may not change any more (the patient has arrived, or it is the day itself).
    came: the patient has arrived; that visit is a fact.
    """

    start: int
    lengths: Lengths = Lengths()
    chair: int | None = None
    key: int | str | None = None
    pinned: bool = False
    came: bool = False

    @property
    def iv(self) -> Span:
        return self.start, self.start + self.lengths.iv

    @property
    def attended(self) -> Span:
        return self.start, self.start + self.lengths.attended

    @property
    def occupied(self) -> Span:
        return self.start, self.start + self.lengths.occupied


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One suite-day. nurses: one or more spans a nurse, breaks taken out; provider: spans on site.

    booked: visits that hold a place (not cancelled, not missed); lengths: of the next visit booked.
    closed: why the clinic is closed that day ("Labor Day"), "" when it is open.
    out: chairs out of service; cap: visits at most, None as many as fit.
    nurse_cover, provider_cover: cover needed, a span a person: it counts for what is booked, never for more.
    """

    day: date
    open: int
    close: int
    nurses: tuple[Span, ...]
    provider: tuple[Span, ...]
    booked: tuple[BookedVisit, ...] = ()
    chairs: int = CHAIRS
    lengths: Lengths = Lengths()
    closed: str = ""
    out: frozenset[int] = frozenset()
    cap: int | None = None
    nurse_cover: tuple[Span, ...] = ()
    provider_cover: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.open < self.close <= HORIZON or self.chairs < 0:
            raise ValueError("a day opens before it closes and has chairs")
        if any(start >= end for start, end in (*self.nurses, *self.provider)):
            raise ValueError("a span ends after it starts")

    @property
    def usable(self) -> tuple[int, ...]:
        """The numbers of the chairs in service."""
        return tuple(chair for chair in range(1, self.chairs + 1) if chair not in self.out)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is still free, of one day or of several days at once at one clock time.

    starts: minutes at which grid, hours, provider and closed days let a visit start.
    room: every minute that counts; chairs, places, ivs: layers of free chairs, of patients that the
    nurses can still take, of IV starts they can still do. left: visits that the daily cap still lets in,
    None without a cap.
    """

    lengths: Lengths
    starts: int
    room: int
    chairs: Layers
    places: Layers
    ivs: Layers
    left: int | None = None


def on_floor(shift: Span, breaks: Iterable[Span]) -> tuple[Span, ...]:
    """Return a nurse's shift without the breaks; breaks may overlap each other."""
    spans, at = [], shift[0]
    for start, end in sorted(breaks):
        if start > at:
            spans.append((at, min(start, shift[1])))
        at = max(at, end)
    spans.append((at, shift[1]))
    return tuple((start, end) for start, end in spans if start < end)


def profile(day: DayPlan) -> Profile:
    """Return what is still free on this day."""
    lengths = day.lengths
    room = mask((day.open, day.close + lengths.occupied))
    nurses = _pile(day.nurses)
    chairs: Layers = (room,) * len(day.usable)
    places: Layers = tuple(layer for layer in nurses for _ in range(PATIENTS_PER_NURSE))
    ivs: Layers = tuple(layer for layer in nurses for _ in range(STARTS_PER_NURSE))
    for visit in day.booked:
        chairs = _take(chairs, mask(visit.occupied))
        places = _take(places, mask(visit.attended))
        ivs = _take(ivs, mask(visit.iv))
    left = None if day.cap is None else max(0, day.cap - len(day.booked))
    return Profile(lengths, _allowed_starts(day), room, chairs, places, ivs, left)


def feasible(free: Profile) -> int:
    """Return the starts at which one more visit fits, as a bit mask: bit m is minute m."""
    lengths = free.lengths
    if free.left == 0:
        return 0
    blocked = (
        _dilate(_full(free.room, free.chairs), lengths.occupied)
        | _dilate(_full(free.room, free.places), lengths.attended)
        | _dilate(_full(free.room, free.ivs), lengths.iv)
    )
    return free.starts & ~blocked


def feasible_starts(day: DayPlan) -> list[int]:
    """Return the minutes at which one more visit can be seated on this day."""
    return minutes(feasible(profile(day)))


def together(profiles: Sequence[Profile]) -> Profile:
    """Return what is free on all these days at the same clock time."""
    if len({free.lengths for free in profiles}) != 1:
        raise ValueError("days taken together need visits of one length")
    return reduce(_both, profiles)


def after(free: Profile, start: int) -> Profile:
    """Return what is free once one more visit is seated at ``start``."""
    lengths = free.lengths
    return Profile(
        lengths,
        free.starts,
        free.room,
        _take(free.chairs, mask((start, start + lengths.occupied))),
        _take(free.places, mask((start, start + lengths.attended))),
        _take(free.ivs, mask((start, start + lengths.iv))),
        None if free.left is None else max(0, free.left - 1),
    )


def further_visits(free: Profile) -> int:
    """Return exactly how many more visits of this length fit.

    Earliest first is optimal because all new visits have equal lengths: moving the first visit of
    any best plan to the earliest feasible start only vacates minutes later on.
    """
    count = 0
    while starts := feasible(free):
        free = after(free, (starts & -starts).bit_length() - 1)
        count += 1
    return count


def refusals(day: DayPlan, start: int) -> list[Problem]:
    """Return every rule that stands against seating one more patient at ``start``, day and minute named."""
    when = date_words(day.day)
    if day.closed:
        return [Blocker(SCH_07.id, f"{when}: the clinic is closed ({day.closed}). Choose another week.", "start")]
    problems = _hour_problems(day, start)
    if not 0 <= start < HORIZON:
        return problems
    if day.cap is not None and len(day.booked) >= day.cap:
        sentence = f"all {day.cap} visits that this day takes are booked"
        problems.append(Blocker(SCH_37.id, f"{when}: {sentence}. Choose another week.", "start"))
    free, visit = profile(day), BookedVisit(start, day.lengths)
    chairs = _run(_full(free.room, free.chairs), visit.occupied)
    if chairs:
        sentence = f"all {len(day.usable)} chairs are taken from {clock(chairs[0])} to {clock(chairs[1])}"
        problems.append(_refusal(SCH_03, when, sentence))
    places = _run(_full(free.room, free.places), visit.attended)
    if places:
        patients = _count((booked.attended for booked in day.booked), places[0])
        sentence = _staffed(day, places, f"{patients} patients")
        problems.append(_refusal(SCH_04, when, f"{sentence}; at most {PATIENTS_PER_NURSE} each"))
    ivs = _run(_full(free.room, free.ivs), visit.iv)
    if ivs:
        starts = _count((booked.iv for booked in day.booked), ivs[0])
        sentence = _staffed(day, ivs, f"{starts} IV start{'' if starts == 1 else 's'}")
        problems.append(_refusal(SCH_05, when, f"{sentence}; at most {STARTS_PER_NURSE} each"))
    absent = _run(mask((0, max(day.close, visit.attended[1]))) & ~_union(day.provider), visit.attended)
    if absent:
        sentence = f"no provider is on site from {clock(absent[0])} to {clock(absent[1])}"
        problems.append(_refusal(SCH_06, when, sentence))
    return problems


def mask(span: Span) -> int:
    """Return the span as bits, one a minute."""
    return (1 << span[1]) - (1 << span[0])


def minutes(bits: int) -> list[int]:
    """Return the minutes whose bit is set, earliest first."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def clock(minute: int) -> str:
    """Return "09:05"; minutes past midnight start again at 00:00."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def date_words(day: date) -> str:
    """Return "Monday 14 September"."""
    return f"{day:%A} {day.day} {day:%B}"


def _allowed_starts(day: DayPlan) -> int:
    last = day.close - day.lengths.attended
    if day.closed or last < day.open:
        return 0
    grid = sum(
        1 << minute for minute in range(-(-day.open // GRID_MINUTES) * GRID_MINUTES, last + 1, GRID_MINUTES)
    )
    absent = mask((day.open, day.close)) & ~_union(day.provider)
    return grid & ~_dilate(absent, day.lengths.attended)


def _hour_problems(day: DayPlan, start: int) -> list[Problem]:
    when, problems = date_words(day.day), []
    if start % GRID_MINUTES:
        problems.append(_refusal(SCH_01, when, f"{clock(start)} is not on a {GRID_MINUTES}-minute mark"))
    if start < day.open:
        problems.append(_refusal(SCH_02, when, f"{clock(start)} is before opening at {clock(day.open)}"))
    discharge = start + day.lengths.attended
    if discharge > day.close:
        sentence = f"discharge would be at {clock(discharge)}, after closing at {clock(day.close)}"
        problems.append(_refusal(SCH_02, when, sentence))
    return problems


def _refusal(rule: Rule, when: str, sentence: str) -> Problem:
    return Blocker(rule.id, f"{when}: {sentence}. Choose another start.", "start")


def _pile(spans: Iterable[Span]) -> Layers:
    """Return layers: layer k marks the minutes that more than k of the spans cover."""
    layers: list[int] = []
    for span in spans:
        carried = mask(span)
        for depth, layer in enumerate(layers):
            layers[depth], carried = layer | carried, layer & carried
        if carried:
            layers.append(carried)
    return tuple(layers)


def _take(layers: Layers, taken: int) -> Layers:
    """Return the layers with one place less in the taken minutes; nothing free stays nothing free."""
    above = (*layers[1:], 0)
    return tuple((layer & ~taken) | (over & taken) for layer, over in zip(layers, above, strict=False))


def _both(one: Profile, other: Profile) -> Profile:
    def fewer(left: Layers, right: Layers) -> Layers:
        return tuple(a & b for a, b in zip(left, right, strict=False))

    return Profile(
        one.lengths,
        one.starts & other.starts,
        one.room | other.room,
        fewer(one.chairs, other.chairs),
        fewer(one.places, other.places),
        fewer(one.ivs, other.ivs),
        min((left for left in (one.left, other.left) if left is not None), default=None),
    )


def _full(room: int, layers: Layers) -> int:
    return room & ~layers[0] if layers else room


def _dilate(blocked: int, length: int) -> int:
    """Return the starts s whose [s, s + length) meets a blocked minute, in O(log length) shifts."""
    reach, done = blocked, 1
    while done < length:
        step = min(done, length - done)
        reach |= reach >> step
        done += step
    return reach


def _union(spans: Iterable[Span]) -> int:
    return reduce(lambda bits, span: bits | mask(span), spans, 0)


def _run(full: int, window: Span) -> Span | None:
    """Return the first full minute in the window and the minute at which that run of full minutes ends."""
    inside = full & mask(window)
    if not inside:
        return None
    first = (inside & -inside).bit_length() - 1
    rest = ~(full >> first)
    return first, first + (rest & -rest).bit_length() - 1


def _count(spans: Iterable[Span], minute: int) -> int:
    return sum(start <= minute < end for start, end in spans)


def _staffed(day: DayPlan, run: Span, load: str) -> str:
    nurses, when = _count(day.nurses, run[0]), f"at {clock(run[0])}, full until {clock(run[1])}"
    if nurses == 0:
        return f"no nurse is on the floor {when}"
    return f"{nurses} {'nurse is' if nurses == 1 else 'nurses are'} on the floor with {load} {when}"
