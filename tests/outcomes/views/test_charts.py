"""The charts as files: who may have them, what they hold, and that they follow the page's choice."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.charts.page import CHARTS
from tests.factories import people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return import_registry(site=site, directory=registry.export(tmp_path), label="Old", by=None, at=AT).record.site


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def texts(content: bytes) -> str:
    return " ".join(text.strip() for text in ElementTree.fromstring(content).itertext() if text.strip())


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("clinic_lead", 200), ("physician", 200), ("psychologist", 200), ("nurse", 403), ("scheduler", 403)],
)
def test_only_roles_that_may_see_outcomes_have_the_files(
    site: Site, as_user: Any, role: str, status: int, kind: str
) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(reverse(f"outcomes:chart_{kind}", args=["figure-1"])).status_code == status


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_a_file_with_its_source_day_and_definitions(
    lead: StaffUser, as_user: Any, home: Site, name: str
) -> None:
    response = as_user(lead).get(reverse("outcomes:chart_svg", args=[name]), asked(home))
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="{name}-{home.slug}-{registry.AS_OF}.svg"'
    )
    text = texts(response.content)
    assert "as of 2023-12-31." in text
    assert "Definition set Paper 2025" in text
    assert b"var(--" not in response.content, "a file has no style sheet to look colours up in"
    assert b" style=" not in response.content
    root = ElementTree.fromstring(response.content)
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_a_picture(lead: StaffUser, as_user: Any, home: Site, name: str) -> None:
    response = as_user(lead).get(reverse("outcomes:chart_png", args=[name]), asked(home))
    assert response.headers["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")


def test_a_file_follows_the_choice_of_the_page(lead: StaffUser, as_user: Any, home: Site) -> None:
    def file(name: str, **choice: str) -> str:
        return texts(as_user(lead).get(reverse("outcomes:chart_svg", args=[name]), asked(home, **choice)).content)

    assert "Depression: improved, unchanged, worsened" in file("strip", measure="phq-9")
    assert "Fatigue: improved, unchanged, worsened" in file("strip", measure="promis-fatigue")
    assert "Patients changed by the MCID, either way, %" in file("figure-1", direction="either")
    assert "Patients meaningfully improved, %" in file("figure-1")


def test_an_empty_clinic_has_its_charts_too(lead: StaffUser, as_user: Any) -> None:
    for name in CHARTS:
        assert as_user(lead).get(reverse("outcomes:chart_svg", args=[name])).status_code == 200


def test_an_unknown_chart_and_another_clinics_source_are_not_found(
    lead: StaffUser, as_user: Any, other_site: Site
) -> None:
    client = as_user(lead)
    assert client.get(reverse("outcomes:chart_svg", args=["figure-2"])).status_code == 404
    for kind in ("svg", "png"):
        address = reverse(f"outcomes:chart_{kind}", args=["figure-1"])
        assert client.get(address, {"source": other_site.slug}).status_code == 404
        assert client.get(address, {"source": "nowhere"}).status_code == 404


def test_nobody_has_the_files_without_signing_in(client: Any, db: None) -> None:
    assert client.get(reverse("outcomes:chart_svg", args=["figure-1"])).status_code == 302
