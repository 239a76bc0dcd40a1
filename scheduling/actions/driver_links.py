"""The driver's link: made for a sequence, opened with the year of birth, answered by the patient."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kitclinic import audit
from kitclinic.problems import Problem
from kitclinic.tokens import token_digest
from scheduling.models import DriverLink, Sequence
from scheduling.queries import driver_links as queries
from scheduling.rules import driver_links as links


@dataclass(frozen=True, slots=True)
class Opening:
    """What came of opening a link. link: None when it did not open; problems say why."""

    link: DriverLink | None
    problems: tuple[Problem, ...] = ()


def new_driver_token() -> str:
    """Return a new code; only its SHA-256 is ever stored."""
    return secrets.token_urlsafe(32)


def driver_address(token: str) -> str:
    """Return the address behind a code, which stands in the fragment, where no server and no log sees it."""
    return f"{settings.BASE_URL}{reverse('scheduling:driver')}#{token}"


@transaction.atomic
def make_driver_link(*, sequence: Sequence, token: str, last_day_ends: datetime, at: datetime) -> DriverLink:
    """Store the link of a code. last_day_ends: the end of the last visit's day, until which it works."""
    link = DriverLink.objects.create(
        site_id=sequence.site_id,
        sequence=sequence,
        token_digest=token_digest(token),
        made_at=at,
        expires_at=last_day_ends + timedelta(days=7),  # the days may still move; none to come closes it (DRV-05)
    )
    audit.record(
        event="driver link made",
        by=None,
        actor="scheduler process",
        at=at,
        site=sequence.site,
        subject=link,
        patient_id=sequence.patient_id,
    )
    return link


@transaction.atomic
def open_driver_link(*, token: str, birth_year: int | None, at: datetime) -> Opening:
    """Open a link with the patient's year of birth. A wrong year is counted and returned, never raised.

    (An exception would undo the count of tries.)
    """
    found = queries.by_token(token)
    if found is None:
        return Opening(None, tuple(links.unknown_link()))
    locked = DriverLink.objects.select_for_update(of=("self",)).select_related("site", "sequence__patient")
    link = locked.get(pk=found.pk, site_id=found.site_id)
    problems = queries.link_problems(link, at=at)
    if problems:
        return Opening(None, tuple(problems))
    born = link.sequence.patient.birth_date
    if born is None or born.year != birth_year:
        return Opening(None, tuple(_count_wrong_year(link, at=at)))
    _audit("driver link opened", link, at=at)
    return Opening(link)


def _count_wrong_year(link: DriverLink, *, at: datetime) -> list[Problem]:
    link.wrong_years += 1
    if link.wrong_years >= links.MOST_WRONG_YEARS:
        link.revoked_at = at
    link.save(update_fields=["wrong_years", "revoked_at"])
    _audit("wrong year of birth", link, at=at, tries=link.wrong_years)
    return links.wrong_year(link.wrong_years)


def _audit(event: str, link: DriverLink, *, at: datetime, **detail: int) -> None:
    audit.record(
        event=event,
        by=None,
        actor="patient",
        at=at,
        site=link.site,
        subject=link,
        patient_id=link.sequence.patient_id,
        detail=detail,
    )
