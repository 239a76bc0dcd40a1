"""Everybody who asks: nobody in particular, patients with a link, each role here and elsewhere, the superuser."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch

import time_machine
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import Template
from django.test import Client
from django.test.utils import _TestState

from kitclinic import pdf, urls
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from kitclinic.second_step import PROVEN_AT
from tests.access.canaries import PATIENT, seed
from tests.access.rows import Everything, everything_of
from tests.factories import driver_links, people
from tests.factories import outcomes as questionnaires
from tests.factories.scheduling import actor
from tests.journeys.steps import DAY_1

ROLES = tuple(Role.values)
STRANGERS = ("anonymous", "link of A", "link of B")
HALF_PAST_NINE = 570
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
KEEPS_TRACK = {"django_session", "kitclinic_auditevent", "kitclinic_auditwaiting", "kitclinic_pacecount"}


class AsText:
    """Stands where the PDF is laid out: the page's own text comes out, which is quick and can be read."""

    def __init__(self, *, string: str, **_: Any) -> None:
        self.string = string

    def write_pdf(self) -> bytes:
        return self.string.encode()


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: bytes
    kind: str
    wrote: frozenset[str]  # tables, but those that keep track of who asked


@dataclass
class Tried:
    """here: a clinic with everything in it. clients: who asks, by "nurse", "nurse elsewhere", "link of A"."""

    here: Everything
    elsewhere: Site
    clients: dict[str, tuple[Client, str]]

    @classmethod
    def build(cls) -> "Tried":
        here, elsewhere = people.site(), people.site(slug="elsewhere", name="Elsewhere Infusion")
        made = cls(everything_of(here, **PATIENT), elsewhere, {})
        seed(made.here.chair.visit.patient, here)
        with made.at_work():
            made._let_in(here, elsewhere)
        return made

    def _let_in(self, here: Site, elsewhere: Site) -> None:
        root = StaffUser.objects.create_superuser("root", people.PASSWORD, name="Root")
        staff = {role: actor(role, here) for role in ROLES}
        staff |= {f"{role} elsewhere": actor(role, elsewhere) for role in ROLES}
        for name, person in (staff | {"superuser": root}).items():
            client = Client()
            client.force_login(person)
            session = client.session
            session[PROVEN_AT] = int(here.instant(DAY_1, HALF_PAST_NINE).timestamp())
            session.save()
            self._keep(name, client)
        self._keep("anonymous", Client())
        at = here.instant(DAY_1, HALF_PAST_NINE)
        for name in ("link of A", "link of B"):
            sent, client = questionnaires.sent(site=here, at=at, family_name=f"Form{name[-1]}"), Client()
            client.post("/q/", {"token": sent.token, "birth_year": sent.year})
            linked = driver_links.linked(here, sequence=self.here.chair.visit.sequence, at=at)
            client.post("/d/", {"token": linked.token, "birth_year": linked.year})
            self._keep(name, client)

    def _keep(self, name: str, client: Client) -> None:
        kept = "; ".join(f"{one.key}={one.coded_value}" for one in client.cookies.values())
        self.clients[name] = (client, kept)

    @contextmanager
    def at_work(self, *, drawn: bool = True) -> Iterator[None]:
        """Half past nine on the first day, pages as text, refusals not logged. drawn: False leaves pages empty."""
        plain = _TestState.saved_data.template_render if drawn else _blank  # no copy of every context
        with (
            time_machine.travel(self.here.site.instant(DAY_1, HALF_PAST_NINE), tick=False),
            patch.object(Template, "_render", plain),
            patch.object(pdf, "HTML", AsText),
            patch.object(urls, "handler403", _refused, create=True),
            patch.object(urls, "handler404", _refused, create=True),
        ):
            before, logging.root.manager.disable = logging.root.manager.disable, logging.CRITICAL
            try:
                yield
            finally:
                logging.root.manager.disable = before

    def ask(self, who: str, method: str, address: str, body: Any = None, **headers: Any) -> Answer:
        """One request of somebody; whatever it did is undone."""
        client, cookies = self.clients[who]
        client.cookies = SimpleCookie(cookies)
        wrote: set[str] = set()

        def note(execute: Any, sql: Any, *others: Any) -> Any:
            if begun := WRITES.match(str(sql)):
                wrote.add(begun[1])
            return execute(sql, *others)

        with transaction.atomic():
            with connection.execute_wrapper(note):
                made = getattr(client, method.lower())(address, body or {}, **headers)
                body_of = _body(made)
            transaction.set_rollback(True)
        location = made.headers.get("Location", "")
        return Answer(made.status_code, location, body_of, kind_of(made), frozenset(wrote - KEEPS_TRACK))


def _blank(self: Template, context: Any) -> str:
    """Stands for a page where only its answer is asked: what a page shows is drawn in test_minimum.py."""
    return ""


def _refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A refusal without its page, which says the same to everybody and is tested elsewhere."""
    return HttpResponse(status=404 if isinstance(exception, Http404) else 403)


def kind_of(made: HttpResponseBase) -> str:
    return str(made.headers.get("Content-Type", ""))


def _body(made: Any) -> bytes:
    return b"".join(made.streaming_content) if made.streaming else bytes(made.content)
