"""The patients behind a figure: as many as its N, with the reason, and only for who may see scores."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from tests.factories import people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/phq-9/last/"


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def rows(response: Any) -> list[str]:
    """Each line of the list as read."""
    body = response.content.decode().split("<tbody>")[-1].split("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


def test_the_list_holds_exactly_the_patients_of_the_denominator(lead: StaffUser, as_user: Any, home: Site) -> None:
    response = as_user(lead).get(URL, asked(home))
    assert reverse("outcomes:cell", args=["phq-9", "last"]) == URL
    assert "Depression, last infusion: 1 of 3 improved, 33.3%" in response.content.decode()
    assert rows(response) == [
        "A scores 15 26 Dec 2022, 7 days before 10 9 Jan 2023, day 3 −5 Improved 5 lower, at least 5.",
        "B scores 12 26 Dec 2022, 7 days before 8 9 Jan 2023, day 3 −4 In N only Unchanged: 4 lower, less than 5.",
        "C scores 9 26 Dec 2022, 7 days before 15 9 Jan 2023, day 3 +6 In N only Worsened: 6 higher, at least 5.",
    ]


def test_the_numerator_and_who_was_left_out_are_lists_of_their_own(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    assert [row[0] for row in rows(client.get(URL, asked(home, who="improved")))] == ["A"]
    (left_out,) = rows(client.get(URL, asked(home, who="out")))
    assert (
        left_out
        == "D scores – 11 9 Jan 2023, day 3 – Not in N No score in the 100 days before the first infusion."
    )


def test_the_definitions_of_the_figure_hold_for_its_list(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    found = rows(client.get(URL, asked(home, who="improved", direction="either")))
    assert [row[0] for row in found] == ["A", "C"]


def test_an_empty_list_says_so(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get("/outcomes/gad-7/6m/", asked(home)).content.decode()
    assert "No patient belongs here under these definitions." in page


@pytest.mark.parametrize(
    ("role", "status"), [("clinic_lead", 200), ("physician", 200), ("nurse", 403), ("scheduler", 403)]
)
def test_only_who_may_see_outcomes_and_scores_opens_it(
    site: Site, as_user: Any, home: Site, role: str, status: int
) -> None:
    assert as_user(people.staff(role, site=site)).get(URL, asked(home)).status_code == status


def test_unknown_measures_windows_and_sources_are_not_found(
    lead: StaffUser, as_user: Any, home: Site, other_site: Site
) -> None:
    client = as_user(lead)
    assert client.get("/outcomes/phq-8/last/", asked(home)).status_code == 404
    assert client.get("/outcomes/phq-9/9m/", asked(home)).status_code == 404
    assert client.get(URL, {"source": other_site.slug}).status_code == 404
