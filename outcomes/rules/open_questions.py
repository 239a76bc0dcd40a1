"""The questions that the published authors leave open: which rows stand against which."""

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.completion import COMPLETE
from outcomes.rules.counted import Counted
from outcomes.rules.histories import UNKNOWN, Ints, Mask

FOUR = COMPLETE - 1  # OUT-63, completed infusions

OBSERVATIONAL = Rule(
    "OUT-63",
    "Every comparison of groups says that it is observational: the groups were not assigned, so a difference may "
    "have come from whom they are.",
    source="Tankha 2025, Limitations; clinic default",
)
FOUR_AGAINST_FIVE = Rule(
    "OUT-64",
    "Four days against five: patients whose first course has four completed infusions against those with five or "
    "more; fewer than four are in neither.",
    source="Tankha 2025, Protocol; clinic default",
)
CATEGORIES = Rule(
    "OUT-65",
    "Pain categories stand each by itself, small ones too; patients without a category are left out and counted.",
    source="Tankha 2025, Limitations and Conclusions",
)
LATER_COURSES = Rule(
    "OUT-66",
    "The first course stands against all later ones, each with its own baseline; a patient with three courses "
    "counts once in the first group and twice in the second.",
    source="clinic default",
)
CAME_BACK = Rule(
    "OUT-67",
    "Patients who came back for another course stand against those who did not by how they were after their first "
    "course; who has not come back by the as-of date may still come.",
    source="Tankha 2025, Limitations; clinic default",
)
PROTOCOLS_APART = Rule(
    "OUT-68",
    "Protocols stand beside each other, each with its own patients, and are never added up.",
    source="clinic default",
)
TWO_COHORTS = Rule(
    "OUT-73",
    "Two cohorts stand beside each other under the same definitions, each with its own source, as-of date, "
    "protocol and filters; the page says how many patients are in both.",
    source="clinic default",
)

NOT_ASSIGNED = "Observational: groups were not assigned."


def first_course_days(courses: Counted, of: Ints) -> Ints:
    """Return the completed infusions of the first course for the patient of every row; UNKNOWN without one.

    courses: in course mode. of: place of the patient of each row.
    """
    first = courses.rows.number == 1
    size = int(max(of.max(initial=-1), courses.rows.of.max(initial=-1))) + 1
    days = np.full(size, UNKNOWN, dtype=np.int64)
    days[courses.rows.of[first]] = courses.rows.days[first]
    found: Ints = days[of]
    return found


def four_and_five(days: Ints) -> tuple[Mask, Mask]:
    """Return who had four completed infusions in the first course, and who five or more (OUT-64)."""
    return days == FOUR, days >= COMPLETE


def first_and_later(courses: Counted) -> tuple[Mask, Mask]:
    """Return the first courses and the later ones (OUT-66)."""
    return courses.rows.number == 1, courses.rows.number > 1


def came_back_or_not(courses: Counted) -> tuple[Mask, Mask]:
    """Return the first courses of patients who came back, and of those who did not (OUT-67)."""
    first = courses.rows.number == 1
    return first & (courses.rows.courses > 1), first & (courses.rows.courses == 1)
