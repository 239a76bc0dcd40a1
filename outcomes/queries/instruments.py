"""Which instruments a clinic can ask, and the instrument behind each part of a questionnaire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from kitclinic.models import Site
from outcomes.models import AssessmentPart, InstrumentPiece, RemoteEngine, RemoteItem, RemoteResult
from outcomes.queries.licences import standings
from outcomes.rules.data import sha256
from outcomes.rules.importing import bank_of
from outcomes.rules.instruments import NotInstalledError, definitions, ready, wording_of
from outcomes.rules.irt import Bank
from outcomes.rules.structure import (
    Definition,
    Instrument,
    Item,
    Need,
    Option,
    RemoteTest,
    ScoreTable,
    TableRow,
    Wording,
)
from outcomes.states import PieceDecisionKind, PieceKind


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a clinic has active for one instrument. wording: by language."""

    wording: Mapping[str, InstrumentPiece]
    bank: InstrumentPiece | None = None
    table: InstrumentPiece | None = None


@dataclass(frozen=True, slots=True)
class Available:
    """One definition at one clinic. instrument: None while something is missing. remote: who else asks it."""

    definition: Definition
    pieces: Pieces
    instrument: Instrument | None
    missing: tuple[Need, ...]
    remote: RemoteEngine | None = None


NOTHING = Pieces(MappingProxyType({}))


def active_pieces(site: Site, *, today: date) -> dict[str, Pieces]:
    """Return the newest active pieces by instrument; those whose licence does not hold ``today`` are left out."""
    decided: dict[int, str] = {}
    licences = standings(site, today=today)
    rows = InstrumentPiece.objects.filter(site=site).order_by("imported_at", "pk")
    pieces = list(rows.prefetch_related("decisions"))
    for piece in pieces:
        for decision in sorted(piece.decisions.all(), key=lambda one: (one.at, one.pk)):
            decided[piece.pk] = decision.decision
    found: dict[str, Pieces] = {}
    for piece in pieces:
        if decided.get(piece.pk) != PieceDecisionKind.ACTIVATED or not licences[piece.licence_id].holds_on(today):
            continue
        found[piece.instrument] = _with(found.get(piece.instrument, NOTHING), piece)
    return found


def active_remotes(site: Site, *, today: date) -> dict[str, RemoteEngine]:
    """Return the engines that are asked in place of our own, by instrument, while their licence holds."""
    rows = RemoteEngine.objects.filter(site=site, ended_at__isnull=True)
    engines = list(rows)
    licences = standings(site, today=today) if engines else {}
    return {one.instrument: one for one in engines if licences[one.licence_id].holds_on(today)}


def remote_instrument(
    engine: RemoteEngine, language: str, items: Iterable[RemoteItem] = (), results: Iterable[RemoteResult] = ()
) -> Instrument:
    """Return a test that another engine runs, with the questions it chose so far."""
    definition = definitions()[engine.instrument]
    over = next(iter(results), None)
    asked = list(items)
    return Instrument(
        definition=definition,
        language=language,
        stem=next((one.content["stem"] for one in asked), ""),
        items=tuple(_remote_item(one) for one in asked),
        bank=None,
        table=None,
        stop_rule="",
        screen_first=False,
        wording_sha256="",
        content_sha256=sha256([definition.content_sha256, engine.address, engine.questionnaire]),
        remote=RemoteTest(True, over.tenths, over.theta, over.standard_error) if over else RemoteTest(),
    )


def _remote_item(row: RemoteItem) -> Item:
    options = tuple(Option(one["value"], one["text"]) for one in row.content["options"])
    return Item(row.item, row.content["text"], "", row.link_id, options)


def _with(held: Pieces, piece: InstrumentPiece) -> Pieces:
    if piece.kind == PieceKind.WORDING:
        return Pieces(MappingProxyType({**held.wording, piece.language: piece}), held.bank, held.table)
    if piece.kind == PieceKind.BANK:
        return Pieces(held.wording, piece, held.table)
    return Pieces(held.wording, held.bank, piece)


