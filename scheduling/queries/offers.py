"""Five starts for one patient, what each means, and why the wished one is refused."""

from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.display import MINUS
from kitclinic.models import Site
from kitclinic.problems import Problem
from scheduling.models import GroupSeat, Patient
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.plans import booked_days, current_seat, is_opened, week_plans
from scheduling.queries.waiting import first_week
from scheduling.rules.capacity import (
    GRID_MINUTES,
    PATIENTS_PER_NURSE,
    SCH_03,
    SCH_04,
    SCH_05,
    STARTS_PER_NURSE,
    DayPlan,
    Lengths,
    clock,
    refusals,
)
from scheduling.rules.groups import Clearance, Window, screen_problems
from scheduling.rules.reminders import spoken
from scheduling.rules.sequences import VISITS, Offer, WeekPlan, enrolment_problems, offers, why_not
from scheduling.rules.visits import open_sequence_problems

NINE = 9 * 60  # the wish until somebody says another
PICTURE_WIDTH, PICTURE_HEIGHT, ONE_PERSON = 280, 108, 9  # SVG units
NUMBERS = ("none", "one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class Line:
    """One offer as it is shown and read out."""

    key: int
    offer: Offer
    today: date
    wish_minute: int
    group_day: date
    group_minute: int
    group_is_over: bool
    cleared_on: date | None = None

    @property
    def value(self) -> str:
        return f"{self.offer.first_day:%Y-%m-%d} {self.offer.minute}"

    @property
    def time(self) -> str:
        return clock(self.offer.minute)

    @property
    def leaves(self) -> str:
        return clock(self.offer.minute + Lengths().attended)

    @property
    def last_day(self) -> date:
        return self.offer.dates[-1]

    @property
    def in_days(self) -> int:
        return (self.offer.first_day - self.today).days

    @property
    def gap(self) -> int:
        return (self.offer.first_day - self.group_day).days

    @property
    def away(self) -> str:
        """Return "+1 h 20 min" or "−10 min" from the wish."""
        hours, minutes = divmod(self.offer.off_wish, 60)
        sign = "+" if self.offer.minute > self.wish_minute else MINUS
        return sign + " ".join(([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes else []))

    @property
    def chairs(self) -> str:
        if self.offer.chairs.is_one_chair:
            return f"all in chair {self.offer.chairs.chairs[0]}"
        return f"chairs {', '.join(map(str, self.offer.chairs.chairs))}"

    @property
    def lost(self) -> str:
        """Return "none lost" or "two lost": places that others lose beyond this one."""
        count = self.offer.lost_places
        return f"{NUMBERS[count] if count < len(NUMBERS) else count} lost"

    @property
    def said_time(self) -> str:
        return spoken(self.offer.minute)

    @property
    def said_group(self) -> str:
        return spoken(self.group_minute)

    @property
    def group_time(self) -> str:
        return clock(self.group_minute)


@dataclass(frozen=True, slots=True)
class Column:
    """One tick of the refusal's picture. over: the wished visit would break the limit here."""

    x: int
    load_y: int
    load_height: int
    add_y: int
    over: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Who is there during the wished visit, and the limit, on the first day that refuses it."""

    day: date
    what: str
    columns: tuple[Column, ...]
    line: str
    from_clock: str
    to_clock: str
    most: int
    least: int
    column_width: int  # of one tick, with its gap taken out
    one_height: int  # of one person

    @property
    def inner_width(self) -> int:
        return self.column_width - 1


@dataclass(frozen=True, slots=True)
class OffersPage:
    """What the scheduler reads out. refused: why the wish itself cannot be booked; standing: why nothing can."""

    patient: Patient
    seat: GroupSeat | None
    number: int
    wish_minute: int
    earliest: date
    weeks: tuple[date, ...]
    lines: tuple[Line, ...]
    wished_week: date | None
    refused: tuple[Problem, ...]
    picture: Picture | None
    standing: tuple[Problem, ...]
    window: Window
    clearance: Clearance | None

    @property
    def wish(self) -> str:
        return clock(self.wish_minute)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The refusal as (rule, sentence), days with one and the same reason said together."""
        days: dict[tuple[str, str], list[str]] = {}
        for problem in self.refused:
            day, _, words = problem.sentence.partition(": ")
            days.setdefault((problem.rule, words), []).append(day)
        return [
            (rule, f"{_said_days(named)}: {words}" if words else named[0]) for (rule, words), named in days.items()
        ]


def offers_page(patient: Patient, *, earliest: date | None, wish_minute: int | None, at: datetime) -> OffersPage:
    """Return the offers for one patient over 26 weeks, in a fixed number of queries."""
    site: Site = patient.site
    today = site.today(at)
    wish = NINE if wish_minute is None else wish_minute
    seat = current_seat(patient)
    group_day = seat.group.date if seat else None
    weeks = [week for week in week_plans(site, today, today=today) if is_opened(week)]
    window, clearance = window_of(site), clearance_of(patient)
    fits = first_week(site, group_day, today) if group_day and clearance is None else None
    start = earliest or fits or (weeks[0].first_day if weeks else today)
    later = [week for week in weeks if week.dates[-1] >= start]
    facts = {
        "group_day": group_day,
        "today": today,
        "booked_days": booked_days(patient),
        "window": window,
        "clearance": clearance,
    }
    sequences = list(patient.sequences.values_list("state", flat=True))
    standing = enrolment_problems(patient.state) + open_sequence_problems(sequences)
    standing += screen_problems(clearance) if clearance else []
    found = [] if standing else offers(later, wish, **facts)  # type: ignore[arg-type]
    wished = _wished_week(later, fits, earliest)
    refused = why_not(wished, wish, **facts) if wished and not standing else []  # type: ignore[arg-type]
    return OffersPage(
        patient=patient,
        seat=seat,
        number=len(sequences) + 1,
        wish_minute=wish,
        earliest=start,
        weeks=tuple(week.first_day for week in weeks if week.first_day > today),
        lines=tuple(_lines(found, seat, today, wish, clearance)),
        wished_week=wished.first_day if wished else None,
        refused=tuple(refused),
        picture=_first_picture(wished, wish, refused),
        standing=tuple(standing),
        window=window,
        clearance=clearance,
    )


def _said_days(days: list[str]) -> str:
    """Return "Every day", or "Monday, Wednesday 7 October": the date once, at the end."""
    if len(days) == VISITS:
        return "Every day"
    return ", ".join([day.split()[0] for day in days[:-1]] + days[-1:])


def _wished_week(weeks: list[WeekPlan], fits: date | None, earliest: date | None) -> WeekPlan | None:
    """The week that was asked for; without a question, the one that follows the group visit."""
    wanted = earliest or fits
    return next((week for week in weeks if wanted and week.first_day <= wanted <= week.dates[-1]), None)


def _lines(
    found: list[Offer], seat: GroupSeat | None, today: date, wish: int, clearance: Clearance | None
) -> list[Line]:
    if seat is None:
        return []
    group, cleared = seat.group, clearance.cleared_on if clearance else None
    return [
        Line(key, offer, today, wish, group.date, group.start_minute, group.date < today, cleared)
        for key, offer in enumerate(found, start=1)
    ]


def _first_picture(week: WeekPlan | None, minute: int, refused: list[Problem]) -> Picture | None:
    """Draw the first refusal that is a count of people; a closed week or an hour needs no picture."""
    if week is None or not refused:
        return None
    for day in week.days:
        rules = {problem.rule for problem in refusals(day, minute)}
        for rule in (SCH_04, SCH_03, SCH_05):
            if rule.id in rules:
                return _picture(day, minute, rule.id)
    return None


def _picture(day: DayPlan, minute: int, rule: str) -> Picture:
    length = {SCH_03.id: day.lengths.occupied, SCH_04.id: day.lengths.attended, SCH_05.id: day.lengths.iv}[rule]
    step = GRID_MINUTES if rule != SCH_05.id else 1
    ticks = list(range(minute, minute + length, step))
    spans = [
        {SCH_03.id: visit.occupied, SCH_04.id: visit.attended, SCH_05.id: visit.iv}[rule] for visit in day.booked
    ]
    per_nurse = PATIENTS_PER_NURSE if rule == SCH_04.id else STARTS_PER_NURSE
    loads = [sum(start <= tick < end for start, end in spans) for tick in ticks]
    nurses = [sum(start <= tick < end for start, end in day.nurses) for tick in ticks]
    limits = [day.chairs if rule == SCH_03.id else per_nurse * count for count in nurses]
    one = min(ONE_PERSON, PICTURE_HEIGHT // max([1, *limits, *(load + 1 for load in loads)]))
    width = PICTURE_WIDTH // len(ticks)
    columns = tuple(
        Column(
            place * width,
            PICTURE_HEIGHT - load * one,
            load * one,
            PICTURE_HEIGHT - (load + 1) * one,
            load + 1 > limits[place],
        )
        for place, load in enumerate(loads)
    )
    path = f"M0 {PICTURE_HEIGHT - limits[0] * one}" + "".join(
        f"H{place * width}V{PICTURE_HEIGHT - most * one}" for place, most in enumerate(limits) if place
    )
    what = {SCH_03.id: "patients in chairs", SCH_04.id: "patients", SCH_05.id: "IV starts"}[rule]
    return Picture(
        day.day,
        what,
        columns,
        f"{path}H{len(ticks) * width}",
        clock(minute),
        clock(minute + length),
        max(limits),
        min(limits),
        width - 2,
        one - 2,
    )
