"""The shared medical appointment (SMA): seats, leads, attendance, clearing, days before day 1."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.states import EnrolmentState, SeatState

PEOPLE_PER_SEAT = 2  # ENR-20: the patient and the support person
EARLIEST_DAYS_BEFORE = 9  # ENR-24
LATEST_DAYS_BEFORE = 5  # ENR-24
TARGET_DAYS_BEFORE = 7  # ENR-24: one week
CLEARANCE_DAYS = 180  # ENR-60
HEAVIEST_KG = Decimal("999.9")  # what the scale's field can hold; not a clinical limit

ENR_20 = Rule(
    "ENR-20",
    "Places in a group visit count people: each seat takes 2, the patient and the support person.",
    source="Tankha 2025 (both attend); how it is counted: clinic default",
)
ENR_21 = Rule(
    "ENR-21",
    "A group visit has two leads, one physician and one psychologist.",
    source="Tankha 2025",
)
ENR_22 = Rule("ENR-22", "A seat in a group visit names the support person.", source="Tankha 2025")
ENR_23 = Rule(
    "ENR-23",
    "A patient is cleared after attending with the support person and with a weight measured in kg.",
    source="Tankha 2025",
)
ENR_24 = Rule(
    "ENR-24",
    "The group visit is 5 to 9 days before the first infusion, best 7; the window is a setting of the clinic.",
    source="Tankha 2025 (one week); the window: clinic default",
)
ENR_25 = Rule(
    "ENR-25", "A seat is for an eligible patient, once, in a group visit to come.", source="clinic default"
)
ENR_26 = Rule(
    "ENR-26",
    "A clearing holds for a first course that begins within 9 days of the group visit; one that was not used by "
    "then is followed by a new assessment and a new group visit.",
    source="clinic default",
)
ENR_27 = Rule("ENR-27", "Attendance at a group visit is recorded on its day or later.", source="clinic default")
ENR_60 = Rule(
    "ENR-60",
    "A returning patient, cleared at most 180 days before the new first infusion, needs no new group visit; the "
    "age is a setting of the clinic.",
    source="clinic default",
)
ENR_61 = Rule(
    "ENR-61",
    "A returning patient's health screen is asked on a later day than the last infusion of the course before.",
    source="clinic default",
)
ENR_62 = Rule(
    "ENR-62",
    "A yes in a returning patient's health screen is answered by a physician's new assessment before booking.",
    source="clinic default",
)
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the group visit to the first infusion, as one clinic has set them (ENR-24)."""

    earliest: int = EARLIEST_DAYS_BEFORE
    latest: int = LATEST_DAYS_BEFORE
    target: int = TARGET_DAYS_BEFORE

    @property
    def words(self) -> str:
        """Return "5 to 9 days"."""
        return f"{self.latest} to {self.earliest} days" if self.latest != self.earliest else _days(self.latest)


STANDARD = Window()


