"""What an instrument is made of: options, items, wording, tables, and the whole.

A *definition* is the structure: items, options, scoring, codes, licence. A *wording* is its text in one language.
An *instrument* is a definition with everything it needs to be asked: wording, and where it is adaptive an item
bank, and where it is scored by a table that table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from outcomes.rules.estimation import Scale
from outcomes.rules.irt import Bank

Method = Literal["sum", "table", "global_health", "adaptive", "rating"]
METHODS: tuple[Method, ...] = ("sum", "table", "global_health", "adaptive", "rating")
Need = Literal["wording", "bank", "table"]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: its code as it is stored, its text, its LOINC answer code ("" without one)."""

    value: int
    text: str
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question: number from 1, code in its bank or form, text, LOINC code, the answers it offers.

    reverse: the answer codes run against the measure. recode: the points of each answer code, from the lowest;
    () for points that follow the codes. Both count in one place, ``Item.category``.
    """

    number: int
    text: str
    loinc: str
    code: str
    options: tuple[Option, ...]
    reverse: bool = False
    recode: tuple[int, ...] = ()

    def category(self, value: int) -> int:
        """Return an answer code as a category from 1, in the direction of the measure; ValueError for no answer.

        Categories follow the codes, however the answers are ordered on the page: some forms store an item
        already turned round and show its highest code first.
        """
        place = sorted(option.value for option in self.options).index(value) + 1
        if self.recode:
            place = self.recode[place - 1]
        return len(self.options) + 1 - place if self.reverse else place


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from low to high, both included, carry this name. In tenths of a point."""

    low_tenths: int
    high_tenths: int
    name: str

    def holds(self, tenths: int) -> bool:
        return self.low_tenths <= tenths <= self.high_tenths


@dataclass(frozen=True, slots=True)
class Subscale:
    """Some items of a form, by number, with a measure of their own. table: of a shipped table, "" for sums."""

    measure: str
    items: tuple[int, ...]
    table: str = ""
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """Score and standard error in points for one raw sum."""

    score: Decimal
    se: Decimal | None


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Raw sum to score. name: as in ``tables.toml`` or as the clinic installed it."""

    name: str
    rows: Mapping[int, TableRow]
    sha256: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of an instrument in one language. items: code -> (text, options)."""

    language: str
    stem: str
    items: Mapping[str, tuple[str, tuple[Option, ...]]]
    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Definition:
    """The structure of an instrument.

    order: the place in a sitting, lowest first: what matters most is asked while energy lasts.
    item_codes: in the order of a fixed form; of an adaptive one, empty: its bank lists them.
    item_count: of a fixed form whose codes come with its wording; 0 where codes are known or a bank lists them.
    categories: answers to each item, by code; "" for all others. lowest: the lowest answer code, likewise.
    reverse: codes of items that run the other way. recode: points of each answer code from the lowest.
    highest_first: codes whose answers are stored turned round: the page shows the highest code first.
    percent: the score is the share of the points that can be reached, 0-100.
    missing_allowed: items that may be declined and still give a total. safety_item: 0 for none.
    needs: what has to be installed before it can be asked. item_loinc: code -> LOINC.
    better: direction of the first measure; the healthiest answer of a screen-to-CAT follows it.
    """

    name: str
    family: str
    order: int
    title: str
    version: str
    measures: tuple[str, ...]
    better: Literal["lower", "higher"]
    recall: str
    licence: str
    attribution: str
    citation: str
    minutes: int
    method: Method
    missing_allowed: int
    safety_item: int
    item_codes: tuple[str, ...]
    item_count: int
    categories: Mapping[str, int]
    lowest: Mapping[str, int]
    reverse: frozenset[str]
    recode: Mapping[str, tuple[int, ...]]
    highest_first: frozenset[str]
    bands: tuple[Band, ...]
    subscales: tuple[Subscale, ...]
    percent: bool
    scale: Scale
    table: str
    bank: str
    needs: frozenset[Need]
    item_loinc: Mapping[str, str]
    loinc_panel: str
    loinc_total: str
    wordings: Mapping[str, Wording]
    is_demo: bool
    content_sha256: str

    def answer_codes(self, code: str) -> range:
        """Return the answer codes of an item, from the lowest."""
        lowest = self.lowest.get(code, self.lowest[""])
        return range(lowest, lowest + self.categories.get(code, self.categories[""]))

    def loinc_of(self, measure: str) -> str:
        """Return the LOINC code of one of its scores; "" where none is confirmed."""
        for subscale in self.subscales:
            if subscale.measure == measure:
                return subscale.loinc
        return self.loinc_total if measure == self.measures[0] else ""


@dataclass(frozen=True, slots=True)
class RemoteTest:
    """How far another engine is with a test. score: (tenths, theta, SE) it ended with; tenths None without one."""

    is_over: bool = False
    tenths: int | None = None
    theta: float | None = None
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire that can be asked: definition, wording in one language, bank and table where it needs them.

    stop_rule, screen_first: of an adaptive test. content_sha256: of definition, wording, bank and table together.
    remote: of a test that another engine runs; its items are those asked so far.
    """

    definition: Definition
    language: str
    stem: str
    items: tuple[Item, ...]
    bank: Bank | None
    table: ScoreTable | None
    stop_rule: str
    screen_first: bool
    wording_sha256: str
    content_sha256: str
    remote: RemoteTest | None = None

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def title(self) -> str:
        return self.definition.title

    @property
    def version(self) -> str:
        return self.definition.version

    @property
    def measure(self) -> str:
        """The first, for most the only measure."""
        return self.definition.measures[0]

    @property
    def recall(self) -> str:
        return self.definition.recall

    @property
    def licence(self) -> str:
        return self.definition.licence

    @property
    def attribution(self) -> str:
        return self.definition.attribution

    @property
    def citation(self) -> str:
        return self.definition.citation

    @property
    def minutes(self) -> int:
        return self.definition.minutes

    @property
    def missing_allowed(self) -> int:
        return self.definition.missing_allowed

    @property
    def safety_item(self) -> int:
        return self.definition.safety_item

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.definition.bands

    @property
    def loinc_panel(self) -> str:
        return self.definition.loinc_panel

    @property
    def loinc_total(self) -> str:
        return self.definition.loinc_total

    @property
    def is_adaptive(self) -> bool:
        return self.definition.method == "adaptive"

    @property
    def options(self) -> tuple[Option, ...]:
        """The answers of the first item; of PHQ-9 and GAD-7 those of every item."""
        return self.items[0].options

    @property
    def maximum(self) -> int:
        """The highest sum of answer codes, in points."""
        return sum(max(option.value for option in item.options) for item in self.items)

    def item(self, number: int) -> Item:
        """Return item ``number``; KeyError when the instrument has no such item."""
        if 1 <= number <= len(self.items) and self.items[number - 1].number == number:
            return self.items[number - 1]
        raise KeyError(f"{self.name} has no item {number}")

    def item_of(self, code: str) -> Item:
        """Return the item with this code; KeyError without one."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(f"{self.name} has no item {code}")
