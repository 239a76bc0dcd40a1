"""What the pages of the instruments show: shipped, installed, in use, missing, and under which licence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Problem
from outcomes.models import InstrumentLicence, InstrumentPiece, PieceDecision, PieceUpload
from outcomes.queries.instruments import Available, available
from outcomes.queries.licences import licences, standings
from outcomes.queries.pieces import look
from outcomes.rules.importing import Label, kinds_of
from outcomes.rules.instruments import definitions, shipped_bank
from outcomes.rules.licences import Standing
from outcomes.rules.simulation_report import simulation_report
from outcomes.rules.structure import Definition
from outcomes.states import PieceDecisionKind, PieceKind

PieceState = Literal["waiting", "asked", "active", "over", "retired"]
WORDS: Mapping[PieceState, tuple[str, str]] = {  # state -> (tone, word)
    "waiting": ("due", "waits for a second person"),
    "asked": ("ok", "in use"),
    "active": ("held", "active, a newer one is asked"),
    "over": ("overdue", "licence over, not asked"),
    "retired": ("held", "out of use"),
}
NEEDED = {"wording": "wording", "bank": "an item bank", "table": "a score table"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened to a piece."""

    what: str
    who: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One installed version. state: whether it is asked now; story: who imported, activated, retired it."""

    piece: InstrumentPiece
    state: PieceState
    licence: Standing
    story: tuple[Told, ...]

    @property
    def tone(self) -> str:
        return WORDS[self.state][0]

    @property
    def word(self) -> str:
        return WORDS[self.state][1]

    @property
    def kind(self) -> str:
        language = f" ({self.piece.language})" if self.piece.language else ""
        return f"{PieceKind(self.piece.kind).label}{language}"


@dataclass(frozen=True, slots=True)
class InstrumentLine:
    """One definition. ending: the licence in use that ends first, within 60 days; kinds: what may be installed."""

    definition: Definition
    tone: str
    word: str
    pieces: tuple[PieceLine, ...]
    kinds: tuple[PieceKind, ...]
    languages: tuple[str, ...]
    ending: Standing | None

    @property
    def needs(self) -> list[str]:
        return [words for need, words in NEEDED.items() if need in self.definition.needs]

    @property
    def installed(self) -> list[PieceLine]:
        return [line for line in self.pieces if line.state != "retired"]


@dataclass(frozen=True, slots=True)
class Topic:
    """The instruments of one topic: "Fatigue" as an adaptive test and as forms."""

    title: str
    lines: tuple[InstrumentLine, ...]


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """A licence with how it stands today; pieces: installed under it. renewed: another one prolongs it."""

    licence: InstrumentLicence
    standing: Standing
    pieces: int
    renewed: bool


@dataclass(frozen=True, slots=True)
class InstrumentsPage:
    """licensed: a clinic installs something for them; whole: shipped complete; demos: on demonstration sites."""

    licensed: tuple[Topic, ...]
    whole: tuple[Topic, ...]
    demos: tuple[Topic, ...]
    licences: tuple[LicenceLine, ...]

    @property
    def waiting(self) -> list[PieceLine]:
        lines = [line for topic in (*self.licensed, *self.whole) for line in topic.lines]
        return [one for line in lines for one in line.pieces if one.state == "waiting"]


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that was looked through, as it would be imported now."""

    upload: PieceUpload
    definition: Definition
    content: dict[str, Any]
    problems: tuple[Problem, ...]


def instruments_page(site: Site, *, today: date) -> InstrumentsPage:
    """Return every definition this clinic may use, with its licences."""
    pieces = piece_lines(site, today=today)
    lines = [_line(one, pieces[name]) for name, one in available(site, today=today).items()]
    return InstrumentsPage(
        licensed=_topics(line for line in lines if line.definition.needs),
        whole=_topics(line for line in lines if not line.definition.needs and not line.definition.is_demo),
        demos=_topics(line for line in lines if line.definition.is_demo),
        licences=_licence_lines(site, today=today),
    )


def _topics(lines: Iterable[InstrumentLine]) -> tuple[Topic, ...]:
    by: dict[str, list[InstrumentLine]] = {}
    for line in lines:
        by.setdefault(line.definition.title, []).append(line)
    return tuple(Topic(title, tuple(found)) for title, found in by.items())


def instrument_line(site: Site, name: str, *, today: date) -> InstrumentLine | None:
    """Return one definition with all its pieces; None for a name this clinic does not have."""
    one = available(site, today=today).get(name)
    return _line(one, piece_lines(site, today=today)[name]) if one else None


