"""Systems that ask our engine, engines that we ask, and what our engine can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from kitclinic.models import Site
from kitclinic.problems import Blocker, Conflict, Problem, Refused
from kitclinic.site_rows import found_by_key
from kitclinic.tokens import token_digest
from outcomes.models import EngineClient, RemoteEngine
from outcomes.queries.instruments import askable
from outcomes.rules.fhir import (
    SAME_VERSION,
    SERVED,
    Request,
    answers_of,
    canonical_of,
    not_asked,
    response,
    version_of,
)
from outcomes.rules.flow import Course, course
from outcomes.rules.scored import score_lines
from outcomes.rules.structure import Instrument


@dataclass(frozen=True, slots=True)
class Served:
    """What goes back to another system. course: how far the test is."""

    instrument: Instrument
    course: Course
    body: dict[str, object]


def client_by_token(token: str) -> EngineClient | None:
    """Return the system with this token, ended ones too."""
    rows = EngineClient.objects.select_related("site").filter(token_digest=token_digest(token))
    return found_by_key(rows, because="another system, by its token")


def base() -> str:
    """Return the address of our FHIR service."""
    return settings.BASE_URL + reverse("outcomes:next_question").removesuffix("/Questionnaire/$next-question")


def served(site: Site, *, at: datetime, language: str = "en") -> Mapping[str, Instrument]:
    """Return the adaptive tests that our engine runs at this clinic, by the address that names them."""
    found = askable(site, today=site.today(at), language=language).values()
    mine = [one.instrument for one in found if one.instrument is not None and one.instrument.bank is not None]
    return {canonical_of(one.name, base()): one for one in mine}


def next_question(site: Site, asked: Request, *, at: datetime) -> Served:
    """Return the next question or the scores. Raises Refused, or Conflict where the contents are other ones."""
    instrument = served(site, at=at, language=asked.language).get(asked.canonical)
    if instrument is None:
        raise Refused([_unknown(asked)])
    if asked.version not in ("", version_of(instrument)):
        sentence = f"{instrument.name} was changed at this clinic since the test began. Begin it anew."
        raise Conflict([Blocker(SAME_VERSION.id, sentence)])
    answers, problems = answers_of(instrument, asked.given)
    if problems:
        raise Refused(problems)
    found = course(instrument, answers)
    problems = not_asked(instrument, found, asked.given)
    if problems:
        raise Refused(problems)
    scores = score_lines(instrument, answers) if found.next is None else []
    return Served(instrument, found, response(asked, instrument, found, scores, base=base()))


def _unknown(asked: Request) -> Problem:
    said = f"“{asked.canonical[:200]}” is no adaptive test of this clinic. "
    return Blocker(SERVED.id, said + "The clinic's page Engines lists the addresses of those it has.")


def clients(site: Site) -> list[EngineClient]:
    """Return the systems that have or had a token, those in use first."""
    rows = EngineClient.objects.filter(site=site).select_related("added_by")
    return sorted(rows, key=lambda one: (one.ended_at is not None, one.name.casefold(), one.pk))


def remotes(site: Site) -> list[RemoteEngine]:
    """Return the engines this clinic asks or asked, those in use first."""
    rows = RemoteEngine.objects.filter(site=site).select_related("licence", "added_by")
    return sorted(rows, key=lambda one: (one.ended_at is not None, one.instrument, one.pk))
