"""Licensed content: its licence, a file that is looked through, the import, and a second person."""

from datetime import date, datetime
from hashlib import sha256

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Notice, Problem, Refused, refuse_if
from outcomes.models import InstrumentLicence, InstrumentPiece, PieceDecision, PieceUpload
from outcomes.queries.licences import standings
from outcomes.queries.pieces import decisions_of, look, still_fits
from outcomes.rules import licences as rules
from outcomes.rules.data import sha256 as content_sha256
from outcomes.rules.importing import Label
from outcomes.rules.instruments import definitions
from outcomes.rules.structure import Definition
from outcomes.states import PieceDecisionKind, PieceKind

REPORTED = 60  # problems of a file that are told one by one


@transaction.atomic
def record_licence(
    *,
    site: Site,
    holder: str,
    identifier: str,
    scope: str,
    valid_from: date,
    expires_on: date | None,
    by: StaffUser,
    at: datetime,
    renews: InstrumentLicence | None = None,
) -> InstrumentLicence:
    """Put a licence on record as ``by`` confirmed it (PRO-50). renews: the one it prolongs."""
    refuse_if(rules.new_licence_problems(valid_from=valid_from, expires_on=expires_on, today=site.today(at)))
    licence = InstrumentLicence.objects.create(
        site=site,
        holder=holder.strip(),
        identifier=identifier.strip(),
        scope=scope.strip(),
        valid_from=valid_from,
        expires_on=expires_on,
        renews=renews,
        confirmed_by=by,
        confirmed_at=at,
    )
    detail = {"holder": licence.holder, "expires_on": str(expires_on or "")}
    audit.record(event="licence recorded", by=by, at=at, site=site, subject=licence, detail=detail)
    return licence


@transaction.atomic
def look_through(
    *,
    site: Site,
    definition: Definition,
    label: Label,
    licence: InstrumentLicence,
    file_name: str,
    data: bytes,
    by: StaffUser,
    at: datetime,
) -> PieceUpload:
    """Keep a file that may be imported, with what it would do; one this person left before goes.

    Raises Refused with everything that is wrong with it, and nothing is kept.
    """
    found = look(site, definition, label, data)
    blockers = [problem for problem in found.problems if isinstance(problem, Blocker)]
    refuse_if(_first([*_licence_problems(licence, at=at), *_version_taken(site, definition, label), *blockers]))
    PieceUpload.objects.filter(site=site, uploaded_by=by, instrument=definition.name, kind=label.kind).delete()
    upload = PieceUpload.objects.create(
        site=site,
        instrument=definition.name,
        kind=label.kind,
        language=label.language,
        version=label.version,
        translation_source=label.translation_source,
        licence=licence,
        file_name=file_name[-200:],
        data=data,
        report=found.report,
        uploaded_by=by,
        uploaded_at=at,
    )
    audit.record(event="instrument file uploaded", by=by, at=at, site=site, subject=upload, detail=_of(upload))
    return upload


@transaction.atomic
def discard_upload(*, upload: PieceUpload, by: StaffUser, at: datetime) -> None:
    """Throw a looked-through file away."""
    audit.record(event="instrument file discarded", by=by, at=at, site=upload.site, subject=upload)
    PieceUpload.objects.filter(site=upload.site, pk=upload.pk).delete()


@transaction.atomic
def import_upload(
    *, upload: PieceUpload, confirmed: frozenset[str] = frozenset(), by: StaffUser, at: datetime
) -> InstrumentPiece:
    """Import a looked-through file and throw the file away. confirmed: rule ids ticked on the page."""
    held = PieceUpload.objects.select_for_update().filter(site=upload.site, pk=upload.pk).first()
    if held is None:
        raise Refused([Blocker("", "This file was imported or thrown away meanwhile. Nothing was changed.")])
    piece = import_piece(
        site=upload.site,
        definition=definitions()[held.instrument],
        kind=PieceKind(held.kind),
        language=held.language,
        version=held.version,
        translation_source=held.translation_source,
        data=bytes(held.data),
        file_name=held.file_name,
        licence=held.licence,
        confirmed=confirmed,
        by=by,
        at=at,
    )
    held.delete()
    return piece