def piece_lines(site: Site, *, today: date) -> defaultdict[str, list[PieceLine]]:
    """Return the pieces of each instrument, the one imported last first."""
    rows = (
        InstrumentPiece.objects.filter(site=site)
        .defer("content")
        .select_related("imported_by", "licence__confirmed_by")
        .prefetch_related("decisions__by")
        .order_by("-imported_at", "-pk")
    )
    stands = standings(site, today=today)
    found: defaultdict[str, list[PieceLine]] = defaultdict(list)
    asked: set[tuple[str, str, str]] = set()
    for piece in rows:
        decisions = sorted(piece.decisions.all(), key=lambda one: (one.at, one.pk))
        state = _state(piece, decisions, stands[piece.licence_id], today=today)
        key = (piece.instrument, piece.kind, piece.language)
        if state == "active" and key not in asked:
            asked.add(key)
            state = "asked"
        story = [Told("imported", piece.imported_by.name, piece.imported_at)]
        story += [Told(one.decision, one.by.name, one.at, one.reason) for one in decisions]
        found[piece.instrument].append(PieceLine(piece, state, stands[piece.licence_id], tuple(story)))
    return found


def _state(
    piece: InstrumentPiece, decisions: Sequence[PieceDecision], held: Standing, *, today: date
) -> PieceState:
    if not decisions:
        return "waiting"
    if decisions[-1].decision == PieceDecisionKind.RETIRED:
        return "retired"
    return "active" if held.holds_on(today) else "over"


def _line(one: Available, pieces: Sequence[PieceLine]) -> InstrumentLine:
    tone, word = _standing(one, pieces)
    shipped = list(one.definition.wordings)
    installed = [line.piece.language for line in pieces if line.state == "asked" and line.piece.language]
    ending = [line.licence for line in pieces if line.state == "asked" and line.licence.is_ending]
    return InstrumentLine(
        definition=one.definition,
        tone=tone,
        word=word,
        pieces=tuple(pieces),
        kinds=tuple(kinds_of(one.definition)),
        languages=tuple(dict.fromkeys([*shipped, *installed])),
        ending=min(ending, key=lambda held: held.days or 0) if ending else None,
    )


def _standing(one: Available, pieces: Iterable[PieceLine]) -> tuple[str, str]:
    if one.instrument is not None:
        return "ok", "ready"
    states = {line.state for line in pieces}
    if "over" in states:
        return "overdue", "licence over"
    if "waiting" in states:
        return "due", "waits for a second person"
    return "held", f"needs {' and '.join(NEEDED[need] for need in one.missing)}"


def _licence_lines(site: Site, *, today: date) -> tuple[LicenceLine, ...]:
    rows = licences(site)
    stands = standings(site, today=today)
    counts: defaultdict[int, int] = defaultdict(int)
    for key in InstrumentPiece.objects.filter(site=site).values_list("licence_id", flat=True):
        counts[key] += 1
    renewed = {row.renews_id for row in rows}
    return tuple(LicenceLine(row, stands[row.pk], counts[row.pk], row.pk in renewed) for row in rows)


def usable_licences(site: Site, *, today: date) -> list[tuple[InstrumentLicence, Standing]]:
    """Return the licences under which something can be installed today."""
    stands = standings(site, today=today)
    return [(row, stands[row.pk]) for row in licences(site) if stands[row.pk].holds_on(today)]


def preview(upload: PieceUpload) -> Preview:
    """Read an uploaded file once more, beside what is installed now."""
    definition = definitions()[upload.instrument]
    label = Label(PieceKind(upload.kind), upload.version, upload.language, upload.translation_source)
    found = look(upload.site, definition, label, bytes(upload.data))
    return Preview(upload, definition, found.content, found.problems)


def why_not_activate(line: PieceLine, person: StaffUser) -> str:
    """Return why this person is not offered the activation; "" when they are."""
    if line.state in {"asked", "active", "over"}:
        return "It is active."
    if line.piece.imported_by_id == person.pk:
        return "You imported it, so somebody else activates it after comparing it with the licensed document."
    return ""


def shipped_simulation(definition: Definition) -> Sequence[dict[str, Any]]:
    """Return what a shipped bank does with simulated patients; () where none is shipped."""
    bank = shipped_bank(definition)
    return simulation_report(bank, definition.measures, definition.scale) if bank else ()
