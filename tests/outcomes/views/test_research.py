"""The page of research exports: what one would hold, the file, what stands in the way, those on record."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.models import ResearchExport
from outcomes.research_file import FILES, read_export, unzipped
from tests.factories import registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PAGE = "/outcomes/research/"
TYPED = {"reason": "How long the effect of a course lasts.", "approval": "IRB 7", "confirmed": "on"}


@pytest.fixture
def source(site: Site, tmp_path: Path) -> str:
    more = registry.patients("E,92,male,Black,Single,,3,written here")
    folder = registry.simulated(tmp_path)
    (folder / "patients.csv").write_text(more)
    return import_registry(site=site, directory=folder, by=None, at=AT).record.site.slug


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_says_what_would_leave_and_warns_of_small_groups(
    as_user: Any, lead: StaffUser, source: str
) -> None:
    said = words(as_user(lead).get(PAGE, {"source": source, "as_of": "2023-12-31"}))
    assert "Patients 5 Infusions 20 Scores 7" in said
    assert (
        "make 2 groups; the smallest has 1 patient. 1 patient is alone in theirs, 5 of 5 are among fewer" in said
    )
    assert "1 patient older than 90 is given as 90" in said
    assert "1 patient with a pain category this clinic wrote itself is given as other" in said
    assert "No export was made yet" in said
    assert "OUT-47" in said


def test_what_is_posted_comes_back_as_the_file_and_stands_on_record(
    as_user: Any, lead: StaffUser, source: str
) -> None:
    client = as_user(lead)
    response = client.post(f"{PAGE}?source={source}&as_of=2023-12-31&reference=course", TYPED)
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert response["Cache-Control"] == "no-store"
    record = ResearchExport.objects.get()
    assert response["Content-Disposition"] == f'attachment; filename="research-{record.pk}-2023-12-31.zip"'
    assert set(unzipped(response.content)) == set(FILES)
    assert sha256(response.content).hexdigest() == record.sha256
    about = read_export(response.content).about
    assert (about.definitions.reference, str(about.as_of), about.simulated) == ("course", "2023-12-31", True)
    said = words(client.get(PAGE, {"source": source}))
    for text in (record.sha256, TYPED["reason"], "Approval IRB 7", lead.name, "as of 31 Dec 2023"):
        assert text in said


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("reason", "Say what the export is for."),
        ("approval", "Enter the number of the approval."),
        ("confirmed", "Confirm that the approval covers this export."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(
    as_user: Any, lead: StaffUser, source: str, left_out: str, sentence: str
) -> None:
    typed = {name: text for name, text in TYPED.items() if name != left_out}
    response = as_user(lead).post(f"{PAGE}?source={source}", typed)
    assert response.status_code == 422
    assert sentence in words(response)
    assert not ResearchExport.objects.exists()


def test_days_of_the_first_infusion_are_refused_in_words(as_user: Any, lead: StaffUser, source: str) -> None:
    response = as_user(lead).post(f"{PAGE}?source={source}&since=2023-01-01", TYPED)
    assert response.status_code == 422
    assert "they would tell when somebody was treated" in words(response)


def test_the_page_says_beforehand_what_would_stop_the_export(
    as_user: Any, lead: StaffUser, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(lead)
    stops = "The days of the first infusion above stop the export"
    assert stops not in words(client.get(PAGE, {"source": source}))
    assert stops in words(client.get(PAGE, {"source": source, "since": "2023-01-01"}))
    monkeypatch.setattr("outcomes.views.research.MOST_ROWS_IN_A_PAGE", 31)
    assert "32 rows are more than the 31 a page makes" in words(client.get(PAGE, {"source": source}))


def test_the_tab_is_there_for_who_makes_exports(as_user: Any, lead: StaffUser, physician: StaffUser) -> None:
    address = f'href="{PAGE}'
    assert address in as_user(lead).get("/outcomes/table-1/").content.decode()
    assert address not in as_user(physician).get("/outcomes/table-1/").content.decode()


def test_of_nobody_the_page_says_so_and_makes_nothing(as_user: Any, lead: StaffUser) -> None:
    client = as_user(lead)
    assert "There is nobody to export" in words(client.get(PAGE))
    response = client.post(PAGE, TYPED)
    assert response.status_code == 422
    assert "There is nobody to export" in words(response)


def test_exports_of_another_clinic_are_not_listed(
    as_user: Any, lead: StaffUser, other_site: Site, source: str
) -> None:
    client = as_user(lead)
    client.post(f"{PAGE}?source={source}", TYPED)
    record = ResearchExport.objects.get()
    fields = {field.attname: getattr(record, field.attname) for field in record._meta.fields if field.name != "id"}
    ResearchExport.objects.create(**fields | {"site_id": other_site.pk, "sha256": "f" * 64})
    said = words(client.get(PAGE))
    assert record.sha256 in said
    assert "f" * 64 not in said


def test_a_refused_export_stands_on_record_as_refused(as_user: Any, lead: StaffUser, site: Site) -> None:
    ResearchExport.objects.create(
        site=site,
        source=site.slug,
        as_of=AT.date(),
        asked_digest="0" * 64,
        definitions_digest="0" * 64,
        cut_digest="0" * 64,
        patients=3,
        infusions=1,
        scores=2,
        refused_for="OUT-53, OUT-54",
        reason="x",
        approval="y",
        by=lead,
        at=AT,
    )
    assert "Refused OUT-53, OUT-54" in words(as_user(lead).get(PAGE))


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "scheduler"])
def test_others_neither_see_nor_make_exports(as_user: Any, request: Any, role: str) -> None:
    client = as_user(request.getfixturevalue(role))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, TYPED).status_code == 403


def test_a_source_of_another_clinic_is_not_found(as_user: Any, lead: StaffUser, other_site: Site) -> None:
    assert as_user(lead).post(f"{PAGE}?source={other_site.slug}", TYPED).status_code == 404
