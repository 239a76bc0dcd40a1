"""A de-identified research export: checked, made, looked through once more, put on record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import choice, randbits

import numpy as np
from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.roles import Permission
from outcomes.models import ResearchExport
from outcomes.queries.research import research_export, who_is_looked_for
from outcomes.queries.study import Asked, Study, study
from outcomes.research_file import Export, export_bytes
from outcomes.research_scan import scan
from outcomes.rules.identifiers import REFUSED_AND_LOGGED, Hit
from outcomes.rules.research import (
    APPROVED,
    ID_LETTERS,
    IN_A_PAGE,
    LONGEST_APPROVAL,
    LONGEST_REASON,
    MOST_ROWS_IN_A_PAGE,
    SHORTEST_REASON,
    WHO_LEAVES,
    study_ids,
)
from outcomes.rules.research_dictionary import DIAGNOSES


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why an export is made. approval: number of the ethics or privacy board; confirmed: that it covers this."""

    reason: str
    approval: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class MadeExport:
    """What is on record, and the zip, which is kept nowhere."""

    record: ResearchExport
    data: bytes


def make_research_export(
    *,
    asked: Asked,
    grounds: Grounds,
    narrowed_to: str = "",
    most_rows: int | None = MOST_ROWS_IN_A_PAGE,
    by: StaffUser,
    at: datetime,
) -> MadeExport:
    """Make an export of what a page of outcomes counts (OUT-46 to OUT-59).

    narrowed_to: the filters in words, for the record. most_rows: None for any number. Raises Refused with every
    reason at once; what the last look forbids stays on record without its text.
    """
    site = _site(asked, by)
    refuse_if([*_grounds_problems(grounds), *_narrowing_problems(asked)])
    found = study(asked)
    export = _export(found, most_rows)
    data = export_bytes(export)
    hits = scan(data, who_is_looked_for(site))
    record = _recorded(found, export, data, hits, grounds, narrowed_to, site=site, by=by, at=at)
    if hits:
        again = Blocker(
            REFUSED_AND_LOGGED.id, "No file was made. That it was tried and why it was refused is on record."
        )
        raise Refused([*(Blocker(hit.rule, hit.sentence) for hit in hits), again])
    return MadeExport(record, data)


def _site(asked: Asked, by: StaffUser) -> Site:
    source = asked.source.site
    site = source.registry_of or source
    if by.site_id != site.pk or not by.may(Permission.EXPORT_RESEARCH):
        raise Refused([Blocker(APPROVED.id, "Your role does not allow you to make research exports.")])
    return site


def _grounds_problems(grounds: Grounds) -> list[Problem]:
    problems: list[Problem] = []
    reason, approval = grounds.reason.strip(), grounds.approval.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        sentence = f"Say in {SHORTEST_REASON} to {LONGEST_REASON} characters what the export is for."
        problems.append(Blocker(APPROVED.id, sentence, "reason"))
    if not 0 < len(approval) <= LONGEST_APPROVAL:
        sentence = f"Enter the number of the approval, at most {LONGEST_APPROVAL} characters."
        problems.append(Blocker(APPROVED.id, sentence, "approval"))
    if not grounds.confirmed:
        problems.append(Blocker(APPROVED.id, "Confirm that the approval covers this export.", "confirmed"))
    return problems


def _narrowing_problems(asked: Asked) -> list[Problem]:
    filters, problems = asked.filters, list[Problem]()
    if filters.since or filters.until:
        sentence = "Take away the days of the first infusion: they would tell when somebody was treated."
        problems.append(Blocker(WHO_LEAVES.id, sentence))
    if filters.category and filters.category not in DIAGNOSES:
        sentence = "Take away the pain category: it is a text this clinic wrote, not a category of Table 1."
        problems.append(Blocker(WHO_LEAVES.id, sentence))
    return problems


def _export(found: Study, most_rows: int | None) -> Export:
    number = int(np.count_nonzero(found.members))
    if not number:
        raise Refused([Blocker(WHO_LEAVES.id, "There is nobody to export on this day under these filters.")])
    order = np.random.default_rng(randbits(128)).permutation(number)
    export = research_export(found, ids=study_ids(_letters(), number), order=order)
    about = export.about
    rows = about.patients + about.infusions + about.scores
    if most_rows is not None and rows > most_rows:
        sentence = (
            f"This export has {rows:,} rows, more than the {most_rows:,} a page makes. Ask who runs the server to "
            "make it with the command research_export."
        )
        raise Refused([Blocker(IN_A_PAGE.id, sentence)])
    return export


def _letters() -> Iterator[str]:
    while True:
        yield choice(ID_LETTERS)


@transaction.atomic
def _recorded(
    found: Study,
    export: Export,
    data: bytes,
    hits: tuple[Hit, ...],
    grounds: Grounds,
    narrowed_to: str,
    *,
    site: Site,
    by: StaffUser,
    at: datetime,
) -> ResearchExport:
    about, rules = export.about, sorted({hit.rule for hit in hits})
    record = ResearchExport.objects.create(
        site=site,
        source=found.asked.source.slug,
        as_of=about.as_of,
        asked_digest=found.asked.digest,
        definitions_digest=about.definitions.digest,
        cut_digest=about.cut,
        narrowed_to=narrowed_to,
        patients=about.patients,
        infusions=about.infusions,
        scores=about.scores,
        sha256="" if hits else sha256(data).hexdigest(),
        size=0 if hits else len(data),
        refused_for=", ".join(rules),
        reason=grounds.reason.strip(),
        approval=grounds.approval.strip(),
        by=by,
        at=at,
    )
    event = "research export refused" if hits else "research export made"
    detail = {"source": record.source, "patients": record.patients, "rules": rules}
    audit.record(event=event, by=by, at=at, site=site, subject=record, detail=detail)
    return record
