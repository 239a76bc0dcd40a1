"""Table 1: who the patients are, line by line in the paper's order, each line with the patients behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.facts import Levels
from outcomes.rules.histories import UNKNOWN, Infusions, Ints, Mask
from outcomes.rules.published import SAMPLE_SIZE, published_baselines, published_more, published_sample
from outcomes.rules.rounding import half_up_integer
from outcomes.rules.statistics import Sums, half_up

PRIMARY = "chronic primary"
MULTIPLE = "multiple categories"
OTHER = "other"
SMALL_PERCENT = Fraction(1)  # OUT-81

TABLE_1_RULE = Rule(
    "OUT-80",
    "Table 1 describes every patient the counts are of, also one whose infusions were all stopped early. Who "
    "lacks a fact stands in a line of their own, not recorded, and counts in every percentage but in no mean, "
    "median or standard deviation.",
    source="Tankha 2025, Table 1; not recorded: clinic default",
)
SMALL_RULE = Rule(
    "OUT-81",
    "A percentage of Table 1 below 1 has two decimals, every other one has one; half up, from whole counts.",
    source="Tankha 2025, Table 1 (0.19, 0.58, 0.00)",
)
QUARTILE_RULE = Rule(
    "OUT-82",
    "Median and quartiles are taken from the sorted values by the empirical distribution with averaging: with "
    "n·p = j and a remainder, the value after the j-th; without a remainder, the mean of the j-th and the next.",
    source="SAS PCTLDEF=5, the default of the software the paper used; R quantile type 2",
)
BEGUN_RULE = Rule(
    "OUT-83",
    "The baseline scores of Table 1 include those of patients who completed no infusion: their baseline is taken "
    "before the first infusion that was begun. No change score is counted for them.",
    source="Tankha 2025, Table 1 (n of all 1,034 patients); clinic default",
)


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """One value per patient. Numbers are UNKNOWN when not known; the four levels are places in ``Levels``.

    age: years at the first infusion. infusion_days: completed infusions up to the as-of date.
    """

    age: Ints
    sex: Ints
    race: Ints
    marital: Ints
    diagnosis: Ints
    bmi_tenths: Ints
    charlson: Ints
    infusion_days: Ints

    def __len__(self) -> int:
        return len(self.age)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line. slug: unique in the table; who: places of its patients among those described.

    n: of how many; depth: 0 heading or number, 1 level, 2 level of a group. statistics, published: as printed, ""
    where there is none; published_n: the paper's n or None.
    """

    slug: str
    label: str
    depth: int
    who: Ints
    n: int
    statistics: str
    published_n: int | None
    published: str
    is_heading: bool = False

    @property
    def count(self) -> int:
        return len(self.who)


@dataclass(frozen=True, slots=True)
class Words:
    """What levels are called on the page: stored text -> words; a text without words is printed as it is."""

    sex: Mapping[str, str]
    race: Mapping[str, str]
    marital: Mapping[str, str]
    diagnosis: Mapping[str, str]


def begun_only(infusions: Infusions, members: Mask, as_of: int) -> Infusions:
    """Return the infusions of members who completed none up to a day number, as if completed (OUT-83)."""
    given = infusions.where(infusions.day <= as_of)
    finished = np.zeros(len(members), dtype=bool)
    finished[given.of[given.completed]] = True
    found = given.where(members[given.of] & ~finished[given.of])
    return replace(found, completed=np.ones(len(found), dtype=bool))


def together(one: Sums, other: Sums) -> Sums:
    """Return the sums of two sets of values that share none."""
    return Sums(one.n + other.n, one.total + other.total, one.squares + other.squares)


def quantile(values: Sequence[int], numerator: int, denominator: int) -> Fraction:
    """Return a quantile of sorted whole numbers (OUT-82); ValueError without values."""
    if not values:
        raise ValueError("there is no quantile of no values")
    whole, rest = divmod(len(values) * numerator, denominator)
    if rest:
        return Fraction(values[whole])
    return Fraction(values[max(whole - 1, 0)] + values[min(whole, len(values) - 1)], 2)


def quartiles(values: Sequence[int]) -> tuple[Fraction, Fraction, Fraction]:
    """Return lower quartile, median and upper quartile of whole numbers in any order (OUT-82)."""
    ordered = sorted(values)
    return quantile(ordered, 1, 4), quantile(ordered, 1, 2), quantile(ordered, 3, 4)


def small_percent(count: int, n: int) -> Decimal:
    """Return 100 * count / n as Table 1 prints it (OUT-81); ValueError unless 0 <= count <= n and n > 0."""
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a proportion")
    share = Fraction(100 * count, n)
    return half_up(share, 2 if share < SMALL_PERCENT else 1)


def counted_text(count: int, n: int) -> str:
    """Return "742 (71.8)", or "0" of nobody."""
    return f"{count:,} ({small_percent(count, n)})" if n else f"{count:,}"


def mean_text(sums: Sums) -> str:
    """Return "50.4±15.2", without the deviation for one value, "" for none."""
    if not sums.n:
        return ""
    mean = half_up(sums.mean, 1)
    return f"{mean}±{half_up(sums.sd, 1)}" if sums.n > 1 else f"{mean}"


