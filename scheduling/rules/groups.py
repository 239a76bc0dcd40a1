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
    "The group visit is 5 to 9 days before the first infusion, best 7.",
    source="Tankha 2025 (one week); the window: clinic default",
)
ENR_25 = Rule(
    "ENR-25", "A seat is for an eligible patient, once, in a group visit to come.", source="clinic default"
)
ENR_26 = Rule(
    "ENR-26",
    "A clearing holds for a first infusion within 9 days of the group visit; a later course begins with a new "
    "assessment and a new group visit.",
    source="clinic default",
)
ENR_27 = Rule("ENR-27", "Attendance at a group visit is recorded on its day or later.", source="clinic default")
MINUTES_A_DAY = 24 * 60


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
            f"This group visit is full: {group.seats_taken * PEOPLE_PER_SEAT} of {group.places} places are "
            f"taken, and a seat takes {PEOPLE_PER_SEAT}. Choose another group visit."
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
    if facts.state not in (SeatState.ATTENDED, SeatState.CLEARED):
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


def gap_problems(group_day: date | None, first_day: date) -> list[Problem]:
    """Return the refusal when the first infusion is not 5 to 9 days after the group visit."""
    if group_day is None:
        sentence = "Book the group visit first; the first infusion follows 5 to 9 days after it."
        return [Blocker(ENR_24.id, sentence, "week")]
    gap = (first_day - group_day).days
    if LATEST_DAYS_BEFORE <= gap <= EARLIEST_DAYS_BEFORE:
        return []
    if gap > 0:
        said = f"{_days(gap)} after the group visit of {_date(group_day)}"
    elif gap == 0:
        said = "on the day of the group visit"
    else:
        said = f"{_days(-gap)} before the group visit of {_date(group_day)}"
    sentence = (
        f"{_date(first_day)} is {said}; the first infusion is {LATEST_DAYS_BEFORE} to {EARLIEST_DAYS_BEFORE} "
        f"days after it, best {TARGET_DAYS_BEFORE}. Choose another week or another group visit."
    )
    return [Blocker(ENR_24.id, sentence, "week")]


def first_infusion_day(group_day: date, first_weekday: int = 0) -> date | None:
    """Return the day 1 that may follow this group visit (ENR-24), None where no clinic week begins in time.

    first_weekday: of the clinic week, 0 Monday … 6 Sunday.
    """
    for gap in range(LATEST_DAYS_BEFORE, EARLIEST_DAYS_BEFORE + 1):
        day = group_day + timedelta(days=gap)
        if day.weekday() == first_weekday:
            return day
    return None


def clearing_lapsed(group_day: date, today: date) -> bool:
    """Return whether no sequence can begin any more on this group visit."""
    return (today - group_day).days > EARLIEST_DAYS_BEFORE


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
