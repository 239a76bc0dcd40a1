"""Instruments and outcome measures, read from the data files in ``outcomes/instruments``.

An *instrument* is a questionnaire a patient answers here (PHQ-9, GAD-7): exact wording, options, bands.
An *outcome measure* is one row of the paper's Tables 2 and 3 (eleven): range, direction, MCID.
Scores are integer tenths of a point everywhere, so that 5.0 is 50 and nothing is lost in binary.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from kitclinic.register import Rule

EXACT_WORDING = Rule(
    "PRO-01",
    "PHQ-9 and GAD-7 are shown in their exact official wording and order; a locked SHA-256 refuses any edit.",
    source="Pfizer 2010 (no permission required to reproduce); Kroenke 2001; Spitzer 2006",
)
ELEVEN_MEASURES = Rule(
    "PRO-02",
    "Eleven outcome measures are known, each with its range, direction and MCID; any other name is refused.",
    source="Tankha 2025, Tables 2 and 3",
)

McidSet = Literal["paper", "evidence"]
MCID_SETS: tuple[McidSet, ...] = ("paper", "evidence")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: value 0-3, official text, LOINC answer code."""

    value: int
    text: str
    loinc: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question: number from 1, official text, LOINC code."""

    number: int
    text: str
    loinc: str


@dataclass(frozen=True, slots=True)
class Band:
    """Totals from low to high, both included, carry this name."""

    low: int
    high: int
    name: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire. missing_allowed: items that may be declined and still give a total (0: none).

    safety_item: number of the item whose answer may raise a safety task, 0 for none.
    wording_sha256: of stem, items and options; content_sha256: of the whole definition.
    """

    name: str
    title: str
    version: str
    measure: str
    recall: str
    licence: str
    attribution: str
    citation: str
    stem: str
    minutes: int
    missing_allowed: int
    safety_item: int
    options: tuple[Option, ...]
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    loinc_panel: str
    loinc_total: str
    wording_sha256: str
    content_sha256: str

    @property
    def maximum(self) -> int:
        """The highest total, in points."""
        return len(self.items) * max(option.value for option in self.options)

    def item(self, number: int) -> Item:
        """Return item ``number``; KeyError when the instrument has no such item."""
        for item in self.items:
            if item.number == number:
                return item
        raise KeyError(f"{self.name} has no item {number}")


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

    @property
    def improve_sign(self) -> int:
        """-1 when a lower score is better, +1 when a higher one is."""
        return -1 if self.better == "lower" else 1


def _read(name: str) -> dict[str, Any]:
    text = files("outcomes").joinpath("instruments", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _sha256(content: object) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _instrument(data: dict[str, Any]) -> Instrument:
    scoring = data["scoring"]
    if scoring["method"] != "sum":
        raise ValueError(f"{data['name']}: scoring method {scoring['method']!r} is not known")
    wording = [
        data["stem"],
        [[item["number"], item["text"]] for item in data["items"]],
        [[option["value"], option["text"]] for option in data["options"]],
    ]
    plain = {key: data[key] for key in ("name", "title", "version", "measure", "recall", "licence")}
    return Instrument(
        **plain,
        attribution=data["attribution"],
        citation=data["citation"],
        stem=data["stem"],
        minutes=data["minutes"],
        missing_allowed=scoring["missing_allowed"],
        safety_item=scoring.get("safety_item", 0),
        options=tuple(Option(**option) for option in data["options"]),
        items=tuple(Item(**item) for item in data["items"]),
        bands=tuple(Band(**band) for band in data["bands"]),
        loinc_panel=data["loinc_panel"],
        loinc_total=data["loinc_total"],
        wording_sha256=_sha256(wording),
        content_sha256=_sha256(data),
    )


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
        mcid=MappingProxyType({name: _mcid(data["mcid"][name]) for name in MCID_SETS}),
    )


@cache
def instruments() -> Mapping[str, Instrument]:
    """Return the questionnaires a patient can answer here, by name: "PHQ-9", "GAD-7"."""
    loaded = [_instrument(_read(name)) for name in ("phq9.toml", "gad7.toml")]
    return MappingProxyType({instrument.name: instrument for instrument in loaded})


@cache
def measures() -> Mapping[str, Measure]:
    """Return the eleven outcome measures by name, in the order of the paper's tables."""
    loaded = [_measure(data) for data in _read("outcome_measures.toml")["measures"]]
    return MappingProxyType({measure.name: measure for measure in loaded})
