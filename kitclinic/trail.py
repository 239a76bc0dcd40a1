"""The audit trail for people: narrowed, page by page on an index, each line in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.urls import NoReverseMatch, resolve, reverse

from kitclinic.access import sees_clinical
from kitclinic.chain import head
from kitclinic.chain_heads import Head
from kitclinic.looks import Look, looks
from kitclinic.models import AuditEvent, AuditLink, AuditWaiting, ChainCheck, Site, StaffUser
from kitclinic.models.audit import LOOKED
from kitclinic.roles import Role

A_PAGE = 50
GLASS = ("break-glass opened", "break-glass ended", "break-glass reviewed")
GROUPS = {"looked": LOOKED, "glass": GLASS}  # acts that are asked for together
PAGES = {  # where a row is shown, by its table; the key of the row is all the address needs
    "scheduling_breakglass": "scheduling:break_glass_review",
    "scheduling_patient": "scheduling:patient",
    "scheduling_referral": "scheduling:referral",
    "scheduling_sequence": "scheduling:sequence",
    "scheduling_visit": "infusions:chart",
    "scheduling_groupvisit": "scheduling:group",
    "scheduling_groupseat": "scheduling:seat",
    "infusions_order": "infusions:order",
    "infusions_discrepancy": "infusions:discrepancy",
    "outcomes_assessment": "outcomes:answers",
    "outcomes_safetytask": "outcomes:safety_task",
}
EVENTS = """
WITH RECURSIVE one AS (
    (SELECT event FROM kitclinic_auditevent WHERE site_id = %(site)s ORDER BY event LIMIT 1)
    UNION ALL
    SELECT (SELECT event FROM kitclinic_auditevent e WHERE e.site_id = %(site)s AND e.event > one.event
            ORDER BY e.event LIMIT 1) FROM one WHERE one.event IS NOT NULL
) SELECT event FROM one WHERE event IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the trail is narrowed to. act: an event, or a key of GROUPS; first, last: days of the clinic."""

    patient: int | None = None
    person: StaffUser | None = None
    act: str = ""
    first: date | None = None
    last: date | None = None


def events(site: Site, asked: Asked) -> "QuerySet[AuditEvent]":
    """The events asked for, newest first."""
    rows = AuditEvent.objects.filter(site=site).select_related("by").order_by("-at", "-pk")
    if asked.patient is not None:
        rows = rows.filter(patient_id=asked.patient)
    if asked.person is not None:
        rows = rows.filter(by=asked.person)
    if asked.act:
        rows = rows.filter(event__in=GROUPS.get(asked.act, (asked.act,)))
    if asked.first is not None:
        rows = rows.filter(at__gte=site.instant(asked.first, 0))
    if asked.last is not None:
        rows = rows.filter(at__lt=site.instant(asked.last + timedelta(days=1), 0))
    return rows


def known_events(site: Site) -> list[str]:
    """Every kind of event of this site, by one step on the index for each."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, {"site": site.pk})
        return [event for (event,) in cursor.fetchall()]


def part(rows: "QuerySet[AuditEvent]", before: str) -> tuple[list[AuditEvent], str]:
    """One page of events, and the mark of the next; "" where there is none. before: such a mark, "" for the first.

    Never counts and never skips: a page far down costs what the first one does.
    """
    mark = _read(before)
    if mark is not None:
        at, key = mark
        rows = rows.filter(at__lte=at).exclude(at=at, pk__gte=key)
    found = list(rows[: A_PAGE + 1])
    return found[:A_PAGE], _mark(found[A_PAGE - 1]) if len(found) > A_PAGE else ""


def _mark(event: AuditEvent) -> str:
    return f"{(event.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)}.{event.pk}"


