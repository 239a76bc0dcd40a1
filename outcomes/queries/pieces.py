"""Installed content, and what a new file of it would do beside the definition and everything installed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kitclinic.models import Site
from kitclinic.problems import Blocker, Notice, Problem
from outcomes.models import InstrumentPiece, PieceDecision
from outcomes.queries.instruments import bank_in, table_in
from outcomes.rules import importing
from outcomes.rules.authenticity import FormCheck, ShortForm, authenticity_problems, check_forms
from outcomes.rules.bank_file import bank_problems, read_bank
from outcomes.rules.cat_simulation import DRY_RUN
from outcomes.rules.form_dry_run import FORM_DRY_RUN, form_dry_run
from outcomes.rules.importing import Content, Label
from outcomes.rules.instruments import NotInstalledError, definitions, ready, shipped_table, wording_of
from outcomes.rules.irt import Bank
from outcomes.rules.simulation_report import dry_runs, simulation_report
from outcomes.rules.structure import Definition, ScoreTable, Wording
from outcomes.rules.table_file import read_table
from outcomes.rules.wording_file import read_wording
from outcomes.rules.wording_text import decoded
from outcomes.states import PieceDecisionKind, PieceKind


@dataclass(frozen=True, slots=True)
class Held:
    """The newest content of one instrument that is not out of use, or with ``active`` the newest in use."""

    wordings: Mapping[str, InstrumentPiece] = field(default_factory=dict)
    bank: InstrumentPiece | None = None
    table: InstrumentPiece | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking through a file. content: as it would be stored; {} where it could not be read."""

    content: Content
    problems: tuple[Problem, ...]
    report: dict[str, Any]


NOTHING = Held()


def decisions_of(site: Site) -> dict[int, str]:
    """Return the newest decision about each piece, by key; a piece that waits has none."""
    rows = PieceDecision.objects.filter(site=site).order_by("at", "pk")
    return dict(rows.values_list("piece_id", "decision"))  # of several the last


def held(site: Site, *, active: bool = False) -> dict[str, Held]:
    """Return what is installed by instrument: all that is not out of use, or only what is in use."""
    decided = decisions_of(site)
    found: dict[str, Held] = {}
    for piece in InstrumentPiece.objects.filter(site=site).order_by("imported_at", "pk"):
        state = decided.get(piece.pk, "")
        if state == PieceDecisionKind.RETIRED or (active and not state):
            continue
        found[piece.instrument] = _with(found.get(piece.instrument, NOTHING), piece)
    return found


def _with(before: Held, piece: InstrumentPiece) -> Held:
    if piece.kind == PieceKind.WORDING:
        return replace(before, wordings={**before.wordings, piece.language: piece})
    return replace(before, bank=piece) if piece.kind == PieceKind.BANK else replace(before, table=piece)


def look(site: Site, definition: Definition, label: Label, data: bytes) -> Looked:
    """Look through a file: everything that is wrong with it, what it holds, and what it would do."""
    problems = importing.label_problems(definition, label)
    text, unreadable = decoded(data)
    if unreadable:
        return Looked({}, (*problems, *unreadable), {})
    there = held(site)
    readers = {PieceKind.WORDING: _look_wording, PieceKind.BANK: _look_bank, PieceKind.TABLE: _look_table}
    found = readers[label.kind](definition, label, text, there)
    return replace(found, problems=(*problems, *found.problems))


def still_fits(site: Site, piece: InstrumentPiece) -> list[Problem]:
    """Return what speaks against putting a piece into use beside what is in use now (PRO-57, PRO-59)."""
    definition, there = definitions()[piece.instrument], held(site, active=True)
    mine = there.get(piece.instrument, NOTHING)
    problems: list[Problem] = []
    if piece.kind == PieceKind.BANK:
        bank = bank_in(piece)
        problems += importing.fit_bank(definition, bank, _contents(mine))
        problems += authenticity_problems(check_forms(bank, _forms(definition, there)))
    elif piece.kind == PieceKind.WORDING and mine.bank is not None:
        problems += importing.fit_bank(definition, bank_in(mine.bank), {piece.language: piece.content})
    return problems


def _contents(one: Held) -> dict[str, Content]:
    return {language: piece.content for language, piece in one.wordings.items()}


def _look_wording(definition: Definition, label: Label, text: str, there: Mapping[str, Held]) -> Looked:
    read = read_wording(text)
    mine = there.get(definition.name, NOTHING)
    bank = bank_in(mine.bank) if mine.bank else None
    family = _family_bank(definition, there)
    prefer = frozenset(item.id for item in family.items) if family else frozenset()
    fitted = importing.fit_wording(definition, read, bank=bank, prefer=prefer)
    problems = [*read.problems, *importing.file_says_otherwise(definition, label, read), *fitted.problems]
    problems += [Notice("", note) for note in read.notes]
    report: dict[str, Any] = {
        "questions": len(fitted.content["items"]),
        "title": read.title,
        "copyright": read.copyright,
        "notes": [*read.notes, *_later(definition, label.kind, mine)],
    }
    if not _blocked(problems):
        wording = wording_of(fitted.content, language=label.language, source=label.version)
        table = table_in(mine.table) if mine.table else None
        problems += _dry(definition, wording, bank, table, report)
        if family is not None and definition.method == "table":
            form = _form(definition, mine, content=fitted.content)
            problems += _compared(check_forms(family, [form]), report)
    return Looked(fitted.content, tuple(problems), report)


