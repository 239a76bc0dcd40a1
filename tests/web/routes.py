"""Every route of the product with an address that exists at one clinic, and people who may open it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES
from tests.access.rows import ADDRESSES, everything_of, values_of
from tests.factories.scheduling import actor
from tests.journeys.steps import DAY_1

WORDS: dict[str, Any] = {
    "measure": "phq-9",
    "window": "last",
    "group": "whole",
    "line": "age",
    "kind": "csv",
    "slug": "age",
    "day": DAY_1.isoformat(),
    "number": 1,
    "uidb64": "MQ",
    "key": "none",
    "app": "x",
    "model": "x",
}
NAMES = {"instrument": "PHQ-9", "instrument_import": "PCS", "paper": "PHQ-9", "chart_sheet": "identity"}
SLUGS = {"chart_png": "change", "chart_svg": "change", "table_of": "table-2", "paper": "PHQ-9"}


@dataclass(frozen=True)
class Route:
    """name: with its namespace; any_of: permissions that open it, none for a public one."""

    name: str
    pattern: URLPattern

    @property
    def view(self) -> Callable[..., Any]:
        return self.pattern.callback

    @property
    def any_of(self) -> frozenset[Any]:
        return frozenset(getattr(self.view, "any_of", ()))

    @property
    def role(self) -> str:
        """The first role that may open it."""
        return next(role for role, may in ROLES.items() if not self.any_of or self.any_of & may)


def routes() -> list[Route]:
    """Every route, in the order of the URL configuration."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern, namespace)
        else:
            yield Route(f"{prefix}{pattern.name}", pattern)


class Here:
    """A clinic in the middle of its day, with a row for every address."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.rows = everything_of(site)
        self.people = {role: actor(role, site) for role in ROLES}

    @property
    def patient(self) -> Any:
        return self.rows.chair.visit.patient

    def address(self, route: Route) -> str:
        """An address of this route that leads to a row of this clinic, where the test clinic has one."""
        needed = route.pattern.pattern.converters
        if not needed:
            return reverse(route.name)
        known: dict[str, Any] = {}
        if route.name in ADDRESSES:
            known = values_of(route.name, self.rows)
        short = route.name.rpartition(":")[2]
        values = (
            WORDS
            | {"pk": self.people["nurse"].pk, "name": SLUGS.get(short, NAMES.get(short, "x")), "token": "x" * 20}
            | known
        )
        if short in {"models_file", "who_answered_file", "open_questions_file", "table_of"}:
            values["kind"] = "csv"
        if short == "who_answered_chart":
            values["kind"] = "svg"
        return reverse(route.name, kwargs={name: values.get(name, 1) for name in needed})

    def client(self, role: str | StaffUser = "", **given: Any) -> Client:
        client = Client(raise_request_exception=False, **given)
        person = self.people[role] if isinstance(role, str) and role else role
        if person:
            client.force_login(person)  # type: ignore[arg-type]
        return client

    def noon(self) -> Any:
        """The clock in the middle of the first infusion."""
        return time_machine.travel(self.site.instant(DAY_1, 570), tick=False)


@contextmanager
def undone() -> Iterator[None]:
    """A block whose writes are taken back at its end."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