@transaction.atomic
def import_piece(
    *,
    site: Site,
    definition: Definition,
    kind: PieceKind,
    language: str = "",
    version: str,
    data: bytes,
    file_name: str,
    licence: InstrumentLicence,
    by: StaffUser,
    at: datetime,
    translation_source: str = "",
    confirmed: frozenset[str] = frozenset(),
) -> InstrumentPiece:
    """Install one version of wording, item bank or score table; it waits for a second person.

    Raises Refused with everything that is wrong with the file, nothing is installed then.
    """
    label = Label(kind, version.strip(), language if kind == PieceKind.WORDING else "", translation_source.strip())
    site = Site.objects.select_for_update(no_key=True).get(
        pk=site.pk
    )  # content of one clinic changes one after the other
    found = look(site, definition, label, data)
    problems = [problem for problem in found.problems if not isinstance(problem, Notice)]
    refuse_if(
        _first([*_licence_problems(licence, at=at), *_version_taken(site, definition, label), *problems]),
        confirmed=confirmed,
    )
    ticked = [problem.sentence for problem in problems if problem.rule in confirmed]
    piece = InstrumentPiece.objects.create(
        site=site,
        instrument=definition.name,
        kind=label.kind,
        language=label.language,
        version=label.version,
        content=found.content,
        content_sha256=content_sha256(found.content),
        source_name=file_name[-200:],
        source_sha256=sha256(data).hexdigest(),
        translation_source=label.translation_source,
        report=found.report | {"confirmed": ticked},
        licence=licence,
        imported_by=by,
        imported_at=at,
    )
    audit.record(event="instrument piece imported", by=by, at=at, site=site, subject=piece, detail=_of(piece))
    return piece


@transaction.atomic
def activate_piece(*, piece: InstrumentPiece, by: StaffUser, at: datetime) -> PieceDecision:
    """Put an imported piece into use, as the second person (PRO-63). Refused for the importer."""
    site = Site.objects.select_for_update(no_key=True).get(pk=piece.site_id)
    decided = decisions_of(site)
    problems = rules.may_activate(
        is_importer=piece.imported_by_id == by.pk,
        importer=piece.imported_by.name,
        is_active=decided.get(piece.pk) == PieceDecisionKind.ACTIVATED,
        newer=_newer_active(piece, decided),
    )
    refuse_if(_first([*problems, *_licence_problems(piece.licence, at=at), *still_fits(site, piece)]))
    return _decide(piece, PieceDecisionKind.ACTIVATED, "", by=by, at=at)


@transaction.atomic
def retire_piece(*, piece: InstrumentPiece, reason: str, by: StaffUser, at: datetime) -> PieceDecision:
    """Take a piece out of use, with a reason; questionnaires sent with it keep it (PRO-64)."""
    site = Site.objects.select_for_update(no_key=True).get(pk=piece.site_id)
    state = decisions_of(site).get(piece.pk)
    refuse_if(
        rules.may_retire(
            is_active=state == PieceDecisionKind.ACTIVATED,
            is_retired=state == PieceDecisionKind.RETIRED,
            reason=reason,
        )
    )
    return _decide(piece, PieceDecisionKind.RETIRED, reason.strip(), by=by, at=at)


def _decide(
    piece: InstrumentPiece, decision: PieceDecisionKind, reason: str, *, by: StaffUser, at: datetime
) -> PieceDecision:
    row = PieceDecision.objects.create(
        site=piece.site, piece=piece, decision=decision, reason=reason, by=by, at=at
    )
    event = f"instrument piece {decision}"
    audit.record(event=event, by=by, at=at, site=piece.site, subject=piece, detail=_of(piece))
    return row


def _newer_active(piece: InstrumentPiece, decided: dict[int, str]) -> str:
    same = InstrumentPiece.objects.filter(
        site=piece.site_id, instrument=piece.instrument, kind=piece.kind, language=piece.language
    ).order_by("imported_at", "pk")
    rows = list(same)
    later = rows[rows.index(piece) + 1 :]
    return next((one.version for one in later if decided.get(one.pk) == PieceDecisionKind.ACTIVATED), "")


def _licence_problems(licence: InstrumentLicence, *, at: datetime) -> list[Problem]:
    today = licence.site.today(at)
    return rules.may_use(standings(licence.site, today=today)[licence.pk], today=today)


def _version_taken(site: Site, definition: Definition, label: Label) -> list[Problem]:
    taken = InstrumentPiece.objects.filter(
        site=site, instrument=definition.name, kind=label.kind, language=label.language, version=label.version
    )
    if not taken.exists():
        return []
    sentence = (
        f"“{label.version}” is installed already, and a version is never changed. Add a word that tells this one "
        f"from it, such as “{label.version}, corrected”."
    )
    return [Blocker(rules.NEWEST_COUNTS.id, sentence, "version")]


def _first(problems: list[Problem]) -> list[Problem]:
    """The problems that are told one by one, and how many there are besides."""
    if len(problems) <= REPORTED:
        return problems
    more = len(problems) - REPORTED
    return [*problems[:REPORTED], Blocker(problems[-1].rule, f"And {more} more of this kind in the file.")]


def _of(row: InstrumentPiece | PieceUpload) -> dict[str, str]:
    return {"instrument": row.instrument, "kind": row.kind, "version": row.version, "language": row.language}
