"""What the paper prints of patients who answered beside those who did not."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PublishedPair:
    """One characteristic as printed: "52.2±14.5", "48.6±15.6", "<0.01"."""

    answered: str
    silent: str
    p: str


@cache
def published_selection() -> Mapping[tuple[str, str], PublishedPair]:
    """Return what is printed by (window, slug of the characteristic), Tankha 2025, Results."""
    text = files("outcomes").joinpath("published", "tankha_2025_selection.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            (row["window"], row["characteristic"]): PublishedPair(row["answered"], row["silent"], row["p"])
            for row in csv.DictReader(text.splitlines())
        }
    )
