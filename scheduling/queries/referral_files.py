"""A file of referrals before it is imported: what is wrong, what is new, what is here already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower

from kitclinic.models import Site
from scheduling.models import Patient, Referral, ReferralFile
from scheduling.queries.referrals import COMPARED
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.referral_file import FileRow, LineProblem, ReadFile, read_file
from scheduling.rules.referral_match import KnownPerson, KnownReferral, LeftOut, sort_lines
from scheduling.rules.written_dates import DateOrder

SHOWN = 50  # lines of each kind that a page lists; the rest is counted
MANY = 2000  # rows from which on everybody is compared instead of looked for


@dataclass(frozen=True, slots=True)
class Some:
    """The first of many, and how many more there are."""

    shown: tuple[LineProblem, ...] | tuple[LeftOut, ...] | tuple[FileRow, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class FilePreview:
    """A file as the page shows it before the import. patients: left out because they are patients here."""

    problems: Some
    take: Some
    here: Some
    patients: Some
    left_columns: tuple[str, ...]
    separator: str


def read_stored(text: str, *, site: Site, date_order: str, at: datetime) -> ReadFile:
    """Return what the text of a file says on the clinic's today. Raises UnreadableFileError."""
    return read_file(text, today=site.today(at), order=DateOrder(date_order))


def preview(file: ReferralFile, *, site: Site, at: datetime) -> FilePreview:
    """Return what the import of this file would do."""
    read = read_stored(file.text, site=site, date_order=file.date_order, at=at)
    found = sort_lines(
        [(row.line, row.new) for row in read.rows],
        referrals=known_referrals(site=site, rows=read.rows),
        patients=known_patients(site=site, rows=read.rows),
    )
    patients = [one for one in found.left_out if one.kind == "patient"]
    here = [one for one in found.left_out if one.kind != "patient"]
    take = tuple(FileRow(line, new) for line, new in found.take[:SHOWN])
    return FilePreview(
        problems=Some(read.problems[:SHOWN], len(read.problems)),
        take=Some(take, len(found.take)),
        here=Some(tuple(here[:SHOWN]), len(here)),
        patients=Some(tuple(patients[:SHOWN]), len(patients)),
        left_columns=read.left_columns,
        separator=read.separator,
    )


def known_referrals(*, site: Site, rows: Sequence[FileRow]) -> list[KnownReferral]:
    """Return the referrals here that one of these rows may be."""
    found = Referral.objects.filter(site=site).order_by("pk")
    if len(rows) <= MANY:
        found = found.annotate(family=Lower("family_name")).filter(_alike(rows))
    return [KnownReferral(*row) for row in found.values_list(*COMPARED)]


def known_patients(*, site: Site, rows: Sequence[FileRow]) -> list[KnownPerson]:
    """Return the patients here that one of these rows may be."""
    found = Patient.objects.filter(site=site).order_by("pk")
    if len(rows) <= MANY:
        found = found.annotate(family=Lower("family_name")).filter(_alike(rows))
    columns = ("pk", "family_name", "given_name", "birth_date", "record_number")
    return [KnownPerson(*row) for row in found.values_list(*columns)]


def _alike(rows: Sequence[FileRow]) -> Q:
    born = {row.new.birth_date for row in rows if row.new.birth_date}
    numbers = {tidy_record_number(row.new.record_number) for row in rows} - {""}
    nameless = {row.new.family_name.strip().lower() for row in rows if row.new.birth_date is None}
    return Q(birth_date__in=born) | Q(record_number__in=numbers) | Q(birth_date__isnull=True, family__in=nameless)
