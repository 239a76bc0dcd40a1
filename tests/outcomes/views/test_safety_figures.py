"""The page of safety figures: denominators and bounds in words, periods, a registry, and who may look."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from infusions.actions import stop_infusion
from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from tests.factories import infusions, people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/safety-figures/"


@pytest.fixture
def stopped(site: Site, nurse: StaffUser) -> Iterator[infusions.Chair]:
    chair = infusions.infusion(site=site, nurse=nurse, at_state="infusing").later(minutes=12)
    stop_infusion(infusion=chair.infusion, by=nurse, at=chair.at, key=uuid4(), reason="medical_event")
    with time_machine.travel(LATER, tick=False):
        yield chair


def words(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_events_stand_with_their_bounds_and_the_papers_figure(
    site: Site, lead: StaffUser, as_user: Any, stopped: infusions.Chair
) -> None:
    assert reverse("outcomes:safety_figures") == URL
    response = as_user(lead).get(URL, {"source": site.slug})
    told = words(response)
    assert "1 of 1 infusions, at most 100.00% (95%)." in told
    assert "0 of 1 infusions, at most 97.50% (95%). By the rule of three, about 3 in 1: 100.00%." in told
    assert "0 of 1,034 patients, at most 0.36% (95%). By the rule of three, about 3 in 1,034: 0.29%." in told
    assert "Stopped: medical event Not judged yet" in told
    assert "Kind Not judged yet 1" in told
    assert reverse("infusions:adverse_event", args=[stopped.infusion.pk]) in response.content.decode()


def test_a_period_is_asked_for_and_kept_with_the_choice(
    site: Site, lead: StaffUser, as_user: Any, stopped: infusions.Chair
) -> None:
    client = as_user(lead)
    day = str(infusions.MONDAY)
    response = client.get(URL, {"source": site.slug, "from": day, "to": day})
    assert f'name="from" value="{day}"' in response.content.decode()
    assert "1 of 1 infusions" in words(response)
    empty = client.get(URL, {"source": site.slug, "from": "2026-10-01"})
    assert "No infusion was started in this period" in words(empty)
    assert "A date could not be read" in words(client.get(URL, {"source": site.slug, "to": "soon"}))


def test_a_registry_says_what_it_does_not_hold(site: Site, lead: StaffUser, as_user: Any, tmp_path: Path) -> None:
    given = registry.infusions("D,2023-03-06,08:30,2,1,stopped")
    home = import_registry(
        site=site, directory=registry.export(tmp_path, infusions=given), by=None, at=AT
    ).record.site
    told = words(as_user(lead).get(URL, {"source": home.slug, "as_of": str(registry.AS_OF)}))
    assert "A registry holds no events." in told
    assert "1 of 21 infusions, at most 23.82% (95%)." in told
    assert "Not completed a registry does not say why 1 1" in told
    early = words(as_user(lead).get(URL, {"source": home.slug, "as_of": "2020-01-01"}))
    assert "No infusion was started in this period" in early


def test_an_empty_clinic_answers_in_words(lead: StaffUser, as_user: Any) -> None:
    assert "No infusion was started in this period" in words(as_user(lead).get(URL))


def test_a_foreign_source_is_not_found(lead: StaffUser, as_user: Any, other_site: Site) -> None:
    assert as_user(lead).get(URL, {"source": other_site.slug}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("clinic_lead", 200),
        ("physician", 200),
        ("psychologist", 200),
        ("nurse", 403),
        ("scheduler", 403),
        ("administrator", 403),
    ],
)
def test_only_who_may_see_outcomes(site: Site, as_user: Any, role: str, status: int) -> None:
    assert as_user(people.staff(role, site=site)).get(URL).status_code == status
