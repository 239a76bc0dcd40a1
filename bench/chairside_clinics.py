"""A database of clinics at noon with patients in their chairs, and the web server that the demonstration runs.

For the chairside benches. Importing it sets Django up. Prints nothing.
"""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

from django.conf import settings  # noqa: E402 (settings first)
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from psycopg import sql  # noqa: E402

from kitclinic.models import Site, StaffUser  # noqa: E402
from tests import databases  # noqa: E402
from tests.browser.live import Live, collect_static, serve  # noqa: E402
from tests.browser.ward import Noon, noon  # noqa: E402
from tests.factories import suite  # noqa: E402
from tests.factories.infusions import Chair  # noqa: E402

CALM = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}


@dataclass
class Person:
    """Somebody who is signed in: the cookies of a real session."""

    user: StaffUser
    session: str
    csrf: str

    @classmethod
    def of(cls, user: StaffUser) -> "Person":
        client = Client()
        client.force_login(user)
        return cls(user, client.cookies[settings.SESSION_COOKIE_NAME].value, secrets.token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={self.csrf}"
        return {"Cookie": cookies, "X-CSRFToken": self.csrf, "HX-Request": "true", "KC-User": str(self.user.pk)}


@dataclass
class Clinic:
    site: Site
    nurse: Person
    chairs: list[Chair]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def call(
    live: Live, person: Person, address: str, *, post: dict[str, str] | None = None, **headers: str
) -> Answer:
    """One request on a connection of its own, as a browser that comes back after ten seconds opens one."""
    there = urlsplit(live.address)
    line = HTTPConnection(there.hostname or "localhost", there.port, timeout=30)
    sent = person.headers | {name.replace("_", "-"): value for name, value in headers.items()}
    body = None
    if post is not None:
        body = urlencode(post)
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": live.address}
    try:
        line.request("POST" if post is not None else "GET", address, body, sent)
        answer = line.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
    finally:
        line.close()


def vitals(chair: Chair) -> tuple[str, dict[str, str]]:
    """Address and fields of one set of vital signs, as the keypad sends it."""
    return reverse("infusions:chart_vitals", args=[chair.visit.pk]), CALM | {"key": str(uuid4())}


def clinic(chairs: int) -> Clinic:
    """A clinic with so many patients whose infusions run since a quarter of an hour."""
    made: Noon = noon()
    nurses = suite.staffed(made.site, "nurse", max(2, (chairs + 1) // 2))
    seated = []
    for number in range(chairs):
        chair = made.chair(15, minute=660 + 10 * number)
        chair.nurse = nurses[number // 2]
        seated.append(chair.ready().start())
    return Clinic(made.site, Person.of(nurses[0]), seated)


@contextmanager
def database() -> Iterator[str]:
    """A database of its own on the embedded server, where a commit waits for the disk."""
    name = f"bench_kitclinic_{os.getpid()}"
    databases.create(name, databases.migrated())
    with databases.admin() as server:
        server.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit TO on").format(sql.Identifier(name)))
    databases.use(name)
    try:
        yield name
    finally:
        connections.close_all()
        databases.use("postgres")
        databases.drop(name)


@contextmanager
def serving(name: str) -> Iterator[Live]:
    """gunicorn as the demonstration runs it: two workers of four threads."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "static"
        root.mkdir()
        collect_static(root)
        with serve(name, root, Path(folder), KITCLINIC_SECRET_KEY=settings.SECRET_KEY) as live:
            yield live


def durable() -> str:
    """What the database says about its commits."""
    with connections["default"].cursor() as cursor:
        said = []
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            cursor.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting)))
            said.append(f"{setting} {cursor.fetchone()[0]}")
    return ", ".join(said)
