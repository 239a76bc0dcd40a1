"""Instruments, read from the data files in ``outcomes/instruments`` and put together.

PHQ-9, GAD-7, the impression of change and the demonstration instruments are shipped whole; PROMIS and PCS are
definitions until a clinic installs what it is licensed for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from kitclinic.register import Rule
from outcomes.rules.bank_file import read_bank
from outcomes.rules.data import names, read, read_text, sha256
from outcomes.rules.estimation import DEMONSTRATION_SCALE, T_SCALE
from outcomes.rules.irt import Bank
from outcomes.rules.measures import measure
from outcomes.rules.structure import (
    METHODS,
    Band,
    Definition,
    Instrument,
    Item,
    Need,
    Option,
    ScoreTable,
    Subscale,
    TableRow,
    Wording,
)

EXACT_WORDING = Rule(
    "PRO-01",
    "PHQ-9 and GAD-7 are shown in their exact official wording and order; a locked SHA-256 refuses any edit.",
    source="Pfizer 2010 (no permission required to reproduce); Kroenke 2001; Spitzer 2006",
)

BURDEN = Rule(
    "PRO-30",
    "Instruments are asked by importance: PHQ-9 first, then the impression of change, pain interference, fatigue, "
    "physical function, sleep, GAD-7, social roles, self-efficacy, global health and pain catastrophizing.",
    source="outcomes reference, section 8: PHQ-9 first while energy lasts; the rest clinic default",
)
NEVER_PAIRED = Rule(
    "PRO-39",
    "Satisfaction with Participation in Social Roles v1.0 and Satisfaction with Social Roles and Activities v2.0 "
    "are two measures: a score of one is never compared with a score of the other.",
    source="HealthMeasures: two item banks; Tankha 2025 prints a name that is neither",
)


class NotInstalledError(LookupError):
    """An instrument lacks what the clinic has to install; ``missing`` names it: "wording", "bank", "table"."""

    def __init__(self, name: str, missing: Iterable[Need]) -> None:
        self.name, self.missing = name, tuple(missing)
        super().__init__(f"{name} cannot be asked here yet: {', '.join(self.missing)} not installed")


def ready(
    definition: Definition,
    *,
    language: str = "en",
    wording: Wording | None = None,
    bank: Bank | None = None,
    table: ScoreTable | None = None,
    stop_rule: str = "adult",
    screen_first: bool = False,
) -> Instrument:
    """Put an instrument together; what is not given is taken from what is shipped.

    language: falls back to English where no wording of that language is given or shipped.
    Raises NotInstalledError naming everything that is missing.
    """
    wording = wording or definition.wordings.get(language) or definition.wordings.get("en")
    bank = bank or shipped_bank(definition)
    table = table or shipped_table(definition)
    found = {"wording": wording, "bank": bank, "table": table}
    missing = [need for need in ("wording", "bank", "table") if need in definition.needs and found[need] is None]
    if wording is None or missing or not covers(wording, definition, bank):
        raise NotInstalledError(definition.name, missing or ["wording"])
    parts = [definition.content_sha256]
    parts += [wording.sha256] if wording is not definition.wordings.get("en") else []
    parts += [part.sha256 for part in (bank, table) if part is not None]
    parts += [shipped_tables()[scale.table].sha256 for scale in definition.subscales if scale.table]
    return Instrument(
        definition=definition,
        language=wording.language,
        stem=wording.stem,
        items=_items(definition, wording, bank),
        bank=bank,
        table=table,
        stop_rule=stop_rule if definition.method == "adaptive" else "",
        screen_first=screen_first and definition.method == "adaptive",
        wording_sha256=wording.sha256,
        content_sha256=parts[0] if len(parts) == 1 else sha256(parts),
    )


def covers(wording: Wording, definition: Definition, bank: Bank | None) -> bool:
    """Return whether a wording has the text of every item that can be asked."""
    if definition.item_count and len(wording.items) != definition.item_count:
        return False
    return all(code in wording.items for code in _codes(definition, wording, bank))


def _codes(definition: Definition, wording: Wording, bank: Bank | None) -> tuple[str, ...]:
    codes = definition.item_codes or (tuple(item.id for item in bank.items) if bank else ())
    return codes or tuple(wording.items)


def _items(definition: Definition, wording: Wording, bank: Bank | None) -> tuple[Item, ...]:
    found = []
    for number, code in enumerate(_codes(definition, wording, bank), start=1):
        text, options = wording.items[code]
        loinc, recode = definition.item_loinc.get(code, ""), definition.recode.get(code, ())
        found.append(Item(number, text, loinc, code, options, code in definition.reverse, recode))
    return tuple(found)


def wording_of(data: Mapping[str, Any], *, language: str, source: str) -> Wording:
    """Return a wording from ``{"stem", "options"?, "items": [{"code"|"number", "text", "options"?}]}``."""
    shared = _options(data.get("options", []))
    items = {
        str(item.get("code") or item["number"]): (
            str(item["text"]),
            _options(item["options"]) if item.get("options") else shared,
        )
        for item in data["items"]
    }
    plain = [
        data.get("stem", ""),
        [[item.get("number") or item["code"], item["text"]] for item in data["items"]],
        [[option.value, option.text] for option in shared],
    ]
    own = [
        [code, [[o.value, o.text] for o in options]] for code, (_, options) in items.items() if options != shared
    ]
    digest = sha256([*plain, own] if own else plain)
    return Wording(language, str(data.get("stem", "")), MappingProxyType(items), source, digest)


def _options(rows: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(int(row["value"]), str(row["text"]), str(row.get("loinc", ""))) for row in rows)


def definition_of(data: dict[str, Any]) -> Definition:
    """Return a definition from one TOML file; ValueError for a method of scoring that is not known."""
    scoring, items = data["scoring"], data.get("items", [])
    if scoring["method"] not in METHODS:
        raise ValueError(f"{data['name']}: scoring method {scoring['method']!r} is not known")
    codes = tuple(str(item.get("code") or item["number"]) for item in items)
    by_code = dict(zip(codes, items, strict=True))
    wordings = {}
    if items and "text" in items[0]:
        wordings["en"] = wording_of(data, language="en", source=data["citation"])
    for language, words in data.get("languages", {}).items():
        wordings[language] = wording_of(words, language=language, source=words["source"])
    plain = {key: data[key] for key in ("name", "title", "version", "recall", "licence", "minutes")}
    categories = {code: int(item["categories"]) for code, item in by_code.items() if "categories" in item}
    lowest = {code: int(item["lowest"]) for code, item in by_code.items() if "lowest" in item}
    options = data.get("options", [])
    return Definition(
        **plain,
        family=data.get("family", data["name"]),
        order=data["order"],
        measures=tuple(data.get("measures") or [data["measure"]]),
        better=data.get("better", "lower"),
        attribution=data["attribution"],
        citation=data["citation"],
        method=scoring["method"],
        missing_allowed=scoring.get("missing_allowed", 0),
        safety_item=scoring.get("safety_item", 0),
        item_codes=codes,
        item_count=data.get("item_count", 0),
        categories=MappingProxyType(categories | {"": int(data.get("categories", len(options)))}),
        lowest=MappingProxyType(lowest | {"": int(scoring.get("lowest", options[0]["value"] if options else 1))}),
        reverse=frozenset(scoring.get("reverse", [])),
        recode=MappingProxyType({code: tuple(points) for code, points in scoring.get("recode", {}).items()}),
        highest_first=frozenset(scoring.get("highest_first", [])),
        percent=scoring.get("percent", False),
        bands=tuple(
            Band(_tenths(band["low"]), _tenths(band["high"]), band["name"]) for band in data.get("bands", [])
        ),
        subscales=tuple(_subscale(sub, codes) for sub in data.get("subscales", [])),
        scale=DEMONSTRATION_SCALE if data.get("demo") else T_SCALE,
        table=scoring.get("table", ""),
        bank=scoring.get("bank", ""),
        needs=frozenset(data.get("needs", [])),
        item_loinc=MappingProxyType({code: item.get("loinc", "") for code, item in by_code.items()}),
        loinc_panel=data.get("loinc_panel", ""),
        loinc_total=data.get("loinc_total", ""),
        wordings=MappingProxyType(wordings),
        is_demo=data.get("demo", False),
        content_sha256=sha256(data),
    )


def _tenths(points: float) -> int:
    return int(Decimal(str(points)) * 10)


def _subscale(data: Mapping[str, Any], codes: Sequence[str]) -> Subscale:
    numbers = tuple(codes.index(code) + 1 for code in data["items"])
    return Subscale(data["measure"], numbers, data.get("table", ""), data.get("loinc", ""))


@cache
def shipped_tables() -> Mapping[str, ScoreTable]:
    """Return the score tables that two or more sources confirm, by name."""
    found = {}
    for name, table in read("tables/tables.toml")["tables"].items():
        rows = {int(raw): _table_row(row) for raw, row in table["rows"].items()}
        found[name] = ScoreTable(name, MappingProxyType(rows), sha256(table["rows"]))
    return MappingProxyType(found)


def _table_row(row: list[str]) -> TableRow:
    return TableRow(Decimal(row[0]), Decimal(row[1]) if len(row) > 1 and row[1] else None)


def shipped_table(definition: Definition) -> ScoreTable | None:
    """Return the shipped score table of a definition; None where it has none."""
    return shipped_tables().get(definition.table) if definition.table else None


@cache
def _bank(file: str) -> Bank:
    return read_bank(read_text(file), name=file, version="synthetic, CC0")


def shipped_bank(definition: Definition) -> Bank | None:
    """Return the shipped item bank of a definition (the synthetic one); None where it has none."""
    return _bank(definition.bank) if definition.bank else None


@cache
def definitions() -> Mapping[str, Definition]:
    """Return every definition by name, ready or not, in the order in which they are asked (PRO-30)."""
    files = [name for folder in ("", "licensed", "demo") for name in names(folder)]
    measures = {"outcome_measures.toml", "other_measures.toml"}
    loaded = [definition_of(read(name)) for name in files if name not in measures]
    loaded.sort(key=lambda definition: (definition.order, definition.name))
    return MappingProxyType({definition.name: definition for definition in loaded})


@cache
def instruments() -> Mapping[str, Instrument]:
    """Return the instruments that are shipped whole, in English, by name, in the order in which they are asked.

    PHQ-9, GAD-7, PGIC and the demonstrations; these last only for sites that are demonstrations themselves.
    """
    found = {}
    for definition in definitions().values():
        try:
            found[definition.name] = ready(definition)
        except NotInstalledError:
            continue
    return MappingProxyType(found)


def with_rule(instrument: Instrument, *, stop_rule: str, screen_first: bool) -> Instrument:
    """Return an adaptive instrument under another stop rule; any other instrument as it is."""
    if not instrument.is_adaptive:
        return instrument
    return replace(instrument, stop_rule=stop_rule, screen_first=screen_first)


def label_of(name: str) -> str:
    """Return how an instrument stands in a list: the label of what it measures, else its title or name."""
    definition = definitions().get(name)
    if definition is None:
        return name
    measures = definition.measures
    return measure(measures[0]).label if len(measures) == 1 else definition.title
