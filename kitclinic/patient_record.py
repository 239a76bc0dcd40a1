"""A copy of everything about one patient: its parts, gathered from every app, as lines of a letter and as FHIR.

Each app names its parts in a module of ``settings.PATIENT_RECORD``; a test walks every model that leads to a
patient and finds each in a part, or in ``LEFT_OUT`` with the reason (REC-07).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import models

from kitclinic.history import SECRETS
from kitclinic.models import AuditEvent, OutboxMessage, Site, StaffUser, Transition
from kitclinic.register import Rule

REC_07 = Rule(
    "REC-07",
    "A copy of a patient's records holds every row that leads to the patient; what is left out stands in one list "
    "with the reason.",
    source="45 CFR 164.524(a) and 164.501: the designated record set",
)
QUIET = {"id", "site", "key", "digest", "search_text", "content_sha256", "bank_sha256", "revision", *SECRETS}
SYSTEM = "urn:kitclinic"
Shape = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the record.

    path: lookup from a row to the patient, with "|" between two ways there. section: heading of the
    letter. resource: FHIR resource type. when: the column that says when. shape: further FHIR elements of a row.
    besides: columns that repeat another part or name the machine. rows: instead of path, keys → rows.
    """

    model: type[models.Model]
    path: str
    section: str
    resource: str
    when: str = ""
    shape: Shape | None = None
    besides: tuple[str, ...] = ()
    rows: Callable[[Site, list[int]], Any] | None = None

    @property
    def title(self) -> str:
        words = str(self.model._meta.verbose_name_plural)
        return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row in words. when: what the row itself says, "" where it does not."""

    when: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part with its rows, for the letter."""

    section: str
    title: str
    entries: tuple[Entry, ...] = field(default=())


def parts() -> list[Part]:
    """Every part of the record, in the order of the letter."""
    modules = [import_module(name) for name in settings.PATIENT_RECORD]
    found = [part for module in modules for part in module.PARTS]
    order = {name: place for place, name in enumerate(SECTIONS)}
    return sorted(found, key=lambda part: order[part.section]) + list(OWN)


def left_out() -> dict[str, str]:
    """By label of a model that leads to a patient, why it is not in the copy."""
    modules = [import_module(name) for name in settings.PATIENT_RECORD]
    return {label: reason for module in modules for label, reason in module.LEFT_OUT.items()}


SECTIONS = (
    "Who you are",
    "Referral and eligibility",
    "Group visit and consent",
    "Visits",
    "Orders",
    "Infusions",
    "Measurements",
    "Events",
    "Questionnaires and scores",
    "Safety",
    "Messages",
    "What was done with your record",
)


def rows_of(part: Part, site: Site, keys: list[int]) -> Any:
    """The rows of one part. keys: of the patient, records merged into it included."""
    if part.rows is not None:
        return part.rows(site, keys)
    related = [one.name for one in part.model._meta.local_fields if one.is_relation and one.name != "site"]
    leads = models.Q()
    for path in part.path.split("|"):
        leads |= models.Q(**{f"{path}__in": keys})
    found = part.model._default_manager.filter(leads, site=site)
    return found.select_related(*related).order_by("pk")


def _messages(site: Site, keys: list[int]) -> Any:
    """Messages known by a part that names them."""
    found: set[int] = set()
    for part in parts():
        if part.rows is None and any(one.name == "message" for one in part.model._meta.local_fields):
            found |= set(rows_of(part, site, keys).values_list("message", flat=True))
    return OutboxMessage.objects.filter(site=site, pk__in=found).order_by("pk")


def _transitions(site: Site, keys: list[int]) -> Any:
    """Changes of state of every row that is in the copy."""
    wanted = models.Q(pk__in=[])
    for part in parts():
        if part.rows is None and hasattr(part.model, "state"):
            own = rows_of(part, site, keys).values("pk")
            wanted |= models.Q(subject=part.model._meta.db_table, subject_id__in=own)
    return Transition.objects.filter(wanted, site=site).select_related("by").order_by("pk")


