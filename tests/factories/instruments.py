"""Licensed instruments with invented wording, so that they can be asked in a test."""

from types import MappingProxyType

from outcomes.rules.instruments import definitions, ready, shipped_bank
from outcomes.rules.structure import Definition, Instrument, Option, ScoreTable, Wording


def wording(definition: Definition, *, codes: tuple[str, ...] = (), language: str = "en") -> Wording:
    """Made-up texts with the answer codes of the definition, in the order its official form shows them."""
    known = codes or definition.item_codes or tuple(f"item{n}" for n in range(1, definition.item_count + 1))
    items = {code: (f"Question {code}", _options(definition, code)) for code in known}
    return Wording(language, "", MappingProxyType(items), "made up for a test", f"wording of {definition.name}")


def _options(definition: Definition, code: str) -> tuple[Option, ...]:
    values = sorted(definition.answer_codes(code), reverse=code in definition.highest_first)
    return tuple(Option(value, f"Answer {value}") for value in values)


def licensed(name: str, *, table: ScoreTable | None = None) -> Instrument:
    """A licensed form, or an adaptive test on the synthetic bank, with made-up wording."""
    definition = definitions()[name]
    if definition.method != "adaptive":
        return ready(definition, wording=wording(definition), table=table)
    bank = shipped_bank(definitions()["DEMO-Fatigue-CAT"])
    assert bank is not None
    codes = tuple(item.id for item in bank.items)
    return ready(definition, wording=wording(definition, codes=codes), bank=bank)