@dataclass(frozen=True, slots=True)
class Clearance:
    """What a returning patient brings along: a clearing that a finished course followed.

    ended_on: last infusion of that course; screened_on: last health screen, None while there is none;
    concern: that screen holds a yes which no physician's assessment has answered since.
    """

    cleared_on: date
    ended_on: date
    screened_on: date | None = None
    concern: bool = False
    days: int = CLEARANCE_DAYS

    @property
    def last_day(self) -> date:
        """The last date on which a further course may begin without a new group visit."""
        return self.cleared_on + timedelta(days=self.days)

    @property
    def screen_due(self) -> bool:
        return self.screened_on is None or self.screened_on <= self.ended_on

    def holds(self, first_day: date) -> bool:
        """Whether a course that begins on this day needs no new group visit (ENR-60)."""
        return first_day <= self.last_day


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """One group visit. places: people who fit into the room; seats_taken: seats that hold a patient.

    physician, psychologist: key of that lead, None while nobody is named.
    """

    day: date
    places: int
    seats_taken: int = 0
    physician: int | None = None
    psychologist: int | None = None


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What clearing looks at. weight_measured: off a scale at the group visit, not stated or estimated."""

    state: str
    support_attended: bool | None = None
    weight_kg: Decimal | None = None
    weight_measured: bool = False


def seats_left(group: GroupPlan) -> int:
    """Return how many more patients fit, each with a support person."""
    if group.places < 0 or group.seats_taken < 0:
        raise ValueError("places and seats cannot be negative")
    return max(0, group.places // PEOPLE_PER_SEAT - group.seats_taken)


def lead_problems(group: GroupPlan) -> list[Problem]:
    """Return which lead is missing; asked when the group visit is planned and when it is held."""
    problems: list[Problem] = []
    if group.physician is None:
        problems.append(Blocker(ENR_21.id, "Name the physician who leads this group visit.", "physician"))
    if group.psychologist is None:
        problems.append(Blocker(ENR_21.id, "Name the psychologist who leads this group visit.", "psychologist"))
    if group.physician is not None and group.physician == group.psychologist:
        sentence = "Physician and psychologist are the same person. A group visit has two leads."
        problems.append(Blocker(ENR_21.id, sentence, "psychologist"))
    return problems


def place_problems(group: GroupPlan) -> list[Problem]:
    """Return the refusal of a room too small for one seat, when a group visit is planned."""
    if group.places >= PEOPLE_PER_SEAT:
        return []
    sentence = f"A group visit needs at least {PEOPLE_PER_SEAT} places: one patient and one support person."
    return [Blocker(ENR_20.id, sentence, "places")]


def planning_problems(day: date, start_minute: int, minutes: int, today: date) -> list[Problem]:
    """Return what stands against planning a group visit on this day and time."""
    problems: list[Problem] = []
    if day < today:
        problems.append(Blocker(ENR_25.id, "This day is over. Choose one to come.", "date"))
    if not 0 <= start_minute < MINUTES_A_DAY or minutes < 1 or start_minute + minutes > MINUTES_A_DAY:
        problems.append(Blocker(ENR_25.id, "A group visit begins and ends on the same day.", "start"))
    return problems


def check_in_problems(group_day: date, today: date) -> list[Problem]:
    """Return the refusal to record attendance before the day of the group visit."""
    if group_day <= today:
        return []
    sentence = f"The group visit is on {_date(group_day)}. Attendance is recorded on the day."
    return [Blocker(ENR_27.id, sentence)]


def seat_problems(
    group: GroupPlan, enrolment: str, *, support_person: str, already_seated: bool, today: date
) -> list[Problem]:
    """Return what stands against booking one more seat.

    enrolment: the patient's EnrolmentState; already_seated: holds a booked seat in any group visit to come.
    """
    problems: list[Problem] = []
    if seats_left(group) == 0:
        sentence = (
            f"This group visit is full: {group.seats_taken * PEOPLE_PER_SEAT} of {group.places} seats are taken, "
            f"and a patient needs {PEOPLE_PER_SEAT}, one for the support person. Choose another group visit, or "
            "put the patient on the waiting list."
        )
        problems.append(Blocker(ENR_20.id, sentence, "group"))
    if not support_person.strip():
        sentence = "Name the support person who comes along; both attend the group visit."
        problems.append(Blocker(ENR_22.id, sentence, "support_person"))
    if already_seated:
        sentence = "This patient already has a seat in a group visit. Cancel that seat first."
        problems.append(Blocker(ENR_25.id, sentence, "group"))
    elif enrolment != EnrolmentState.ELIGIBLE:
        label = EnrolmentState(enrolment).label.lower()
        sentence = f"A seat is for a patient found eligible; this patient is {label}. Record eligibility first."
        problems.append(Blocker(ENR_25.id, sentence))
    if group.day < today:
        problems.append(Blocker(ENR_25.id, "This group visit is over. Choose one to come.", "group"))
    return problems


def clearing_problems(facts: SeatFacts) -> list[Problem]:
    """Return what is missing before the patient can be cleared at the group visit."""
    problems: list[Problem] = []
    if facts.state not in (SeatState.ATTENDED, SeatState.REVIEW, SeatState.CLEARED):
        sentence = "The patient has not attended the group visit. Check the patient in, or book another one."
        problems.append(Blocker(ENR_23.id, sentence, "attended"))
    if facts.support_attended is not True:
        sentence = "The support person has not attended. Both attend before the patient is cleared."
        problems.append(Blocker(ENR_23.id, sentence, "support_attended"))
    if facts.weight_kg is None:
        problems.append(Blocker(ENR_23.id, "Weigh the patient and record the weight in kg.", "weight_kg"))
    else:
        problems += _weight_problems(facts)
    return problems


def gap_problems(group_day: date | None, first_day: date, window: Window = STANDARD) -> list[Problem]:
    """Return the refusal when the first infusion is not so many days after the group visit."""
    if group_day is None:
        sentence = f"Book the group visit first; the first infusion follows {window.words} after it."
        return [Blocker(ENR_24.id, sentence, "week")]
    gap = (first_day - group_day).days
    if window.latest <= gap <= window.earliest:
        return []
    if gap > 0:
        said = f"{_days(gap)} after the group visit of {_date(group_day)}"
    elif gap == 0:
        said = "on the day of the group visit"
    else:
        said = f"{_days(-gap)} before the group visit of {_date(group_day)}"
    sentence = (
        f"{_date(first_day)} is {said}; the first infusion is {window.words} after it, best {window.target}. "
        "Choose another week or another group visit."
    )
    return [Blocker(ENR_24.id, sentence, "week")]


def clearance_problems(clearance: Clearance, first_day: date) -> list[Problem]:
    """Return what a returning patient lacks for a further course that begins on this day."""
    problems: list[Problem] = []
    if not clearance.holds(first_day):
        sentence = (
            f"{_date(first_day)} is {_days((first_day - clearance.cleared_on).days)} after the clearing of "
            f"{_date(clearance.cleared_on)}; it holds for {_days(clearance.days)}. Assess the patient anew and "
            "book a group visit, or choose an earlier week."
        )
        problems.append(Blocker(ENR_60.id, sentence, "week"))
    return problems + screen_problems(clearance)


def screen_problems(clearance: Clearance) -> list[Problem]:
    """Return what the health screen of a returning patient leaves open, whatever the week."""
    if clearance.screen_due:
        sentence = (
            "The health screen is due: none has been asked since the last infusion on "
            f"{_date(clearance.ended_on)}. Ask it, then book."
        )
        return [Blocker(ENR_61.id, sentence)]
    if clearance.concern:
        sentence = "The health screen has a yes. A physician assesses the patient again before a course is booked."
        return [Blocker(ENR_62.id, sentence)]
    return []


def start_problems(
    group_day: date | None, first_day: date, *, window: Window = STANDARD, clearance: Clearance | None = None
) -> list[Problem]:
    """Return what stands between the way in and this first infusion: the gap, or the clearing's age."""
    if clearance is not None:
        return clearance_problems(clearance, first_day)
    return gap_problems(group_day, first_day, window)


