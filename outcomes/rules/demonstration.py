"""Demonstration instruments: their own names, their own scale, and nowhere among results."""

from collections.abc import Sequence

from kitclinic.register import Rule
from outcomes.rules.structure import Definition

NOT_AMONG_RESULTS = Rule(
    "PRO-37",
    "Scores of demonstration instruments never enter an outcome table or an export, except at a site that is a "
    "demonstration itself; no demonstration is called PROMIS, PCS or T or carries a LOINC code.",
    source="outcomes reference, section 3",
)
FOREIGN_NAMES = ("PROMIS", "PCS", "PHQ", "GAD", "T-score")


def counts_among_results(*, is_demo: bool, site_is_demo: bool) -> bool:
    """Return whether a score may stand in the outcome tables and exports of a site (PRO-37)."""
    return site_is_demo or not is_demo


def faults(definition: Definition, measures: Sequence[str]) -> list[str]:
    """Return what makes a demonstration look like a validated instrument; [] for nothing.

    measures: names and titles under which its scores are shown.
    """
    shown = [
        definition.name,
        definition.title,
        definition.version,
        definition.family,
        *definition.measures,
        *measures,
    ]
    found = [f"{text!r} uses the name {name}" for text in shown for name in FOREIGN_NAMES if name in text]
    codes = [definition.loinc_panel, definition.loinc_total, *definition.item_loinc.values()]
    codes += [scale.loinc for scale in definition.subscales]
    found += [f"it carries the LOINC code {code}" for code in codes if code]
    if definition.method == "adaptive" and definition.scale.name == "T":
        found.append("it is scored as T")
    return found
