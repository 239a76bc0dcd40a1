"""Which class of chronic pain is it? The categories of Table 1, several allowed, "multiple" derived."""

from collections.abc import Collection

from kitclinic.register import Rule
from scheduling.states import MULTIPLE_CATEGORIES, PainCategory

ENR_50 = Rule(
    "ENR-50",
    "A patient has one or more of the pain categories of Table 1; with more than 1 of them, two kinds of chronic "
    "primary pain included, the diagnosis is multiple categories.",
    source="Tankha 2025, Table 1 (its lines exclude one another); two kinds of primary pain: clinic default",
)

PRIMARY = (
    PainCategory.WIDESPREAD,
    PainCategory.CRPS,
    PainCategory.PRIMARY_HEADACHE,
    PainCategory.PRIMARY_VISCERAL,
    PainCategory.PRIMARY_MUSCULOSKELETAL,
)
OTHERS = tuple(category for category in PainCategory if category not in PRIMARY)


def diagnosis_of(categories: Collection[PainCategory]) -> str:
    """Return the line of Table 1 these categories count in, as the registry writes it; "" for none."""
    chosen = set(categories)
    if len(chosen) > 1:
        return MULTIPLE_CATEGORIES
    return str(next(iter(chosen)).value) if chosen else ""


def diagnosis_words(diagnosis: str) -> str:
    """Return a diagnosis for people: the label of a line of Table 1, any other text as it is."""
    if diagnosis == MULTIPLE_CATEGORIES:
        return "Multiple categories"
    return str(PainCategory(diagnosis).label) if diagnosis in PainCategory.values else diagnosis
