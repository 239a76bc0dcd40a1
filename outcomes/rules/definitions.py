"""The definitions a reader of the dashboard may switch, each with two readings, and what a switch is called."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from kitclinic.register import Rule
from outcomes.rules.measures import McidSet
from outcomes.rules.windows import BASELINE_DAYS, LAST_DAYS, Mode, Reading

SHORT_BASELINE_DAYS = 30  # OUT-20
DEFINITIONS_VERSION = 1  # rises with every change of what a definition means
SET_NAME = f"Definition set Paper 2025, version {DEFINITIONS_VERSION}"

SWITCHES_RULE = Rule(
    "OUT-20",
    "Six definitions can be switched, one value each: from the first to the last infusion or each course by "
    "itself, a baseline of 100 or 30 days, the day of the last infusion out or in, the later or earlier of two "
    "equally near scores, better only or either way, the paper's or the evidence MCID. The first of each pair is "
    "the default.",
    source="Tankha 2025; clinic default",
)


@dataclass(frozen=True, slots=True)
class Switch:
    """One definition. name: as in the address; options: (value, words), the default first."""

    name: str
    legend: str
    options: tuple[tuple[str, str], tuple[str, str]]

    @property
    def default(self) -> str:
        """The paper's value."""
        return self.options[0][0]

    def other(self, value: str) -> str:
        """Return the value that a switch leads to."""
        first, second = self.options[0][0], self.options[1][0]
        return second if value == first else first

    def words(self, value: str) -> str:
        """Return how a value is called; KeyError for one that is not offered."""
        return dict(self.options)[value]


SWITCHES = (
    Switch("reference", "Reference", (("last", "First to last"), ("course", "Each course"))),
    Switch("baseline", "Baseline window", (("100", "100 days"), ("30", "30 days"))),
    Switch("day0", "Day of last infusion", (("out", "Left out"), ("in", "Counted"))),
    Switch("tie", "Two scores equally near", (("later", "Later"), ("earlier", "Earlier"))),
    Switch("direction", "Direction", (("better", "Better only"), ("either", "Either way"))),
    Switch("mcid", "Smallest change (MCID)", (("paper", "Paper"), ("evidence", "Evidence"))),
)


@dataclass(frozen=True, slots=True)
class Definitions:
    """One choice for every switch; the defaults are the paper's. Values are checked by ``read``."""

    reference: str = "last"
    baseline: str = "100"
    day0: str = "out"
    tie: str = "later"
    direction: str = "better"
    mcid: str = "paper"

    @classmethod
    def read(cls, chosen: Mapping[str, str]) -> "Definitions":
        """Return the definitions an address names; what it does not name, or names wrongly, is the default."""
        values = {switch.name: chosen.get(switch.name, "") for switch in SWITCHES}
        return cls(**{s.name: values[s.name] for s in SWITCHES if values[s.name] in dict(s.options)})

    def value(self, switch: Switch) -> str:
        """Return what is chosen for this switch."""
        return str(getattr(self, switch.name))

    def switched(self, switch: Switch) -> "Definitions":
        """Return these definitions with one of them switched."""
        return replace(self, **{switch.name: switch.other(self.value(switch))})

    @property
    def reading(self) -> Reading:
        """How the windows are read."""
        return Reading(
            baseline_days=SHORT_BASELINE_DAYS if self.baseline == "30" else BASELINE_DAYS,
            last_days=(0, LAST_DAYS[1]) if self.day0 == "in" else LAST_DAYS,
            tie="earlier" if self.tie == "earlier" else "later",
        )

    @property
    def mode(self) -> Mode:
        """Paper mode, or course mode with a row for each course (OUT-23)."""
        return "course" if self.reference == "course" else "paper"

    @property
    def digest(self) -> str:
        """SHA-256 over the version and every value, for caches and printed reports."""
        told = {"version": DEFINITIONS_VERSION, **asdict(self)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def mcid_set(self) -> McidSet:
        """The set of smallest changes that count."""
        return "evidence" if self.mcid == "evidence" else "paper"

    @property
    def absolute(self) -> bool:
        """True when a change in either direction counts as improved (OUT-12)."""
        return self.direction == "either"

    @property
    def changed(self) -> tuple[Switch, ...]:
        """The switches that do not stand at the paper's value."""
        return tuple(switch for switch in SWITCHES if self.value(switch) != switch.default)

    @property
    def sentence(self) -> str:
        """The set in words, for the page, the export and the printed page."""
        if not self.changed:
            return f"{SET_NAME}, unchanged."
        words = ", ".join(f"{s.legend.lower()} {s.words(self.value(s)).lower()}" for s in self.changed)
        return f"{SET_NAME}, changed: {words.replace('(mcid)', '(MCID)')}."

    def as_query(self) -> dict[str, str]:
        """Return what must stand in an address to see these definitions again."""
        values = asdict(self)
        return {switch.name: values[switch.name] for switch in self.changed}
