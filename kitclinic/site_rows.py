"""Whose rows a connection may see: the second net under every query, held by the database (decision 0018).

Every table with a ``site_id`` has a policy that shows and takes only rows of the sites named on the connection
(``kitclinic.site_policies``). A request names the site of whoever it stands for; outside a request nobody is
named, and there are no rows, unless work for all clinics says so with ``every_site`` and why.

What is wanted is kept here for each thread; ``kitclinic.database`` tells the connection before its next statement.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections, models
from django.http import HttpRequest, HttpResponse

from kitclinic.register import Rule

ROW_01 = Rule(
    "ROW-01",
    "The database shows and takes only rows of the site that is named on the connection and of its registries; "
    "where none is named there are no rows.",
    source="OWASP ASVS 5.0, 8.4.1; PostgreSQL, row security policies",
)
ROW_02 = Rule(
    "ROW-02",
    "Every table that carries a site has that policy; the few that are read before the site is known are named "
    "with the reason.",
    source="clinic default",
)
ROW_03 = Rule(
    "ROW-03",
    "A request stands for the site of the person signed in, or of the link, tablet or device it was opened with; "
    "at its end, and after an error, the connection is nobody's again.",
    source="clinic default",
)
ROW_04 = Rule(
    "ROW-04",
    "Work for all clinics says so where it begins, with its reason; a request does so only to find the one row "
    "whose secret it was given.",
    source="clinic default",
)
ROW_05 = Rule(
    "ROW-05",
    "A search behind the policy goes on using its index: the database asks for the site's rows inside the search.",
    source="clinic default",
)

Row = TypeVar("Row", bound=models.Model)

NOBODY, EVERY = "", "every"  # as the connection is told; else the key of one site


@dataclass(slots=True)
class _Scope:
    sites: str
    is_request: bool = False


_outside = _Scope(NOBODY)  # tests of the clinic's acts put EVERY here: tests.databases.use
_scope: ContextVar[_Scope | None] = ContextVar("kitclinic_site_rows", default=None)


def _now() -> _Scope:
    return _scope.get() or _outside


def wanted() -> str:
    """Whose rows this thread may see now: NOBODY, EVERY or the key of one site."""
    return _now().sites


@contextmanager
def _while(scope: _Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def every_site(because: str) -> Iterator[None]:
    """Work for all clinics. because: why, in words. tests/project/test_site_rows.py lists where it is used."""
    if not because:
        raise ValueError("Say why this works for every site.")
    with _while(_Scope(EVERY)):
        yield


@contextmanager
def of_site(site_id: int) -> Iterator[None]:
    """Work for one clinic and its registries."""
    with _while(_Scope(str(site_id))):
        yield


def stand_for(site_id: int | None) -> None:
    """The rest of this request stands for this site, or for nobody. Outside a request it changes nothing."""
    scope = _now()
    if scope.is_request:
        scope.sites = NOBODY if site_id is None else str(site_id)


def found_by_key(rows: models.QuerySet[Row], *, because: str) -> Row | None:
    """Return the one row whose secret the request was given, of whatever site; the request then stands for it.

    rows: filtered by the secret, or by a key that was signed. because: what is found, in words.
    """
    with every_site(because):
        found = rows.first()
    if found is not None:
        stand_for(found.site_id)  # type: ignore[attr-defined]
    return found


def on_sign_in(sender: Any, user: Any, **kwargs: Any) -> None:
    stand_for(user.site_id)


def on_sign_out(sender: Any, **kwargs: Any) -> None:
    stand_for(None)


class SiteRowsMiddleware:
    """A request stands for the signed-in person's site, or for nobody until its secret finds a row (ROW-03)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            with _while(_Scope(NOBODY, is_request=True)):
                if request.user.is_authenticated:
                    stand_for(request.user.site_id)
                response: Any = self.get_response(request)
                if response.streaming:  # its parts are read when this request has gone through
                    response.streaming_content = _parts(response.streaming_content, wanted())
                return response
        finally:
            _let_go()


def _parts(parts: Iterator[bytes], sites: str) -> Iterator[bytes]:
    """The parts of an answer, each read for the sites the request stood for."""
    try:
        while True:
            with _while(_Scope(sites)):
                part = next(parts, None)
            if part is None:
                return
            yield part
    finally:
        _let_go()


def _let_go() -> None:
    for connection in connections.all(initialized_only=True):
        if hasattr(connection, "let_go"):
            connection.let_go()