def _look_bank(definition: Definition, label: Label, text: str, there: Mapping[str, Held]) -> Looked:
    problems = bank_problems(text)
    if problems:
        return Looked({}, tuple(problems), {})
    bank = read_bank(text, name=definition.name, version=label.version)
    mine = there.get(definition.name, NOTHING)
    problems += importing.fit_bank(definition, bank, _contents(mine))
    runs = dry_runs(bank)
    problems += [Blocker(DRY_RUN.id, failure) for run in runs for failure in run["failures"][:5]]
    report = {
        "items": len(bank.items),
        "categories": sorted({item.categories for item in bank.items}),
        "a": [min(item.a for item in bank.items), max(item.a for item in bank.items)],
        "bank_sha256": bank.sha256,
        "dry_runs": runs,
        "simulation": list(simulation_report(bank, definition.measures, definition.scale)),
        "notes": _later(definition, label.kind, mine),
    }
    problems += _compared(check_forms(bank, _forms(definition, there)), report)
    return Looked(importing.bank_content(bank), tuple(problems), report)


def _look_table(definition: Definition, label: Label, text: str, there: Mapping[str, Held]) -> Looked:
    mine = there.get(definition.name, NOTHING)
    wording = next(iter(mine.wordings.values()), None)
    read = read_table(text, sums=importing.sums_of(definition, wording.content if wording else None))
    problems: list[Problem] = list(read.problems)
    report: dict[str, Any] = {"rows": len(read.rows), "notes": _later(definition, label.kind, mine)}
    family = _family_bank(definition, there)
    if not problems:
        form = replace(_form(definition, mine), rows={raw: t for raw, (t, _) in read.rows.items()})
        if family is not None:
            problems += _compared(check_forms(family, [form]), report)
        else:
            sentence = (
                f"{definition.name} could not be compared: no item bank of {definition.family} is installed."
            )
            report["checks"] = [{"form": definition.name, "state": "not checked", "sentence": sentence}]
    return Looked(read.content, tuple(problems), report)


def _blocked(problems: list[Problem]) -> bool:
    return any(isinstance(problem, Blocker) for problem in problems)


def _later(definition: Definition, kind: PieceKind, mine: Held) -> list[str]:
    """What the file was held against, and what it could not be held against yet."""
    if kind == PieceKind.BANK and not mine.wordings:
        return ["No wording is installed yet; its items are compared with this bank when it is imported."]
    if kind == PieceKind.BANK:
        said = ", ".join(f"{piece.version} ({language})" for language, piece in mine.wordings.items())
        return [f"The items are those of the installed wording {said}, with as many answers."]
    if kind == PieceKind.WORDING and definition.method == "adaptive":
        if mine.bank is not None:
            return [f"The items are those of the installed bank {mine.bank.version}, with as many answers."]
        return ["No item bank is installed yet; its items are compared with this wording when it is imported."]
    return []


def _dry(
    definition: Definition, wording: Wording, bank: Bank | None, table: ScoreTable | None, report: dict[str, Any]
) -> list[Problem]:
    """Answer a fixed form in 100 ways where everything it needs is there."""
    if definition.method == "adaptive":
        return []
    try:
        instrument = ready(definition, language=wording.language, wording=wording, bank=bank, table=table)
    except NotInstalledError as lacking:
        report["notes"].append(f"No dry run yet: {', '.join(lacking.missing)} not installed.")
        return []
    report["dry_runs"] = [form_dry_run(instrument)]
    return [Blocker(FORM_DRY_RUN.id, failure) for failure in report["dry_runs"][0]["failures"][:5]]


def _compared(checks: list[FormCheck], report: dict[str, Any]) -> list[Problem]:
    report["checks"] = [{"form": one.form, "state": one.state, "sentence": one.sentence} for one in checks]
    if not checks:
        sentence = "No short form of this family is known, so the parameters could not be compared with a table."
        report["checks"] = [{"form": "", "state": "not checked", "sentence": sentence}]
    return authenticity_problems(checks)


def _forms(definition: Definition, there: Mapping[str, Held]) -> list[ShortForm]:
    """The short forms of the family of a bank."""
    return [
        _form(one, there.get(one.name, NOTHING))
        for one in definitions().values()
        if one.family == definition.family and one.method == "table" and not one.is_demo
    ]


def _form(definition: Definition, mine: Held, *, content: Content | None = None) -> ShortForm:
    """A short form with its items and its table. content: of a wording that is not installed yet."""
    wording = next(iter(mine.wordings.values()), None)
    known = content or (wording.content if wording else {"items": []})
    codes = definition.item_codes or tuple(item["code"] for item in known["items"])
    table = table_in(mine.table) if mine.table else shipped_table(definition)
    rows = {raw: row.score for raw, row in table.rows.items()} if table else {}
    return ShortForm(definition.name, codes, rows)


def _family_bank(definition: Definition, there: Mapping[str, Held]) -> Bank | None:
    """The installed bank that a short form is taken from."""
    for one in definitions().values():
        bank = there.get(one.name, NOTHING).bank
        if one.family == definition.family and one.name != definition.name and bank is not None:
            return bank_in(bank)
    return None
