"""Utilisation by month from the clinic's own rows, in words where there are none."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.queries.use import use_facts
from scheduling.models import Referral
from tests.factories import infusions, people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/utilisation/"


@pytest.fixture
def treated(site: Site, nurse: StaffUser) -> Iterator[infusions.Chair]:
    chair = infusions.infusion(site=site, nurse=nurse, at_state="discharged")
    with time_machine.travel(LATER, tick=False):
        yield chair


def words(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_out_91_a_month_counts_infusions_chairs_and_group_visits(site: Site, treated: infusions.Chair) -> None:
    shown = use_facts(site, as_of=infusions.MONDAY + timedelta(days=1))
    (month,) = shown.months
    assert (month.infusions, month.patients, month.busiest, month.groups) == (1, 1, 1, 1)
    assert month.open_days == 2, "the days up to the as-of day"
    visit = treated.visit
    minutes = visit.iv_minutes + visit.infusion_minutes + visit.observation_minutes + visit.cleaning_minutes
    assert month.used_hours == round(minutes / 60)
    assert month.chair_percent is not None
    assert use_facts(site, as_of=infusions.MONDAY - timedelta(days=30)).months == ()


def test_out_93_the_wait_runs_from_the_referral(site: Site, treated: infusions.Chair) -> None:
    received = infusions.MONDAY - timedelta(days=40)
    Referral.objects.filter(patient=treated.visit.patient).update(received_on=received)
    shown = use_facts(site, as_of=LATER.date())
    assert (shown.wait.n, shown.wait.median) == (1, "40")


def test_the_queries_do_not_grow(site: Site, nurse: StaffUser, treated: infusions.Chair) -> None:
    with CaptureQueriesContext(connection) as queries:
        use_facts(site, as_of=LATER.date())
    assert len(queries) == 8


def test_the_page_says_its_figures(site: Site, lead: StaffUser, as_user: Any, treated: infusions.Chair) -> None:
    assert reverse("outcomes:utilisation") == URL
    told = words(as_user(lead).get(URL, {"source": site.slug}))
    assert "Infusions in the busiest month 1 September 2026; published: more than 1,000 a month" in told
    assert "Infusions on the busiest day 1 sized for 50 a day" in told
    assert "Oct 2026 0 0 0" in told, "a month without infusions stands between"
    narrowed = words(as_user(lead).get(URL, {"source": site.slug, "sex": "female"}))
    assert "the filters do not narrow it" in narrowed


def test_an_empty_clinic_and_a_registry_answer_in_words(
    site: Site, lead: StaffUser, as_user: Any, tmp_path: Path
) -> None:
    client = as_user(lead)
    assert "Nothing has happened by this day" in words(client.get(URL))
    home = import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site
    assert "A registry has no chairs" in words(client.get(URL, {"source": home.slug}))


def test_another_clinic_sees_nothing_of_ours(other_site: Site, treated: infusions.Chair) -> None:
    assert use_facts(other_site, as_of=LATER.date()).months == ()


@pytest.mark.parametrize(
    ("role", "status"), [("clinic_lead", 200), ("physician", 200), ("nurse", 403), ("administrator", 403)]
)
def test_only_who_may_see_outcomes(site: Site, as_user: Any, role: str, status: int) -> None:
    assert as_user(people.staff(role, site=site)).get(URL).status_code == status