def table_1(found: Described, levels: Levels, words: Words) -> tuple[Line, ...]:
    """Return the lines of Table 1 above the baseline scores, in the paper's order (OUT-80)."""
    sample = published_sample()
    return (
        *_number("age", "Age, years, mean±SD", found.age, 10, sample.spreads["age"]),
        *_levels("sex", "Gender", found.sex, levels.sex, words.sex, sample.counts["sex"]),
        *_levels("race", "Ethnic group", found.race, levels.race, words.race, sample.counts["race"]),
        *_levels(
            "marital", "Marital status", found.marital, levels.marital, words.marital, sample.counts["marital"]
        ),
        *_number("bmi", "Body mass index, kg/m², mean±SD", found.bmi_tenths, 1, sample.spreads["bmi"]),
        *_number("charlson", "Charlson Comorbidity Index, mean±SD", found.charlson, 10, sample.spreads["cci"]),
        _infusion_days(found.infusion_days),
        *_diagnoses(found.diagnosis, levels.diagnosis, words.diagnosis),
    )


def baseline_lines(sums: Mapping[str, Sums], who: Mapping[str, Ints], labels: Mapping[str, str]) -> Iterator[Line]:
    """Yield the baseline scores. All three by measure; who: places of the patients with a counting baseline."""
    for name, printed in published_baselines().items():
        yield Line(
            slug=f"baseline-{_slug(name)}",
            label=labels[name],
            depth=1,
            who=who[name],
            n=sums[name].n,
            statistics=mean_text(sums[name]),
            published_n=printed.n,
            published=f"{printed.mean}±{printed.sd}",
        )


def _number(
    name: str, label: str, values: Ints, tenths: int, printed: tuple[int, Decimal, Decimal]
) -> Iterator[Line]:
    """Yield a mean and, where somebody lacks the value, who does. tenths: of one unit of the values."""
    known = np.flatnonzero(values != UNKNOWN)
    numbers = [int(value) * tenths for value in values[known]]
    sums = Sums(len(numbers), sum(numbers), sum(number * number for number in numbers))
    n, mean, sd = printed
    yield Line(name, label, 0, known, len(known), mean_text(sums), n, f"{mean}±{sd}")
    yield from _not_recorded(name, values)


def _infusion_days(values: Ints) -> Line:
    printed = published_more().medians["infusion days"]
    text = ""
    if len(values):
        low, middle, high = quartiles([int(value) for value in values])
        text = f"{_number_text(middle)} ({_number_text(low)}, {_number_text(high)})"
    return Line(
        "infusion-days",
        "Ketamine infusion days, median (Q1, Q3)",
        0,
        np.arange(len(values)),
        len(values),
        text,
        printed.n,
        f"{printed.median} ({printed.q1}, {printed.q3})",
    )


def _levels(
    name: str, label: str, places: Ints, names: Sequence[str], words: Mapping[str, str], printed: Mapping[str, int]
) -> Iterator[Line]:
    """Yield a heading and its levels; a level the paper does not have stands only where somebody is in it."""
    yield _heading(name, f"{label}, n (%)", len(places))
    for place, text in enumerate(names):
        who = np.flatnonzero(places == place)
        if len(who) or text in printed:
            yield _level(f"{name}-{_slug(text)}", words.get(text, text), 1, who, len(places), printed.get(text))
    yield from _not_recorded(name, places)


def _diagnoses(places: Ints, names: Sequence[str], words: Mapping[str, str]) -> Iterator[Line]:
    """Yield the pain categories in the paper's order: chronic primary with its kinds first."""
    printed = {**published_sample().counts["diagnosis"], **published_more().counts["diagnosis"]}
    primary = [name for name in names if name.startswith(f"{PRIMARY}:")]
    last = [name for name in (MULTIPLE, OTHER) if name in names]
    middle = [name for name in names if name in printed and name not in (*primary, *last)]
    own = [name for name in names if name not in (*primary, *middle, *last)]
    yield _heading("diagnosis", "Diagnosis, n (%)", len(places))
    group = np.flatnonzero(np.isin(places, [names.index(name) for name in primary]))
    whole = published_more().counts["diagnosis group"][PRIMARY]
    yield _level(f"diagnosis-{_slug(PRIMARY)}", "Chronic primary pain", 1, group, len(places), whole)
    for name in (*primary, *middle, *last, *own):
        who = np.flatnonzero(places == names.index(name))
        if len(who) or name in printed:
            slug = f"diagnosis-own-{names.index(name)}" if name in own else f"diagnosis-{_slug(name)}"
            depth = 2 if name in primary else 1
            yield _level(slug, words.get(name, name), depth, who, len(places), printed.get(name))
    yield from _not_recorded("diagnosis", places)


def _heading(slug: str, label: str, n: int) -> Line:
    return Line(slug, label, 0, np.arange(n), n, "", SAMPLE_SIZE, "", is_heading=True)


def _level(slug: str, label: str, depth: int, who: Ints, n: int, printed: int | None) -> Line:
    published = "" if printed is None else counted_text(printed, SAMPLE_SIZE)
    return Line(slug, label, depth, who, n, counted_text(len(who), n), None, published)


def _not_recorded(name: str, values: Ints) -> Iterator[Line]:
    """Yield who lacks the fact, where anybody does (OUT-80)."""
    who = np.flatnonzero(values == UNKNOWN)
    if len(who):
        yield _level(f"{name}-unknown", "Not recorded", 1, who, len(values), None)


def _slug(text: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return "-".join(words)


def _number_text(value: Fraction) -> str:
    """Return a half or a whole number: "5", "9.5"."""
    tenths = half_up_integer(value * 10)
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10}"
