"""How often at most: a count of infusions or patients with the upper end of its exact interval, in words too."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kitclinic.display import show
from kitclinic.register import Rule
from outcomes.rules.statistics import exact_interval, half_up

RULE_OF_THREE = 3  # OUT-88
FINE_BELOW = Decimal("0.1")  # percent; below it a third decimal is shown

COUNTED_RULE = Rule(
    "OUT-87",
    "Safety figures count infusions that were started on a day of the period, and the patients who had them. An "
    "adverse event is one as defined by AEV-01; side effects, flags and stops for other reasons stand apart and "
    "are never added to it.",
    source="Tankha 2025, Methods: Treatment completion and safety",
)
BOUND_RULE = Rule(
    "OUT-88",
    "Every count of adverse events carries the upper end of the exact 95% interval (STAT-01): for none of n it is "
    "1 − 0.025^(1/n). Beside it stands the rule of three, 3/n, which is the one-sided bound and a little smaller. "
    "Shown to 0.01%, to 0.001% below 0.1%.",
    source="Clopper and Pearson 1934; Hanley and Lippman-Hand 1983",
)
JUDGED_RULE = Rule(
    "OUT-89",
    "Kind, grade and cause are those of the newest review a physician signed; what nobody has reviewed stands as "
    "not judged yet.",
    source="clinic default",
)
FLAG_RULE = Rule(
    "OUT-90",
    "Flags are counted as they were shown to the nurse and still stand, by the rule that raised them, and as "
    "infusions with at least one of n started. A flag is no adverse event.",
    source="Tankha 2025; clinic default",
)


@dataclass(frozen=True, slots=True)
class Bounded:
    """So many of so many infusions or patients. Percentages are None of none."""

    count: int
    n: int
    what: str = "infusions"

    @property
    def percent(self) -> Decimal | None:
        return fine_percent(Fraction(100 * self.count, self.n)) if self.n else None

    @property
    def at_most(self) -> Decimal | None:
        """Upper end of the exact 95% interval, percent (OUT-88)."""
        return fine_percent(Fraction(exact_interval(self.count, self.n)[1]) * 100) if self.n else None

    @property
    def words(self) -> str:
        """The figure as a sentence: "0 of 1,034 patients, at most 0.36% (95%)." and the rule of three for none."""
        if not self.n:
            return f"No {self.what} in this period."
        said = f"{show(self.count)} of {show(self.n)} {self.what}, at most {self.at_most}% (95%)."
        if self.count:
            return said
        three = fine_percent(min(Fraction(100 * RULE_OF_THREE, self.n), Fraction(100)))
        return f"{said} By the rule of three, about 3 in {show(self.n)}: {three}%."


@dataclass(frozen=True, slots=True)
class Period:
    """Days of infusions, both included; None: from or to where there is any. notice: what could not be read."""

    first: date | None = None
    last: date | None = None
    notice: str = ""

    @property
    def words(self) -> str:
        """The period for a head or a report: "infusions from 2026-01-01 to 2026-06-30"; "" for all."""
        parts = [f"from {self.first}" if self.first else "", f"to {self.last}" if self.last else ""]
        told = " ".join(part for part in parts if part)
        return f"infusions {told}" if told else ""


def fine_percent(percent: Fraction) -> Decimal:
    """Return a percentage to 0.01, to 0.001 where it is below 0.1, half up (OUT-88)."""
    coarse = half_up(percent, 2)
    return coarse if coarse >= FINE_BELOW or not percent else half_up(percent, 3)


def read_period(first: str, last: str) -> Period:
    """Read two dates of an address; what cannot be read leaves the period open and is said."""
    days: list[date | None] = []
    notice = ""
    for text in (first, last):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            days.append(None)
            notice = "A date could not be read; write it as 2026-10-31. The period is open on that side."
    begin, end = days
    if begin and end and begin > end:
        begin, end = end, begin
    return Period(begin, end, notice)