def _read(mark: str) -> tuple[datetime, int] | None:
    micros, _, key = mark.partition(".")
    if not (micros.isdecimal() and key.isdecimal() and len(micros) < 17 and len(key) < 19):
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros)), int(key)


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words. number: place in the chain, None while it waits; url: its row, where it may be seen."""

    event: AuditEvent
    role: str
    words: str
    number: int | None
    patient: str
    glass: int | None
    row: str
    url: str

    @property
    def cells(self) -> list[str]:
        """The line in a file, as text."""
        at = self.event.site.local(self.event.at)
        who, key = self.event.actor, str(self.event.by_id or "")
        link = "waits" if self.number is None else str(self.number)
        glass = "emergency access" if self.glass else ""
        return [f"{at:%Y-%m-%d %H:%M:%S %Z}", who, key, self.role, self.words, self.patient, self.row, glass, link]


COLUMNS = [
    "When",
    "Who",
    "Person",
    "Role",
    "What",
    "Patient record",
    "Row",
    "Emergency access",
    "Link of the chain",
]


def lines(found: Sequence[AuditEvent], *, site: Site, reader: StaffUser) -> list[Line]:
    """The events in words: two queries, however many."""
    linked = AuditLink.objects.filter(site=site, event__in=[one.pk for one in found])
    places = dict(linked.values_list("event_id", "number"))
    directory = import_module(settings.PATIENT_NUMBERS)
    numbers = directory.numbers_of(site, {one.patient_id for one in found if one.patient_id is not None})
    made = []
    for one in found:
        one.site = site
        role = one.detail.get("role") or (one.by.role if one.by else "")
        made.append(
            Line(
                event=one,
                role=str(Role(role).label) if role in Role.values else "",
                words=words(one, with_detail=one.patient_id is None or sees_clinical(reader)),
                number=places.get(one.pk),
                patient=numbers.get(one.patient_id, "") if one.patient_id else "",
                glass=one.detail.get("break_glass"),
                row=f"{_called(one.subject)} {one.subject_id}",
                url=_url(one, reader),
            )
        )
    return made


def words(event: AuditEvent, *, with_detail: bool = True) -> str:
    """What was done: "Chart opened: Infusion chart", "Order signed (version 2)".

    with_detail: False for a reader who sees no charts, since a detail may hold a weight or a clinical reason.
    """
    said = event.event.replace("_", " ")
    said = said[:1].upper() + said[1:]
    page = looks().get(str(event.detail.get("page", "")))
    if event.event in LOOKED and isinstance(page, Look):
        found = event.detail.get("found")
        return f"{said}: {page.what}" + (f", {found} found" if found is not None else "")
    told = _told(event.detail) if with_detail else ""
    return f"{said} ({told})" if told else said


def _told(detail: dict[str, Any]) -> str:
    plain = (
        (key, value) for key, value in detail.items() if key not in {"role", "session", "page", "break_glass"}
    )
    return ", ".join(
        f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in plain if value not in ("", None)
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')} {_plain(one)}" for key, one in value.items())
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)


@cache
def _names() -> dict[str, str]:
    return {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}


def _called(table: str) -> str:
    return _names().get(table, table)


def _url(event: AuditEvent, reader: StaffUser) -> str:
    """The page of the row, for whoever may open it; "" otherwise."""
    name = PAGES.get(event.subject)
    try:
        address = reverse(name, args=[event.subject_id]) if name else ""
    except NoReverseMatch:
        return ""
    any_of = getattr(resolve(address).func, "any_of", ()) if address else ()
    return address if any(map(reader.may, any_of)) else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a site's chain is sealed and verified."""

    head: Head | None
    waiting: int
    check: ChainCheck | None


def standing(site: Site, *, at: datetime) -> Standing:
    check = ChainCheck.objects.filter(site=site).order_by("-at").first()
    return Standing(head(site, at), AuditWaiting.objects.filter(site=site).count(), check)


def file_rows(found: Iterable[AuditEvent], *, site: Site, reader: StaffUser) -> Iterable[Sequence[str]]:
    """The rows of a file with the column names first, in batches of a page."""
    yield COLUMNS
    batch: list[AuditEvent] = []
    for one in found:
        batch.append(one)
        if len(batch) == 1000:
            yield from (line.cells for line in lines(batch, site=site, reader=reader))
            batch = []
    yield from (line.cells for line in lines(batch, site=site, reader=reader))
