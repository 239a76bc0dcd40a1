"""Outcome measures: what a score is a score of, with its range, direction and MCID sets.

An *outcome measure* is one row of the paper's Tables 2 and 3 (eleven), read from ``outcomes/instruments``.
A *demonstration measure* has a scale of its own and never stands in an outcome table outside a demonstration.
Scores are integer tenths of a point everywhere, so that 5.0 is 50 and nothing is lost in binary.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from kitclinic.register import Rule
from outcomes.rules.data import read

ELEVEN_MEASURES = Rule(
    "PRO-02",
    "Eleven outcome measures are known, each with its range, direction and MCID; any other name is refused.",
    source="Tankha 2025, Tables 2 and 3",
)

McidSet = Literal["paper", "evidence"]
MCID_SETS: tuple[McidSet, ...] = ("paper", "evidence")


@dataclass(frozen=True, slots=True)
class Mcid:
    """A minimal clinically important difference in tenths, with its source.

    above_baseline_tenths/tenths_above: another threshold for baselines strictly above a value, or 0/0.
    """

    tenths: int
    source: str
    above_baseline_tenths: int = 0
    tenths_above: int = 0

    def for_baseline(self, baseline_tenths: int) -> int:
        """Return the threshold in tenths that holds for this baseline."""
        if self.tenths_above and baseline_tenths > self.above_baseline_tenths:
            return self.tenths_above
        return self.tenths


@dataclass(frozen=True, slots=True)
class Measure:
    """One outcome measure. Range in tenths, both ends included; decimals: 0 or 1 as scored.

    name: as in registry exports and the paper; label: short, for columns and chips; title: for headings.
    """

    name: str
    label: str
    title: str
    version: str
    better: Literal["lower", "higher"]
    minimum_tenths: int
    maximum_tenths: int
    decimals: int
    recall: str
    note: str
    mcid: Mapping[str, Mcid]
    is_demo: bool = False

    @property
    def improve_sign(self) -> int:
        """-1 when a lower score is better, +1 when a higher one is."""
        return -1 if self.better == "lower" else 1


def _mcid(data: dict[str, Any]) -> Mcid:
    return Mcid(
        tenths=data["points"] * 10,
        source=data["source"],
        above_baseline_tenths=data.get("above_baseline", 0) * 10,
        tenths_above=data.get("points_above", 0) * 10,
    )


def _measure(data: dict[str, Any]) -> Measure:
    return Measure(
        name=data["name"],
        label=data["label"],
        title=data["title"],
        version=data["version"],
        better=data["better"],
        minimum_tenths=data["minimum"] * 10,
        maximum_tenths=data["maximum"] * 10,
        decimals=data["decimals"],
        recall=data["recall"],
        note=data.get("note", ""),
        mcid=MappingProxyType({name: _mcid(data["mcid"][name]) for name in MCID_SETS if name in data["mcid"]}),
        is_demo=data.get("demo", False),
    )


@cache
def measures() -> Mapping[str, Measure]:
    """Return the eleven outcome measures by name, in the order of the paper's tables."""
    loaded = [_measure(data) for data in read("outcome_measures.toml")["measures"]]
    return MappingProxyType({measure.name: measure for measure in loaded})


@cache
def other_measures() -> Mapping[str, Measure]:
    """Return what is scored besides the eleven: subscales, impression of change, demonstration measures."""
    loaded = [_measure(data) for data in read("other_measures.toml")["measures"]]
    return MappingProxyType({measure.name: measure for measure in loaded})


def measure(name: str) -> Measure:
    """Return any measure by name; KeyError when it is not known."""
    return measures().get(name) or other_measures()[name]
