"""Who looked at what: every page that shows a patient is written down before it is shown, in one place.

Each app names its pages in its own ``looks.py``: what a page shows, and how a row of its address leads to a
patient. A project test fails for a page of staff that is not named there.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from kitclinic import audit
from kitclinic.http import is_htmx, key_in
from kitclinic.models import Site, StaffUser
from kitclinic.register import Rule
from kitclinic.searching import Searched

PART_MINUTES = 10  # ACC-11
ACC_10 = Rule(
    "ACC-10",
    "Every page that shows a patient, every search, export and print is written to the audit trail before it is "
    "shown, with who, when, which page and whose; what cannot be written down is not shown.",
    source="45 CFR 164.312(b)",
)
ACC_11 = Rule(
    "ACC-11",
    "What a page asks for by itself is written down once in 10 minutes for each session, person, page and "
    "patient.",
    source="clinic default: not every poll of a board",
)
ACC_12 = Rule(
    "ACC-12",
    "Of a search only that it was made and how many were found is written down, never what was typed.",
    source="clinic default: the audit trail holds no names",
)
SHOWN = frozenset({200, 422})
SESSION_DIGITS = 12  # of the SHA-256 of the session's key: tells sessions apart, opens none

GetResponse = Callable[[HttpRequest], HttpResponse]


class Act(StrEnum):
    """What somebody did with what they read: the events of ``models.audit.LOOKED``."""

    CHART = "chart opened"
    LIST = "list opened"
    SEARCH = "searched"
    EXPORT = "exported"
    PRINT = "printed"


@dataclass(frozen=True, slots=True)
class Look:
    """What a page shows. rows: model of the row named by ``key``, a value or a query of the address."""

    act: Act
    what: str  # in words, for whoever reads who looked
    rows: str = ""  # "scheduling.Visit"; "" for a list of several patients
    to_patient: str = ""  # from such a row to the patient's key: "sequence__patient_id"
    key: str = "pk"
    part: bool = False  # the page asks for it by itself
    search: str = ""  # field that makes the page a search, typed or as a sealed copy (WEB-01)

    def row_of(self, given: Mapping[str, Any], asked: Mapping[str, str]) -> int:
        """The key of the row it is about, 0 for none. given: values of the address; asked: its query."""
        return key_in(str(given.get(self.key, "") or asked.get(self.key, ""))) if self.rows else 0

    def patient(self, site: Site, row: int) -> QuerySet[Any, Any] | None:
        """A query for the key of the patient, None for a list."""
        if not row:
            return None
        model = apps.get_model(self.rows)
        return model._base_manager.filter(site=site, pk=row).order_by().values_list(self.to_patient, flat=True)[:1]


@dataclass(frozen=True, slots=True)
class NoLook:
    """A page that needs no line, and why."""

    why: str


PATIENT = ("scheduling.Patient", "pk")
Rows = tuple[str, str]


def chart(what: str, rows: Rows = PATIENT, *, key: str = "pk", part: bool = False, search: str = "") -> Look:
    """A page about one patient. rows: model of the row in the address, and the way from it to the patient.

    search: its field by which another patient is looked for.
    """
    return Look(Act.CHART, what, *rows, key=key, part=part, search=search)


def listed(what: str, *, part: bool = False, search: str = "") -> Look:
    """A page that shows several patients. search: its field, which makes it a search."""
    return Look(Act.LIST, what, part=part, search=search)


def printed(what: str, rows: Rows = ("", ""), *, key: str = "pk") -> Look:
    return Look(Act.PRINT, what, *rows, key=key)


def exported(what: str, rows: Rows = ("", ""), *, key: str = "pk") -> Look:
    return Look(Act.EXPORT, what, *rows, key=key)


OWN: dict[str, Look | NoLook] = {"audit": listed("Audit trail"), "audit_csv": exported("Audit trail")}


@cache
def looks() -> dict[str, Look | NoLook]:
    """What every named page shows, by the name of its address ("scheduling:patient")."""
    tables = {namespace: import_string(path) for namespace, path in settings.LOOKS.items()}
    named = {f"{namespace}:{name}": one for namespace, table in tables.items() for name, one in table.items()}
    return OWN | named


def look_of(request: HttpRequest) -> Look | None:
    """What the page asked for shows; None where it shows no patient."""
    match = request.resolver_match
    found = looks().get(match.view_name) if match else None
    return found if isinstance(found, Look) else None


def found(request: HttpRequest, count: int) -> None:
    """A search tells how many it found, for the line that is written about it (ACC-12)."""
    request.kc_found = count  # type: ignore[attr-defined]


def about(request: HttpRequest, patient_id: int) -> None:
    """A page whose address names no patient tells whose record it shows."""
    request.kc_patient = patient_id  # type: ignore[attr-defined]


class LookMiddleware:
    """Writes the line before the page leaves (ACC-10): before ReadOnlyGetMiddleware, as its one exception."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        look = look_of(request)
        if look is not None and _is_shown(request, look, response.status_code):
            user = request.user
            if isinstance(user, StaffUser) and user.site is not None:
                _write_down(request, look, user, user.site, at=timezone.now())
        return response


def _is_shown(request: HttpRequest, look: Look, status: int) -> bool:
    """A page that is read, or a search by POST: one that leads straight to whom it found is a search all the same.

    A search that leads to its own page has found nobody yet; the page it leads to has.
    """
    if request.method == "GET":
        return status in SHOWN
    return request.method == "POST" and bool(look.search) and (status in SHOWN or hasattr(request, "kc_found"))


def _write_down(request: HttpRequest, look: Look, user: StaffUser, site: Site, *, at: datetime) -> None:
    match = request.resolver_match
    assert match is not None
    searched = bool(look.search and Searched.of(request, look.search).text)
    detail: dict[str, Any] = {"page": match.view_name, "session": _session(request)}
    row = look.row_of(match.kwargs, request.GET)
    patient = getattr(request, "kc_patient", None) or look.patient(site, row)
    act = Act.SEARCH if searched else look.act
    if act in {Act.CHART, Act.LIST}:
        act = Act.LIST if patient is None else Act.CHART
    asks_by_itself = (look.part or is_htmx(request)) and not searched
    audit.record_look(
        event=act,
        by=user,
        at=at,
        site=site,
        subject=apps.get_model(look.rows)._meta.db_table if row else site._meta.db_table,
        subject_id=row or site.pk,
        patient=patient,
        same=detail,
        also={"role": user.role} | _more(request, searched=searched),
        unless_after=at - timedelta(minutes=PART_MINUTES) if asks_by_itself else None,
    )


def _more(request: HttpRequest, *, searched: bool) -> dict[str, Any]:
    glass = getattr(request, "glass", None)
    more: dict[str, Any] = {"break_glass": glass.pk} if glass else {}
    return more | ({"found": request.kc_found} if searched and hasattr(request, "kc_found") else {})


def _session(request: HttpRequest) -> str:
    key = request.session.session_key or ""
    return hashlib.sha256(key.encode()).hexdigest()[:SESSION_DIGITS]
