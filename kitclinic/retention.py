"""The retention policy: reads retention.toml, says in words what it asks for, and carries it out."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string
from psycopg import sql

from kitclinic import audit
from kitclinic.models import Site
from kitclinic.register import Rule

REC_03 = Rule(
    "REC-03",
    "A chart is kept at least the clinic's number of years, from 6 to 100, 10 unless changed, after the last "
    "contact; then it comes up for review, and is kept longer or archived by a person, never deleted.",
    source="state law on medical records; the number is a clinic default",
)
REC_04 = Rule(
    "REC-04",
    "How long each kind of record is kept stands in one file, which names every table and is what the software "
    "carries out; a dry run says the same numbers as the run.",
    source="45 CFR 164.316(b)(2)(i), 164.530(j); 21 CFR 1304.04(a); kitclinic/retention.toml",
)
REC_05 = Rule(
    "REC-05",
    "The application's role may delete no chart, signature, audit event or ledger row; short-lived rows go by "
    "functions of the database's owner, each with a least age of its own.",
    source="21 CFR 11.10(c) and (e)",
)
POLICY = Path(__file__).with_name("retention.toml")
ENDS = {"review", "stay", "delete", "empty", "task"}
PERIOD = re.compile(r"^(\d+) (day|year)s?$")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record. days or years: one of them, both None for always."""

    id: str
    title: str
    keep: str
    after: str
    basis: str
    end: str
    models: tuple[str, ...]
    undo: tuple[str, ...] = ()
    setting: str = ""
    task: str = ""
    days: int | None = field(default=None)
    years: int | None = field(default=None)

    @property
    def is_thrown_away(self) -> bool:
        return self.end in {"delete", "empty"}

    def before(self, at: datetime) -> datetime:
        """Return the instant before which its time is over. Raises ValueError for what is kept always."""
        if self.years is not None:
            return _years_before(at, self.years)
        if self.days is None:
            raise ValueError(f"{self.id} is kept always")
        return at - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Line:
    """What the policy asks of one kind at one site. rows: thrown away, or due for review; None: not counted."""

    site: str
    kind: Kind
    rows: int | None
    sentence: str


@cache
def policy(path: Path = POLICY) -> tuple[Kind, ...]:
    """Read the file. Raises ValueError for a period or an end that it does not know, or a model named twice."""
    kinds = []
    for key, facts in tomllib.loads(path.read_text(encoding="utf-8")).items():
        match = PERIOD.match(facts["keep"])
        if match is None and facts["keep"] != "always":
            raise ValueError(f"{key}: {facts['keep']!r} is no period such as 10 years or 30 days")
        if facts["end"] not in ENDS or (match is None and facts["end"] != "stay"):
            raise ValueError(f"{key}: {facts['end']!r} is no end for what is kept {facts['keep']}")
        number, unit = (int(match[1]), match[2]) if match else (None, "")
        made: dict[str, Any] = facts | {name: tuple(facts.get(name, ())) for name in ("models", "undo")}
        made |= {"days": number if unit == "day" else None, "years": number if unit == "year" else None}
        kinds.append(Kind(id=key, **made))
    named = [label for kind in kinds for label in kind.models]
    if twice := {label for label in named if named.count(label) > 1}:
        raise ValueError(f"named twice: {', '.join(sorted(twice))}")
    return tuple(kinds)


def full_years(day: date, years: int) -> date:
    """Return the first day on which so many whole years have passed: 29 February ends on 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _years_before(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


def carry_out(*, at: datetime, dry: bool) -> Iterator[Line]:
    """Do what the policy asks at every site, or only count it (dry); what is thrown away is an audit event."""
    for site in Site.objects.order_by("pk"):
        for kind in policy():
            with transaction.atomic():
                yield _at_site(kind, site, at=at, dry=dry)


def _at_site(kind: Kind, site: Site, *, at: datetime, dry: bool) -> Line:
    if kind.end == "review":
        rows = sum(import_string(path)(site, at) for path in settings.DUE_FOR_REVIEW)
        return Line(site.slug, kind, rows, _review_words(kind, site, rows))
    if kind.end == "task":
        said = f"{kind.title}: the task {kind.task} deletes them {kind.keep} after {kind.after}."
        return Line(site.slug, kind, None, said)
    if not kind.is_thrown_away:
        kept = "always" if kind.keep == "always" else f"at least {kind.keep} after {kind.after}"
        return Line(site.slug, kind, None, f"{kind.title} are kept {kept}; the software deletes none of them.")
    rows = _retire(kind, site, at=at, dry=dry)
    if rows and not dry:
        detail = {"kind": kind.id, "rows": rows, "before": kind.before(at).isoformat(), "end": kind.end}
        audit.record(
            event="retention carried out",
            by=None,
            actor="retention",
            at=at,
            site=site,
            subject=site,
            detail=detail,
        )
    done = {"delete": ("would be deleted", "deleted"), "empty": ("would be emptied", "emptied")}[kind.end][not dry]
    return Line(site.slug, kind, rows, f"{kind.title}: {rows} {done}, older than {kind.keep} after {kind.after}.")


def _review_words(kind: Kind, site: Site, rows: int) -> str:
    years = getattr(site, kind.setting)
    due = "no chart is" if rows == 0 else "1 chart is" if rows == 1 else f"{rows} charts are"
    return f"{kind.title}: {due} due for review, {years} years after {kind.after}. None is deleted."


def _retire(kind: Kind, site: Site, *, at: datetime, dry: bool) -> int:
    """Call the owner's function of this kind; return how many rows."""
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT {}(%s, %s, %s)").format(sql.Identifier(f"retire_{kind.id}"))
        cursor.execute(statement.as_string(cursor.connection), [site.pk, kind.before(at), dry])
        return int(cursor.fetchone()[0])


# -- no right to delete --------------------------------------------------------------------------------


def keep_rows(owner: BaseDatabaseWrapper, role: str) -> None:
    """Take the right to delete from the application's role, but for work in hand; runs after every migration."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        present = {row[0] for row in cursor.fetchall()}
        for kind in policy():
            for label in kind.models:
                table = apps.get_model(label)._meta.db_table
                if table in present and label not in kind.undo:
                    revoke = sql.SQL("REVOKE DELETE, TRUNCATE ON {} FROM {}")
                    cursor.execute(revoke.format(sql.Identifier(table), sql.Identifier(role)))
