"""What changed of staff, settings, formulary and schedule: read from the tables of events."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from psycopg import sql

from kitclinic.history import KINDS, Kind
from kitclinic.models import Site, StaffUser

ON_THE_PAGE = tuple(kind for kind in Kind if kind is not Kind.PATIENT)
MOST = 200  # changes on one page
BY_NOBODY = "Not from a page: the command line, or the database itself"
ACTS = {"insert": "Added", "update": "Changed", "delete": "Taken out", "begin": "History begins"}
QUIET = {"id", "site_id", "search_text"}

# The states of a row in order, each with the one before it. A site's own row is known by its key.
STATES = """
SELECT * FROM (
    SELECT pgh_id, pgh_obj_id, pgh_label, pgh_created_at, pgh_context, to_jsonb(e) AS now,
           lag(to_jsonb(e)) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS before
    FROM {table} e WHERE {of_site} = %s
) states WHERE pgh_created_at >= %s AND pgh_created_at < %s ORDER BY pgh_id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a change. old: "" where the row is new; new: "" where it was taken out."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One insert, update or delete. who: printed name, or what it came from where nobody was signed in."""

    at: datetime
    kind: Kind
    thing: str
    act: str
    columns: tuple[Column, ...]
    who: str
    address: str  # name of the address it came from, "" for none


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page shows: days of the clinic, the last one included; kind None for all."""

    first: date
    last: date
    kind: Kind | None = None


def changes(site: Site, asked: Asked) -> list[Change]:
    """The newest changes of these days at one site, at most MOST."""
    names = dict(StaffUser.objects.values_list("pk", "name"))
    kinds = [asked.kind] if asked.kind else list(ON_THE_PAGE)
    found: list[Change] = []
    for model, kind in KINDS.items():
        if kind in kinds:
            found += _of(model, kind, site, asked, names)
    return sorted(found, key=attrgetter("at"), reverse=True)[:MOST]


def _of(
    model: type[models.Model], kind: Kind, site: Site, asked: Asked, names: dict[int, str]
) -> Iterable[Change]:
    events = model.history.rel.related_model  # type: ignore[attr-defined]
    of_site = "pgh_obj_id" if model is Site else "site_id"
    statement = sql.SQL(STATES).format(
        table=sql.Identifier(events._meta.db_table), of_site=sql.Identifier(of_site)
    )
    begin = site.instant(asked.first, 0)
    end = site.instant(asked.last + timedelta(days=1), 0)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), [site.pk, begin, end, MOST])
        rows = cursor.fetchall()
    for _, key, label, at, context, now, before in rows:
        told = _json(context)
        yield Change(
            at=at,
            kind=kind,
            thing=_thing(model, key, _json(now), names),
            act=ACTS.get(label, label),
            columns=_columns(model, label, _json(before), _json(now), names),
            who=_who(told, names),
            address=str(told.get("view") or ""),
        )


def _json(value: Any) -> dict[str, Any]:
    """A JSON object as the driver gives it, read if it came as text."""
    loaded = json.loads(value) if isinstance(value, str) else value
    return loaded or {}


def _who(told: dict[str, Any], names: dict[int, str]) -> str:
    if told.get("by"):
        return names.get(told["by"], f"staff {told['by']}")
    if told.get("task"):
        return f"Scheduled work: {told['task']}"
    return "Somebody not signed in" if told.get("view") else BY_NOBODY


def _thing(model: type[models.Model], key: int, now: dict[str, Any], names: dict[int, str]) -> str:
    """The row in words: what it is, and its name or day."""
    words = str(model._meta.verbose_name).capitalize()
    for column in ("name", "title", "date", "first_day", "weekday", "chair", "item", "maker"):
        if now.get(column) not in (None, ""):
            return f"{words}: {_shown(model, column, now[column], names)}"
    return words


def _columns(
    model: type[models.Model], label: str, before: dict[str, Any], now: dict[str, Any], names: dict[int, str]
) -> tuple[Column, ...]:
    """The columns in which the two states differ; of a new row those that say something."""
    old, new = (now, {}) if label == "delete" else (before, now)
    found = []
    for column in (field.column for field in model._meta.local_fields):
        if column in QUIET or column not in now or old.get(column) == new.get(column):
            continue
        said = [_shown(model, column, state.get(column), names) for state in (old, new)]
        if any(said):
            found.append(Column(_field_words(model, column), *said))
    return tuple(found)


def _field(model: type[models.Model], column: str) -> Any:
    try:
        return model._meta.get_field(column.removesuffix("_id"))
    except FieldDoesNotExist:
        return next((one for one in model._meta.local_fields if one.column == column), None)


def _field_words(model: type[models.Model], column: str) -> str:
    words = str(getattr(_field(model, column), "verbose_name", column)).replace("_", " ")
    return words[:1].upper() + words[1:]


def _shown(model: type[models.Model], column: str, value: Any, names: dict[int, str]) -> str:
    """A stored value in words: a choice by its label, a person by the name, a minute as hour and minute."""
    field = _field(model, column)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if getattr(field, "related_model", None) is StaffUser:
        return names.get(value, f"staff {value}")
    if getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))
    if column.endswith("_minute") and isinstance(value, int):
        return f"{value // 60:02d}:{value % 60:02d}"
    if isinstance(field, models.DateTimeField):
        return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M UTC}"
    if isinstance(field, ArrayField) or isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return f"{Decimal(str(value)).normalize():f}" if isinstance(value, float) else str(value)
