"""The published figures of Tankha 2025, for showing beside the clinic's own."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

CITATION = (
    "Tankha H, Davin S, Lapin B, et al. Standardized ketamine infusion protocol for chronic refractory pain: "
    "a retrospective study of preliminary effectiveness and treatment completion. "
    "Reg Anesth Pain Med 2025. doi:10.1136/rapm-2025-106907"
)
SAMPLE_SIZE = 1034


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """One outcome at one window.

    Table 2: n_mcid of n, percent. Table 3: mean, sd in points as printed, n_table3, p as text.
    """

    outcome: str
    window: str
    n_mcid: int
    n: int
    percent: Decimal
    mean: Decimal
    sd: Decimal
    n_table3: int
    p: str


@dataclass(frozen=True, slots=True)
class PublishedBaseline:
    """Table 1: baseline n, mean and standard deviation of one outcome, in points."""

    outcome: str
    n: int
    mean: Decimal
    sd: Decimal


@dataclass(frozen=True, slots=True)
class PublishedSample:
    """Table 1: the sample.

    counts: characteristic -> level -> patients; spreads: characteristic -> (n, mean, sd).
    """

    counts: Mapping[str, Mapping[str, int]]
    spreads: Mapping[str, tuple[int, Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class PublishedMedian:
    """Table 1: a median with its quartiles, of n patients."""

    n: int
    median: Decimal
    q1: Decimal
    q3: Decimal


@dataclass(frozen=True, slots=True)
class PublishedMore:
    """What else the paper prints of its sample. counts: characteristic -> level -> number; medians by name."""

    counts: Mapping[str, Mapping[str, int]]
    medians: Mapping[str, PublishedMedian]


def _rows(name: str) -> list[dict[str, str]]:
    text = files("outcomes").joinpath("published", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def published_cells() -> Mapping[tuple[str, str], PublishedCell]:
    """Return the 33 cells of Tables 2 and 3 by (outcome, window), window "last", "3m" or "6m"."""
    cells = [
        PublishedCell(
            outcome=row["outcome"],
            window=row["window"],
            n_mcid=int(row["n_mcid"]),
            n=int(row["n"]),
            percent=Decimal(row["pct"]),
            mean=Decimal(row["mean"]),
            sd=Decimal(row["sd"]),
            n_table3=int(row["n_table3"]),
            p=row["p"],
        )
        for row in _rows("tankha_2025.csv")
    ]
    return MappingProxyType({(cell.outcome, cell.window): cell for cell in cells})


@cache
def published_baselines() -> Mapping[str, PublishedBaseline]:
    """Return Table 1's baseline scores by outcome."""
    return MappingProxyType(
        {
            row["outcome"]: PublishedBaseline(
                row["outcome"], int(row["n"]), Decimal(row["mean"]), Decimal(row["sd"])
            )
            for row in _rows("tankha_2025_baseline.csv")
        }
    )


@cache
def published_sample() -> PublishedSample:
    """Return Table 1's sample and the numbers of patients by completed infusions ("5" means five or more)."""
    counts: dict[str, dict[str, int]] = {}
    spreads: dict[str, tuple[int, Decimal, Decimal]] = {}
    for row in _rows("tankha_2025_sample.csv"):
        if row["level"]:
            counts.setdefault(row["characteristic"], {})[row["level"]] = int(row["n"])
        else:
            spreads[row["characteristic"]] = (int(row["n"]), Decimal(row["mean"]), Decimal(row["sd"]))
    return PublishedSample(counts, spreads)


@cache
def published_more() -> PublishedMore:
    """Return Table 1's group of chronic primary pain, its empty row and its median, and Results on completion."""
    counts: dict[str, dict[str, int]] = {}
    medians: dict[str, PublishedMedian] = {}
    for row in _rows("tankha_2025_more.csv"):
        name, n = row["characteristic"], int(row["n"])
        if row["level"]:
            counts.setdefault(name, {})[row["level"]] = n
        else:
            medians[name] = PublishedMedian(n, *(Decimal(row[column]) for column in ("median", "q1", "q3")))
    return PublishedMore(counts, medians)