def available(site: Site, *, today: date, language: str = "en") -> dict[str, Available]:
    """Return every definition with what this clinic has for it, by name. Demonstrations only where they belong."""
    active = active_pieces(site, today=today)
    remote = active_remotes(site, today=today)
    found = {}
    for name, definition in definitions().items():
        if definition.is_demo and not site.is_demo:
            continue
        if name in remote:
            engine = remote[name]
            found[name] = Available(definition, NOTHING, remote_instrument(engine, language), (), engine)
            continue
        pieces = active.get(name, NOTHING)
        try:
            instrument = _assemble(definition, pieces, language)
        except NotInstalledError as lacking:
            found[name] = Available(definition, pieces, None, lacking.missing)
        else:
            found[name] = Available(definition, pieces, instrument, ())
    return found


def askable(site: Site, *, today: date, language: str = "en") -> dict[str, Available]:
    """Return what can be asked here now, by name."""
    return {name: one for name, one in available(site, today=today, language=language).items() if one.instrument}


def wording_for(definition: Definition, pieces: Pieces, language: str) -> InstrumentPiece | None:
    """Return the installed wording that is asked in this language; None where a shipped one is, or there is none.

    Installed in this language, shipped in it, then English, then any other.
    """
    held = pieces.wording
    for wanted in (language, "en"):
        if wanted in held:
            return held[wanted]
        if wanted in definition.wordings:
            return None
    return next(iter(held.values()), None)


def _assemble(definition: Definition, pieces: Pieces, language: str) -> Instrument:
    wording = wording_for(definition, pieces, language)
    return ready(
        definition,
        language=language,
        wording=wording_in(wording) if wording else None,
        bank=bank_in(pieces.bank) if pieces.bank else None,
        table=table_in(pieces.table) if pieces.table else None,
    )


def instrument_of(part: AssessmentPart, language: str) -> Instrument:
    """Return the instrument a part asks, from the contents it was sent with.

    language: of the questionnaire; counts where the wording is shipped in more than one. Installed pieces are
    written once, so what was put together is kept in memory by their keys.
    """
    if part.remote is not None:
        items = sorted(part.remote_items.all(), key=lambda one: one.item)
        return remote_instrument(part.remote, language, items, part.remote_results.all())
    key = (
        part.instrument,
        part.content_sha256,
        language,
        part.wording_id,
        part.bank_id,
        part.table_id,
        part.stop_rule,
        part.screen_first,
    )
    held = _kept.get(key)
    if held is None:
        held = _kept[key] = ready(
            definitions()[part.instrument],
            language=language,
            wording=wording_in(part.wording) if part.wording else None,
            bank=bank_in(part.bank) if part.bank else None,
            table=table_in(part.table) if part.table else None,
            stop_rule=part.stop_rule or "adult",
            screen_first=part.screen_first,
        )
    return held


_kept: dict[tuple[Any, ...], Instrument] = {}


def wording_in(piece: InstrumentPiece) -> Wording:
    return wording_of(piece.content, language=piece.language, source=f"{piece.version}, {piece.licence_id}")


def bank_in(piece: InstrumentPiece) -> Bank:
    return bank_of(piece.content, name=piece.instrument, version=piece.version)


def table_in(piece: InstrumentPiece) -> ScoreTable:
    rows = {int(row["raw"]): TableRow(Decimal(row["t"]), Decimal(row["se"])) for row in piece.content["rows"]}
    return ScoreTable(piece.version, MappingProxyType(rows), piece.content_sha256)


def instruments_of(parts: Iterable[AssessmentPart], language: str) -> list[Instrument]:
    """Return the instruments of these parts in their order."""
    return [instrument_of(part, language) for part in sorted(parts, key=lambda part: part.position)]
