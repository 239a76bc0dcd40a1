"""The ledger of discrepancies as a page: every entry, figures of the patients shown, and who may read it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.queries.discrepancies import entries
from outcomes.rules.discrepancies import discrepancies
from tests.factories import people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/ledger/"


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site


def words(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_out_94_every_entry_stands_on_the_page_with_the_patients_figures(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    assert reverse("outcomes:discrepancies") == URL
    response = as_user(lead).get(URL, {"source": home.slug, "as_of": str(registry.AS_OF)})
    told = words(response)
    for entry in discrepancies():
        assert f'id="{entry.id}"' in response.content.decode()
    assert "Here the literal reading would show 66.7% for PHQ-9 at the last infusion instead of 33.3%." in told
    assert "Here 0 of 4 patients completed none." in told


def test_without_data_the_entries_stand_alone(lead: StaffUser, as_user: Any) -> None:
    told = words(as_user(lead).get(URL))
    assert "These patients" not in told
    assert discrepancies()[0].title in told


def test_a_report_may_take_the_entries_without_a_study() -> None:
    found = entries()
    assert [entry.number for entry in found] == list(range(1, len(discrepancies()) + 1))
    assert all(entry.ours == "" for entry in found)


def test_a_foreign_source_is_not_found(lead: StaffUser, as_user: Any, other_site: Site) -> None:
    assert as_user(lead).get(URL, {"source": other_site.slug}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("clinic_lead", 200), ("physician", 200), ("nurse", 403), ("scheduler", 403)]
)
def test_only_who_may_see_outcomes(site: Site, as_user: Any, role: str, status: int) -> None:
    assert as_user(people.staff(role, site=site)).get(URL).status_code == status
