"""Table 1's page: the figures beside the published ones, its patients, and who may see them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from scheduling.models import Patient
from tests.factories import people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/table-1/"
MORE = (
    "E,44,male,Black,Single,,2,chronic primary: CRPS",
    "F,66,nonbinary,Other/unknown,Other/unknown,19.5,11,Sore elbow",
)


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    """Six patients; E has neither age nor BMI, F never completed an infusion."""
    infusions = registry.infusions("E,2023-03-06,08:30,1,1,completed", "F,2023-03-06,08:30,1,1,stopped")
    scores = registry.scores("F,PHQ-9,2023-03-01,07:30,20")
    folder = registry.export(tmp_path, patients=registry.patients(*MORE), infusions=infusions, pro=scores)
    home = import_registry(site=site, directory=folder, by=None, at=AT).record.site
    Patient.objects.filter(site=home, record_number="E").update(age_at_first_infusion=None)
    return home


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def rows(response: Any) -> dict[str, str]:
    """Each line of the table: label -> the rest as read."""
    body = response.content.decode().split("<tbody>")[-1].split("</tbody>")[0]
    found = {}
    for row in body.split("</tr>")[:-1]:
        label, _, rest = row.partition("</th>")
        found[_text(label)] = _text(rest)
    return found


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_out_80_each_line_stands_beside_the_published_one(lead: StaffUser, as_user: Any, home: Site) -> None:
    assert reverse("outcomes:table_1") == URL
    found = rows(as_user(lead).get(URL, asked(home)))
    assert found["Age, years, mean±SD"] == "5 46.0±11.2 1,034 50.4±15.2"
    assert found["Female"] == "4 4 (66.7) 742 (71.8)"
    assert found["Nonbinary"] == "1 1 (16.7) 2 (0.19)"
    assert found["Complex regional pain syndrome (CRPS)"] == "1 1 (16.7) 71 (6.9)"
    assert found["Sore elbow"] == "1 1 (16.7) –"
    assert found["Ketamine infusion days, median (Q1, Q3)"] == "6 5 (1, 5) 1,034 5 (5, 14)"
    assert found["Depression"] == "4 14.0±4.7 849 11.7±6.8", "also of who completed no infusion (OUT-83)"


def test_each_number_opens_its_patients(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    page = client.get(URL, asked(home)).content.decode()
    address = reverse("outcomes:table_1_patients", args=["age-unknown"])
    assert f'href="{address}?source={home.slug}&amp;as_of=2023-12-31"' in page
    response = client.get(address, asked(home))
    assert "Not recorded: 1 patient" in _text(response.content.decode())
    assert rows(response) == {"E": "not recorded Male Chronic primary: complex regional pain syndrome (CRPS) 1"}
    scored = client.get(reverse("outcomes:table_1_patients", args=["baseline-phq-9"]), asked(home))
    assert list(rows(scored)) == ["A", "B", "C", "F"]


def test_a_filter_narrows_the_table_and_its_lists(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    found = rows(client.get(URL, asked(home, sex="female")))
    assert found["Female"].startswith("4 4 (100.0)")
    listed = client.get(reverse("outcomes:table_1_patients", args=["age"]), asked(home, sex="female"))
    assert list(rows(listed)) == ["A", "B", "C", "D"]


def test_before_the_first_infusion_and_without_any_data_the_page_answers_in_words(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    early = client.get(URL, asked(home, as_of="2020-01-01"))
    assert early.status_code == 200
    assert rows(early)["Ketamine infusion days, median (Q1, Q3)"] == "6 0 (0, 0) 1,034 5 (5, 14)"
    empty = client.get(URL, {"source": lead.site.slug})
    assert "Nobody had an infusion by this day." in empty.content.decode()
    nobody = client.get(reverse("outcomes:table_1_patients", args=["age"]), {"source": lead.site.slug})
    assert "No patient belongs here" in nobody.content.decode()


def test_in_course_mode_baseline_scores_are_of_courses(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(URL, asked(home, reference="course")).content.decode()
    assert "Baseline scores, mean±SD, of courses" in page


def test_unknown_lines_and_foreign_sources_are_not_found(
    lead: StaffUser, as_user: Any, home: Site, other_site: Site
) -> None:
    client = as_user(lead)
    assert client.get(f"{URL}shoe-size/", asked(home)).status_code == 404
    assert client.get(URL, {"source": other_site.slug}).status_code == 404
    assert client.get(f"{URL}age/", {"source": other_site.slug}).status_code == 404


@pytest.mark.parametrize(
    ("role", "table", "patients"),
    [
        ("clinic_lead", 200, 200),
        ("physician", 200, 200),
        ("psychologist", 200, 200),
        ("nurse", 403, 403),
        ("scheduler", 403, 403),
        ("administrator", 403, 403),
    ],
)
def test_only_who_may_see_outcomes_and_scores(
    site: Site, as_user: Any, home: Site, role: str, table: int, patients: int
) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(URL, asked(home)).status_code == table
    assert client.get(f"{URL}age/", asked(home)).status_code == patients
