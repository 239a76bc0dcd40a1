"""Whom a reader of the outcomes wants to see: period, age, sex, pain category, first or returning."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from kitclinic.display import in_sentence
from kitclinic.register import Rule
from outcomes.rules.counted import Counted
from outcomes.rules.facts import RowFacts
from outcomes.rules.histories import Mask, day_number

AGE_BANDS: Mapping[str, tuple[int, int]] = {
    "18-39": (18, 39),
    "40-49": (40, 49),
    "50-59": (50, 59),
    "60-69": (60, 69),
    "70": (70, 200),
}  # OUT-25, years at the first infusion, both ends included
AGE_WORDS = {
    name: f"{low} to {high}" if high < 200 else f"{low} and over" for name, (low, high) in AGE_BANDS.items()
}
WHICH = {"first": "First course", "returning": "Came back"}

FILTERS_RULE = Rule(
    "OUT-25",
    "Outcomes can be narrowed by the day of the first infusion, age at it (18 to 39, 40 to 49, 50 to 59, 60 to "
    "69, 70 and over), sex, pain category and whether a patient came back for another course. In course mode "
    "first means the first course, returning the later ones. Who lacks the fact asked for is left out.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks for; empty means everybody. Dates are included."""

    since: date | None = None
    until: date | None = None
    age: str = ""
    sex: str = ""
    category: str = ""
    which: str = ""

    @classmethod
    def read(cls, chosen: Mapping[str, str], *, sexes: Sequence[str], categories: Sequence[str]) -> "Filters":
        """Return what an address names; what cannot be read is left out."""
        return cls(
            since=_day(chosen.get("since", "")),
            until=_day(chosen.get("until", "")),
            age=_known(chosen.get("age", ""), tuple(AGE_BANDS)),
            sex=_known(chosen.get("sex", ""), sexes),
            category=_known(chosen.get("category", ""), categories),
            which=_known(chosen.get("which", ""), tuple(WHICH)),
        )

    @property
    def is_empty(self) -> bool:
        """True when everybody is meant."""
        return self == Filters()

    def as_query(self) -> dict[str, str]:
        """Return what must stand in an address to ask for the same again."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def filter_words(filters: Filters, *, sex: Callable[[str], str], diagnosis: Callable[[str], str]) -> str:
    """Return whom the filters ask for, in words: "women, 18 to 39"; "" for everybody."""
    said = []
    if filters.since or filters.until:
        since = f"from {day_words(filters.since)}" if filters.since else ""
        until = f"to {day_words(filters.until)}" if filters.until else ""
        said.append(f"first infusion {since} {until}".replace("  ", " ").strip())
    if filters.age:
        said.append(f"age {AGE_WORDS[filters.age]}")
    if filters.sex:
        said.append(in_sentence(sex(filters.sex)))
    if filters.category:
        said.append(in_sentence(diagnosis(filters.category)))
    if filters.which:
        said.append(in_sentence(WHICH[filters.which]))
    return ", ".join(said)


def day_words(day: date) -> str:
    """Return a day as people write it: 3 May 2024."""
    return f"{day.day} {day:%B %Y}"


def chosen_rows(filters: Filters, counted: Counted, facts: RowFacts) -> Mask:
    """Return which rows are asked for (OUT-25). facts: aligned with the rows."""
    keep = np.ones(len(counted.rows), dtype=bool)
    if filters.since:
        keep &= counted.rows.first >= day_number(filters.since)
    if filters.until:
        keep &= counted.rows.first <= day_number(filters.until)
    if filters.age:
        low, high = AGE_BANDS[filters.age]
        keep &= (facts.age >= low) & (facts.age <= high)
    if filters.sex:
        keep &= facts.sex == filters.sex
    if filters.category:
        keep &= facts.diagnosis == filters.category
    if filters.which:
        again = counted.rows.number > 1 if counted.mode == "course" else counted.rows.courses > 1
        keep &= again if filters.which == "returning" else ~again
    return keep


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _known(value: str, offered: Sequence[str]) -> str:
    return value if value in offered else ""
