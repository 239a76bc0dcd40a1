"""Entries kept aside: what was typed against what is stored, for those who may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from infusions.models import KeptAside
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission

OPEN_AT_MOST = 100
ANSWERED_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Field:
    """One field: as typed, and as it stands in the row that has the key; "" where there is none."""

    label: str
    typed: str
    stored: str

    @property
    def differs(self) -> bool:
        return self.stored != "" and self.stored != self.typed


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. stored: the row that was saved under the same key, in words; "" where nothing is stored."""

    aside: KeptAside
    act: str
    fields: tuple[Field, ...]
    stored: str
    stored_by: StaffUser | None


def seen_by(site: Site, reader: StaffUser) -> QuerySet[KeptAside]:
    """The entries this person may read: their own, and those of charts, orders and ledger with that permission."""
    mine = Q(by=reader)
    clinical = Q(act__startswith="infusions:") if reader.may(Permission.SEE_CHARTS) else Q(pk=None)
    rows = KeptAside.objects.filter(mine | clinical, site=site)
    return rows.select_related("by", "infusion__patient", "answer__by").order_by("-at", "-pk")


def number_open(site: Site, reader: StaffUser) -> int:
    return seen_by(site, reader).filter(answer=None).count()


def lines(site: Site, reader: StaffUser) -> tuple[list[Line], list[KeptAside]]:
    """The open entries, newest first, and the last ones that were answered."""
    rows = seen_by(site, reader)
    waiting = list(rows.filter(answer=None)[:OPEN_AT_MOST])
    stored = _stored(site, {row.key for row in waiting})
    return [_line(row, stored.get(row.key)) for row in waiting], list(rows.exclude(answer=None)[:ANSWERED_AT_MOST])


def _stored(site: Site, keys: set[UUID]) -> dict[UUID, models.Model]:
    """The rows of every table whose rows carry a key, by key: one query a table."""
    found: dict[UUID, models.Model] = {}
    for model in _keyed() if keys else ():
        rows: QuerySet[Any] = model._default_manager.filter(site=site, key__in=keys)
        for row in rows:
            found.setdefault(row.key, row)
    return found


def _keyed() -> Iterable[type[models.Model]]:
    for model in apps.get_app_config("infusions").get_models():
        names = {field.name for field in model._meta.get_fields()}
        if model is not KeptAside and {"key", "site"} <= names:
            yield model


def _line(aside: KeptAside, row: models.Model | None) -> Line:
    content: dict[str, list[str]] = aside.content
    fields = tuple(Field(_label(name), ", ".join(values), _value(row, name)) for name, values in content.items())
    words = f"{row._meta.verbose_name}: {row}" if row is not None else ""
    return Line(aside, _label(aside.act.partition(":")[2].removeprefix("chart_")), fields, words, _author(row))


def _label(name: str) -> str:
    """Signs in capitals, else words."""
    short = {"sbp": "SBP", "dbp": "DBP", "hr": "HR", "spo2": "SpO2", "rr": "RR"}
    return short.get(name, name.replace("_", " ").capitalize())


def _value(row: models.Model | None, name: str) -> str:
    """The field of this name in the stored row, or in an event's detail."""
    if row is None:
        return ""
    detail = getattr(row, "detail", None)
    value: Any = getattr(row, name, None)
    if value is None and isinstance(detail, dict):
        value = detail.get(name)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "" if value is None else str(value)


def _author(row: models.Model | None) -> StaffUser | None:
    by = getattr(row, "by", None)
    return by if isinstance(by, StaffUser) else None
