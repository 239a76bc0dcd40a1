"""A protocol is data: what is ordered, for how many days, how it is watched. The standard is the published one."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.blocks import VISITS
from scheduling.rules.capacity import Lengths

STANDARD = "standard"  # the protocol every clinic begins with
STANDARD_NAME = "Standard"
MG_PER_KG_STEP = Decimal("0.01")  # times 0.1 kg: the mg of an order are exact in three decimals
MG_PER_KG_BELOW = Decimal(10)  # ORD-44: what the column holds; no clinical limit
VITALS_MINUTES = (1, 60)  # ORD-44
CHANGE_PERCENT = (1, 100)  # ORD-44

ORD_44 = Rule(
    "ORD-44",
    "A protocol has 1 to 5 days, a dose above zero with 2 decimals at most, vital signs every 1 to 60 minutes and "
    "a threshold of 1 to 100%; numbers that are not of the published programme are marked and never blocked.",
    source="Tankha 2025 (0.5 mg/kg, 40 min, 5 days, 15 min, 20%, 30 min); the bounds are a clinic default",
)
ORD_45 = Rule(
    "ORD-45",
    "All versions of one protocol have the same number of days; another number of days is another protocol.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What one version orders. mg_per_kg of actual body weight; vitals_minutes from one set to the next;
    change_percent: strictly more flags. The defaults are the published programme's."""

    days: int = VISITS
    mg_per_kg: Decimal = Decimal("0.5")
    vitals_minutes: int = 15
    change_percent: int = 20


PUBLISHED, PUBLISHED_LENGTHS = Ordered(), Lengths()


def ordered_problems(ordered: Ordered) -> list[Problem]:
    """Return what makes no sense about these numbers; unusual ones make sense."""
    problems: list[Problem] = []
    if not 1 <= ordered.days <= VISITS:
        sentence = f"A protocol has 1 to {VISITS} days, one infusion a day."
        problems.append(Blocker(ORD_44.id, sentence, "days"))
    dose = ordered.mg_per_kg
    if not dose.is_finite() or not 0 < dose < MG_PER_KG_BELOW or dose % MG_PER_KG_STEP:
        sentence = "The dose is above 0 and below 10 mg/kg, with two decimals at most. Look at the comma again."
        problems.append(Blocker(ORD_44.id, sentence, "mg_per_kg"))
    least, most = VITALS_MINUTES
    if not least <= ordered.vitals_minutes <= most:
        sentence = f"Vital signs are taken every {least} to {most} minutes."
        problems.append(Blocker(ORD_44.id, sentence, "vitals_minutes"))
    least, most = CHANGE_PERCENT
    if not least <= ordered.change_percent <= most:
        sentence = f"The threshold of a flag is {least} to {most}%; strictly more flags."
        problems.append(Blocker(ORD_44.id, sentence, "change_percent"))
    return problems


def days_problems(days: int, *, known: int | None) -> list[Problem]:
    """Return the refusal of another number of days. known: of the versions there are; None: there is none."""
    if known is None or days == known:
        return []
    counted = "1 day" if known == 1 else f"{known} days"
    sentence = (
        f"This protocol has {counted}. Another number of days is another protocol: choose “A new protocol” and "
        "give it its own name."
    )
    return [Blocker(ORD_45.id, sentence, "days")]


def name_problems(slug: str, *, known: Collection[str]) -> list[Problem]:
    """Return what stands against the name of a new protocol. slug: made of it; known: those there are."""
    if not slug:
        return [Blocker(ORD_44.id, "Give the protocol a name with letters or digits.", "name")]
    if slug in known or slug == STANDARD:
        sentence = "There is a protocol of this name already. Write a version of it, or choose another name."
        return [Blocker(ORD_44.id, sentence, "name")]
    return []


def differences(ordered: Ordered, lengths: Lengths) -> tuple[str, ...]:
    """Return what is not the published programme: "0.75 mg/kg, published 0.5 mg/kg"."""
    pairs = (
        (f"{show(ordered.mg_per_kg)} mg/kg", f"{show(PUBLISHED.mg_per_kg)} mg/kg"),
        (f"{lengths.infusion} min infusion", f"{PUBLISHED_LENGTHS.infusion} min"),
        ("1 day" if ordered.days == 1 else f"{ordered.days} days", f"{PUBLISHED.days} days"),
        (f"vital signs every {ordered.vitals_minutes} min", f"{PUBLISHED.vitals_minutes} min"),
        (f"flags above {ordered.change_percent}%", f"{PUBLISHED.change_percent}%"),
        (f"{lengths.observation} min observation", f"{PUBLISHED_LENGTHS.observation} min"),
    )
    same = (
        ordered.mg_per_kg == PUBLISHED.mg_per_kg,
        lengths.infusion == PUBLISHED_LENGTHS.infusion,
        ordered.days == PUBLISHED.days,
        ordered.vitals_minutes == PUBLISHED.vitals_minutes,
        ordered.change_percent == PUBLISHED.change_percent,
        lengths.observation == PUBLISHED_LENGTHS.observation,
    )
    return tuple(
        f"{ours}, published {theirs}" for (ours, theirs), equal in zip(pairs, same, strict=True) if not equal
    )