def first_infusion_day(
    group_day: date, first_weekday: int = 0, window: Window = STANDARD, *, after: date | None = None
) -> date | None:
    """Return the day 1 that may follow this group visit (ENR-24), None where no clinic week begins in time.

    first_weekday: of the clinic week, 0 Monday … 6 Sunday; after: only a later day counts. Of two, the one
    nearer to the target.
    """
    days = [group_day + timedelta(days=gap) for gap in range(window.latest, window.earliest + 1)]
    fitting = [day for day in days if day.weekday() == first_weekday and (after is None or day > after)]
    return min(fitting, key=lambda day: abs((day - group_day).days - window.target), default=None)


def clearing_lapsed(group_day: date, today: date, window: Window = STANDARD) -> bool:
    """Return whether no first course can begin any more on this group visit."""
    return (today - group_day).days > window.earliest


def _weight_problems(facts: SeatFacts) -> list[Problem]:
    weight_kg = facts.weight_kg
    if weight_kg is None or not weight_kg.is_finite() or weight_kg <= 0 or weight_kg > HEAVIEST_KG:
        return [Blocker(ENR_23.id, "Type the weight off the scale, in kg.", "weight_kg")]
    if not facts.weight_measured:
        sentence = "This weight was not measured here. Weigh the patient and record the weight in kg."
        return [Blocker(ENR_23.id, sentence, "weight_kg")]
    return []


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
