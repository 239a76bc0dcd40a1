"""The ledger of discrepancies: what the paper prints that cannot all hold, and what this product does."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kitclinic.register import Rule

LEDGER_RULE = Rule(
    "OUT-94",
    "What the paper prints and cannot all hold is kept as a list, each entry with where it stands, why it cannot "
    "hold, what this product does and, where it can be counted, the figure of the patients shown.",
    source="Tankha 2025, checked against its own tables",
)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One entry. id: of its place on the page; figure: name of the figure that bears on it, or ""."""

    id: str
    title: str
    prints: str
    where: str
    why: str
    here: str
    figure: str = ""


@cache
def discrepancies() -> tuple[Discrepancy, ...]:
    """Return the entries in the order of the file; TypeError for one that lacks a part or has one too many."""
    text = files("outcomes").joinpath("published", "discrepancies.toml").read_text(encoding="utf-8")
    return tuple(Discrepancy(**entry) for entry in tomllib.loads(text)["entry"])