def _events(site: Site, keys: list[int]) -> Any:
    return AuditEvent.objects.filter(site=site, patient_id__in=keys).order_by("pk")


LAST = SECTIONS[-1]
OWN = (
    Part(
        OutboxMessage, "", "Messages", "Communication", "due_at", rows=_messages, besides=("attempts", "problem")
    ),
    Part(Transition, "", LAST, "Provenance", "at", rows=_transitions, besides=("subject_id",)),
    Part(AuditEvent, "", LAST, "AuditEvent", "at", rows=_events, besides=("by", "subject_id", "detail")),
)


# -- a row in words ------------------------------------------------------------------------------------


def chapters(site: Site, keys: list[int]) -> Iterator[Chapter]:
    """The letter: each part that has rows."""
    for part in parts():
        entries = tuple(entry(part, row, site) for row in rows_of(part, site, keys).iterator(chunk_size=500))
        if entries:
            yield Chapter(part.section, part.title, entries)


def _columns(part: Part) -> Iterator[Any]:
    for one in part.model._meta.local_fields:
        if one.name not in QUIET and one.name not in part.besides:
            yield one


def entry(part: Part, row: Any, site: Site) -> Entry:
    facts = []
    for column in _columns(part):
        said = words(row, column, site)
        if said and column.name != part.when:
            label = str(column.verbose_name).replace("_", " ")
            facts.append((label[:1].upper() + label[1:], said))
    when = words(row, part.model._meta.get_field(part.when), site) if part.when else ""
    return Entry(when, tuple(facts))


def words(row: Any, column: Any, site: Site) -> str:
    """A value as it is read: a choice by its label, a person by the name, a time on the clinic's clock."""
    value = getattr(row, column.attname)
    if value is None or value in ("", [], {}):
        return ""
    if column.is_relation:
        other = getattr(row, column.name)
        return other.name if isinstance(other, StaffUser) else str(other)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    if isinstance(value, datetime):
        return f"{site.local(value):%Y-%m-%d %H:%M %Z}"
    if column.name.endswith("_minute") and isinstance(value, int):
        return f"{value // 60:02d}:{value % 60:02d}"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {said}" for name, said in value.items())
    if isinstance(value, list):
        return "; ".join(str(said) for said in value)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


# -- a row as FHIR -------------------------------------------------------------------------------------


def resource_of(part: Part, row: Any, patient: str) -> dict[str, Any]:
    """A FHIR-shaped resource: what its type has a place for, and every column of the row as an extension."""
    made: dict[str, Any] = {"resourceType": part.resource, "id": f"{part.model._meta.model_name}-{row.pk}"}
    if part.resource != "Patient":
        made["subject"] = {"reference": patient}
    if part.when and (at := getattr(row, part.when)) is not None:
        made["date"] = at.isoformat()
    if part.shape is not None:
        made |= part.shape(row)
    made["extension"] = [
        {"url": f"{SYSTEM}:{part.model._meta.label_lower}:{column.name}", **_value(row, column)}
        for column in _columns(part)
        if getattr(row, column.attname) not in (None, "", [], {})
    ]
    return made


def _value(row: Any, column: Any) -> dict[str, Any]:
    value = getattr(row, column.attname)
    if column.is_relation:
        other = getattr(row, column.name)
        return {"valueString": other.name if isinstance(other, StaffUser) else str(other)}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, Decimal):
        return {"valueDecimal": str(value)}
    if isinstance(value, datetime):
        return {"valueDateTime": value.isoformat()}
    if isinstance(value, date):
        return {"valueDate": value.isoformat()}
    return {"valueString": value if isinstance(value, str) else "; ".join(_flat(value))}


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield f"{name}: {', '.join(_flat(inside))}"
    elif isinstance(value, list):
        for inside in value:
            yield from _flat(inside)
    else:
        yield str(value)
