"""The clinic lead's home: five panels, what cannot wait above them, and where each role starts the day."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from infusions.actions import stop_infusion
from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from tests.factories import infusions, orders, people, registry, verbal

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/home/"
PAGES = ("dashboard", "completion", "asking", "safety_figures", "utilisation")


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site


def words(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_clinic_lead_starts_the_day_here(lead: StaffUser, physician: StaffUser, as_user: Any) -> None:
    assert reverse("outcomes:home") == URL
    assert as_user(lead).get("/").headers["Location"] == URL
    assert as_user(physician).get("/").headers["Location"] == reverse("infusions:signing")


def test_out_95_five_panels_each_with_one_sentence_and_its_page(lead: StaffUser, as_user: Any, home: Site) -> None:
    response = as_user(lead).get(URL, {"source": home.slug, "as_of": str(registry.AS_OF)})
    told, page = words(response), response.content.decode()
    for name in PAGES:
        assert f'href="{reverse(f"outcomes:{name}")}' in page
    assert page.count('class="home-panel ') == 5
    assert "By the last infusion 33% of patients had improved; published 21%." in told
    assert "100.0% of 4 patients completed 5 or more infusions; published 86.1%." in told
    assert "At 3 months 0.0% of 4 answered; the goal is 75%." in told
    assert "No infusion has been started yet. Of the clinic itself, not of the registry." in told
    assert page.count("data-kc-plot") == 3, "one chart a panel that has something to draw"
    assert " style=" not in page


def test_out_95_safety_and_utilisation_are_of_the_clinic_whatever_the_source(
    site: Site, nurse: StaffUser, lead: StaffUser, as_user: Any, home: Site
) -> None:
    chair = infusions.infusion(site=site, nurse=nurse, at_state="infusing").later(minutes=12)
    stop_infusion(infusion=chair.infusion, by=nurse, at=chair.at, key=uuid4(), reason="medical_event")
    with time_machine.travel(chair.at + timedelta(days=2), tick=False):
        for slug in (home.slug, site.slug):
            told = words(as_user(lead).get(URL, {"source": slug}))
            assert "1 of 1 infusions had an adverse event, at most 100.00% (95%)." in told
            assert "1 infusion in September 2026" in told
            assert "1 event waited more than 24 h for a physician's review." in told.replace("&#x27;", "'")


def test_ord_34_overdue_co_signatures_stand_above_the_panels(
    site: Site, lead: StaffUser, physician: StaffUser, as_user: Any
) -> None:
    said = verbal.said(orders.signed(site), prescriber=physician)
    late = said.said_at + timedelta(hours=24, minutes=1)
    with time_machine.travel(late, tick=False):
        assert "1 co-signature of verbal orders overdue." in words(as_user(lead).get(URL))
        assert "co-signature" not in words(as_user(people.staff("psychologist", site=site)).get(URL))


def test_an_empty_clinic_answers_in_words(lead: StaffUser, as_user: Any) -> None:
    response = as_user(lead).get(URL)
    told = words(response)
    assert "Nobody has come far enough to count yet." in told
    assert "Nothing has happened in the clinic yet." in told
    assert told.count("A chart stands here as soon as there is something to draw.") == 5


def test_a_day_before_the_first_infusion_answers_in_words(lead: StaffUser, as_user: Any, home: Site) -> None:
    told = words(as_user(lead).get(URL, {"source": home.slug, "as_of": "2020-01-01"}))
    assert "No window has closed yet." in told


def test_a_foreign_source_is_not_found(lead: StaffUser, as_user: Any, other_site: Site) -> None:
    assert as_user(lead).get(URL, {"source": other_site.slug}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("clinic_lead", 200), ("physician", 200), ("psychologist", 200), ("nurse", 403), ("administrator", 403)],
)
def test_only_who_may_see_outcomes(site: Site, as_user: Any, role: str, status: int) -> None:
    assert as_user(people.staff(role, site=site)).get(URL).status_code == status
