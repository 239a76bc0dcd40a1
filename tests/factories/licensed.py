"""Invented content in the shape of licensed content: banks, wording and tables that nobody published."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import InstrumentLicence, InstrumentPiece
from outcomes.rules.importing import Label
from outcomes.rules.instruments import definition_of, definitions
from outcomes.rules.irt import Bank, ItemParameters
from outcomes.rules.structure import Definition
from outcomes.states import PieceKind
from tests.factories import scheduling
from tests.outcomes.rules.slow_cat import bank_of, slow_sums

NOW = scheduling.NOW
CAT, SHORT = "PROMIS-SelfEfficacy-CAT", "PROMIS-SelfEfficacy-4a"  # short form without a shipped table
FORM = ("Q02", "Q05", "Q08", "Q11")
WORDS = ("not at all", "a little", "somewhat", "quite", "completely")


def definition(**changes: Any) -> Definition:
    """An invented form of three questions with answers 1 to 5."""
    data: dict[str, Any] = {
        "name": "INV-3",
        "order": 500,
        "title": "Invented",
        "version": "Invented form v1.0",
        "measure": "PROMIS Self-Efficacy Managing Symptoms",
        "recall": "now",
        "licence": "none",
        "attribution": "invented",
        "citation": "invented",
        "minutes": 1,
        "categories": 5,
        "needs": ["wording"],
        "scoring": {"method": "sum"},
        "items": [{"code": code, "loinc": f"9999{at}-1"} for at, code in enumerate("ABC")],
    }
    return definition_of(data | changes)


def adaptive(**changes: Any) -> Definition:
    return definition(
        **{"name": "INV-CAT", "scoring": {"method": "adaptive"}, "items": [], "needs": ["wording", "bank"]}
        | changes
    )


@cache
def bank(size: int = 12, *, a: float = 2.0) -> Bank:
    """A made-up bank with parameters of two decimals, as they are published."""
    items = [
        ItemParameters(item.id, round(item.a, 2), tuple(round(cut, 2) for cut in item.thresholds))
        for item in bank_of(size, a=a).items
    ]
    return Bank("invented", "", tuple(items))


def bank_csv(made: Bank | None = None) -> str:
    """The bank as a file."""
    made = made or bank()
    most = max(item.categories for item in made.items)
    lines = [",".join(["item_id", "a", *(f"b{at}" for at in range(1, most)), "n_categories"])]
    for item in made.items:
        cuts = [repr(cut) for cut in item.thresholds] + [""] * (most - item.categories)
        lines.append(",".join([item.id, repr(item.a), *cuts, str(item.categories)]))
    return "\n".join(lines) + "\n"


def options(words: Sequence[str] = WORDS, *, first: int = 1) -> list[dict[str, Any]]:
    return [{"value": value, "text": text} for value, text in enumerate(words, start=first)]


def own_form(codes: Sequence[str], **more: Any) -> dict[str, Any]:
    """Wording in our own form."""
    items = [{"code": code, "text": f"Invented question {code}?"} for code in codes]
    return {"stem": "Invented stem.", "options": options(), "items": items} | more


def coded(words: Sequence[str] = WORDS, *, first: int = 1, score: str = "ordinalValue") -> list[dict[str, Any]]:
    """answerOption with a score on each answer. score: ordinalValue, itemWeight, code, integer."""
    found = []
    for value, text in enumerate(words, start=first):
        coding: dict[str, Any] = {"code": f"inv-{value}", "display": text}
        option: dict[str, Any] = {"valueCoding": coding}
        if score == "code":
            coding["code"] = str(value)
        else:
            url = f"http://hl7.org/fhir/StructureDefinition/{score}"
            option["extension"] = [{"url": url, "valueDecimal": value}]
        found.append(option)
    return found


def questionnaire(codes: Sequence[str], **more: Any) -> dict[str, Any]:
    """Wording as a FHIR R4 Questionnaire."""
    items = [
        {"linkId": code, "type": "choice", "text": f"Invented question {code}?", "answerOption": coded()}
        for code in codes
    ]
    return {"resourceType": "Questionnaire", "status": "active", "title": "Invented", "item": items} | more


def as_bytes(data: Any) -> bytes:
    return (data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)).encode()


@cache
def table_rows(codes: tuple[str, ...] = FORM, size: int = 12) -> dict[int, tuple[Decimal, Decimal]]:
    """Published rows of an invented short form, by brute force over all patterns."""
    by_id = {item.id: item for item in bank(size).items}
    sums = slow_sums([by_id[code] for code in codes])
    return {raw: (_tenth(50 + 10 * theta), _tenth(10 * se)) for raw, (theta, se) in sorted(sums.items())}


def _tenth(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.1"), "ROUND_HALF_UP")


def table_csv(rows: dict[int, tuple[Decimal, Decimal]] | None = None) -> str:
    rows = rows if rows is not None else table_rows()
    return "raw,t,se\n" + "".join(f"{raw},{t},{se}\n" for raw, (t, se) in rows.items())


def licence(*, site: Site, by: StaffUser | None = None, at: datetime = NOW, **fields: Any) -> InstrumentLicence:
    given: dict[str, Any] = {
        "holder": "Invented Licences",
        "identifier": "INV-1",
        "scope": "Every invented instrument, electronic, en and es",
        "valid_from": date(2026, 1, 1),
        "expires_on": site.today(at) + timedelta(days=300),
    } | fields
    return actions.record_licence(site=site, by=by or scheduling.actor("clinic_lead", site), at=at, **given)


def imported(
    *,
    site: Site,
    kind: PieceKind,
    data: bytes,
    instrument: str = CAT,
    version: str = "v1.0",
    by: StaffUser | None = None,
    at: datetime = NOW,
    held: InstrumentLicence | None = None,
    **more: Any,
) -> InstrumentPiece:
    """A piece that waits for a second person."""
    lead = by or scheduling.actor("clinic_lead", site)
    found = held or InstrumentLicence.objects.filter(site=site).first() or licence(site=site, by=lead, at=at)
    return actions.import_piece(
        site=site,
        definition=definitions()[instrument],
        kind=kind,
        language=more.pop("language", "en"),
        version=version,
        data=data,
        file_name="invented.txt",
        licence=found,
        by=lead,
        at=at,
        **more,
    )


def active(*, site: Site, at: datetime = NOW, **arguments: Any) -> InstrumentPiece:
    """A piece that a second person put into use."""
    piece = imported(site=site, at=at, **arguments)
    actions.activate_piece(piece=piece, by=scheduling.actor("administrator", site), at=at)
    return piece


def ready_cat(*, site: Site, at: datetime = NOW) -> tuple[InstrumentPiece, InstrumentPiece]:
    """Wording and bank of the adaptive test, both in use."""
    ids = [item.id for item in bank().items]
    wording = active(site=site, at=at, kind=PieceKind.WORDING, data=as_bytes(own_form(ids)))
    return wording, active(site=site, at=at, kind=PieceKind.BANK, data=bank_csv().encode())


def label(
    kind: PieceKind = PieceKind.WORDING, version: str = "v1.0", language: str = "en", source: str = ""
) -> Label:
    return Label(kind, version, language, source)
