"""How long a patient waits from an answer to the next question: one adaptive instrument, over HTTP.

Run: python bench/questionnaire.py [patients]. Simulated patients answer the demonstration's adaptive fatigue
test, one after the other, on a database of their own where a commit waits for the disk, served by gunicorn as the
demonstration starts it. Shown is the POST of an answer and the GET of what it leads to, together. Exits with 1
where a goal is not met.
"""

import os
import random
import re
import secrets
import sys
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.chairside_clinics import database, durable, serving  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from bench.offers import Figures, timed
from kitclinic.models import Site
from outcomes import actions
from outcomes.opened import COOKIE, remember
from outcomes.queries.questionnaires import parts_of
from outcomes.rules.flow import course
from tests.browser.live import noon_site
from tests.factories import outcomes

INSTRUMENT = "DEMO-Fatigue-CAT"
PATIENTS = 60
UNCOLLECTED = "django.contrib.staticfiles.storage.StaticFilesStorage"
SHOWN_P95, COMPUTE_P95 = 150.0, 1.0  # ms
KEY, OF = re.compile(r'name="key" value="([^"]+)"'), re.compile(r'name="of" value="([^"]+)"')
CODES = re.compile(r'name="answer" value="(\d+)"')


def cookie_of(site: Site) -> tuple[outcomes.Sent, str]:
    """A questionnaire that a patient has just opened, and the cookie of that device."""
    sent = outcomes.sent(site=site, instruments=(INSTRUMENT,), at=timezone.now())
    opening = actions.open_questionnaire(token=sent.token, birth_year=sent.year, at=sent.at)
    assert opening.sitting is not None, opening.problems
    return sent, remember(HttpResponse(), opening.sitting).cookies[COOKIE].value


class Device:
    """A patient's browser: one connection that stays open, as a browser keeps it."""

    def __init__(self, address: str, cookie: str) -> None:
        there = urlsplit(address)
        self.address, self.csrf = address, secrets.token_hex(16)
        self.line = HTTPConnection(there.hostname or "localhost", there.port, timeout=30)
        cookies = f"{COOKIE}={cookie}; {settings.CSRF_COOKIE_NAME}={self.csrf}"
        self.headers = {"Cookie": cookies, "X-CSRFToken": self.csrf, "Origin": address}

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """Return where the answer leads and its text."""
        more = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        body = urlencode(fields) if fields else None
        self.line.request("POST" if fields else "GET", path, body, self.headers | more)
        answer = self.line.getresponse()
        text = answer.read().decode()
        if answer.status not in (200, 302):
            raise SystemExit(f"{path} answered {answer.status}: {text[:300]}")
        return answer.headers.get("Location", ""), text


def fields_of(text: str, rnd: random.Random) -> dict[str, str]:
    """The form of a question, filled in."""
    found, of = KEY.search(text), OF.search(text)
    assert found is not None
    assert of is not None
    return {"key": found[1], "of": of[1], "answer": rnd.choice(CODES.findall(text))}


def over_http(address: str, cookies: list[str], rnd: random.Random) -> list[Figures]:
    posts, gets, both = [], [], []
    for cookie in cookies:
        device, path = Device(address, cookie), "/q/questions/1/"
        _, text = device.ask(path)
        while "/q/questions/" in path:
            fields = fields_of(text, rnd)
            begin = perf_counter()
            path, _ = device.ask(path, fields)
            middle = perf_counter()
            _, text = device.ask(path)
            end = perf_counter()
            posts.append((middle - begin) * 1000)
            gets.append((end - middle) * 1000)
            both.append((end - begin) * 1000)
        device.line.close()
    return [
        Figures("HTTP, gunicorn: an answer is saved (POST)", posts),
        Figures("HTTP, gunicorn: the next question (GET)", gets),
        Figures("HTTP, gunicorn: answer -> next question shown", both, ((0.95, SHOWN_P95),)),
    ]


def queries_of(cookie: str, rnd: random.Random) -> tuple[list[int], list[int]]:
    """Statements of each POST and each GET of one patient, without those of the last answer."""
    client, path = Client(), "/q/questions/1/"
    client.cookies[COOKIE] = cookie
    posts, gets = [], []
    while True:
        with CaptureQueriesContext(connection) as shown:
            text = client.get(path, secure=settings.HTTPS, headers={"host": "localhost"}).content.decode()
        gets.append(len(shown))
        with CaptureQueriesContext(connection) as saved:
            answer = client.post(path, fields_of(text, rnd), headers={"host": "localhost"})
        path = answer["Location"]
        if "/q/questions/" not in path:
            return posts, gets
        posts.append(len(saved))


def compute(made: list[outcomes.Sent]) -> list[Figures]:
    """The choice of the next question alone: replayed from the start, and as a page asks for it again."""
    first, again = [], []
    for sent in made:
        part = parts_of(sent.assessment)[0]
        pairs = list(part.answers.items())
        for length in range(len(pairs)):
            given = dict(pairs[:length])
            first.append(timed(lambda p=part, g=given: course(p.instrument, g)))
            again.append(timed(lambda p=part, g=given: course(p.instrument, g)))
    return [
        Figures("compute: the next question, first time in a process", first),
        Figures("compute: the next question, asked again", again, ((0.95, COMPUTE_P95),)),
    ]


def main(patients: int) -> bool:
    rnd = random.Random(20261122)
    with database() as name:
        site = noon_site(is_demo=True)
        made, cookies = zip(*[cookie_of(site) for _ in range(patients + 1)], strict=True)
        with override_settings(STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": UNCOLLECTED}}):
            posts, gets = queries_of(cookies[0], rnd)
        connections.close_all()
        with serving(name) as live:
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; {durable()}")
            over_http(live.address, list(cookies[1:6]), rnd)  # every thread has asked once
            table = over_http(live.address, list(cookies[6:]), rnd)
        table += compute(list(made[6:]))
    for figures in table:
        figures.show()
    print(f"statements: POST {min(posts)} to {max(posts)}, GET {min(gets)} to {max(gets)}")
    return all(figures.is_met for figures in table)


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]) if len(sys.argv) > 1 else PATIENTS) else 1)
