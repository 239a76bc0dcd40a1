"""Scores recorded elsewhere, on their pages."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import Score, ScoreFile
from scheduling.models import Patient
from tests.factories import outcomes as factory
from tests.factories import people, scheduling

TYPED = {"measure": "PHQ-9", "value": "14", "day": "2026-05-12", "origin": "EHR, 12 May"}
HEADER = "Record number,Measure,Date,Score,Source\n"


@pytest.fixture
def patient(site: Site) -> Any:
    with time_machine.travel(factory.NOW, tick=False):
        yield scheduling.patient(site=site, record_number="KT-1")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def upload(client: Any, lines: str, **more: str) -> Any:
    file = SimpleUploadedFile("scores.csv", (HEADER + lines).encode(), content_type="text/csv")
    return client.post("/scores/import/", {"file": file, "date_order": "ask", **more})


def test_a_score_is_entered_shown_and_corrected(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    client, address = as_user(nurse), f"/patients/{patient.pk}/scores/new/"
    assert client.post(address, TYPED).status_code == 302
    score = Score.objects.get()
    assert "EHR, 12 May" in text(client.get(address))
    wrong = client.post(f"/scores/{score.pk}/correct/", TYPED | {"value": "4", "reason": "no"})
    assert wrong.status_code == 422
    done = client.post(f"/scores/{score.pk}/correct/", TYPED | {"value": "4", "reason": "Wrong line read"})
    assert done.status_code == 302
    page = text(client.get(address))
    assert '<s class="faint">14</s> <b>4</b>' in page
    assert "corrected: Wrong line read" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": "28"}, "not a possible PHQ-9 score"),
        ({"day": "2027-01-01"}, "still to come"),
        ({"origin": ""}, "required"),
        ({"measure": "Demo fatigue"}, "not one of the available choices"),
    ],
)
def test_an_impossible_score_is_refused_at_its_field(
    as_user: Any, nurse: StaffUser, patient: Patient, wrong: dict[str, str], words: str
) -> None:
    response = as_user(nurse).post(f"/patients/{patient.pk}/scores/new/", TYPED | wrong)
    assert response.status_code == 422
    assert words in text(response)
    assert not Score.objects.exists()


def test_a_file_is_looked_through_and_then_taken_in(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    client = as_user(nurse)
    response = upload(client, "KT-1,PHQ-9,2026-05-12,14,EHR\n")
    address = response["Location"]
    assert "<b>1</b> new score of 1 patient" in text(client.get(address))
    assert not Score.objects.exists()
    client.post(f"{address}import/")
    assert "1 score taken in" in text(client.get(address))
    assert Score.objects.get().value == 14


def test_every_wrong_line_is_told_and_nothing_is_taken_in(
    as_user: Any, nurse: StaffUser, patient: Patient
) -> None:
    client = as_user(nurse)
    address = upload(client, "KT-1,PHQ-9,2026-05-12,28,EHR\nKT-2,PHQ-9,03/04/2026,1,EHR\n")["Location"]
    page = text(client.get(address))
    assert "Line 2</b><span>28 is not a possible PHQ-9 score" in page
    assert "Line 3" in page
    assert client.post(f"{address}import/").status_code == 422
    assert not Score.objects.exists()


def test_a_file_that_is_no_list_is_refused_at_once(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    file = SimpleUploadedFile("a.csv", b"what,ever\n1,2\n")
    response = as_user(nurse).post("/scores/import/", {"file": file, "date_order": "ask"})
    assert response.status_code == 422
    assert "lacks Record number" in text(response)


def test_the_template_names_the_columns(as_user: Any, nurse: StaffUser) -> None:
    assert "Record number,Family name" in as_user(nurse).get("/scores/template.csv").content.decode()


@pytest.mark.parametrize(("role", "status"), [("nurse", 200), ("psychologist", 200), ("scheduler", 403)])
def test_who_enters_scores(as_user: Any, site: Site, patient: Patient, role: str, status: int) -> None:
    client = as_user(people.staff(role, site=site, username=f"the-{role}"))
    for address in (f"/patients/{patient.pk}/scores/new/", "/scores/import/", "/scores/template.csv"):
        assert client.get(address).status_code == status


def test_scores_and_files_of_another_clinic_are_not_found(
    as_user: Any, nurse: StaffUser, other_site: Site
) -> None:
    by = scheduling.actor("nurse", other_site)
    stranger = scheduling.patient(site=other_site, record_number="KT-9")
    day = other_site.today(factory.NOW)
    score = actions.enter_score(
        patient=stranger, measure="PHQ-9", value="3", day=day, origin="EHR", by=by, at=factory.NOW
    )
    file = actions.upload_scores(
        name="a.csv",
        data=(HEADER + "KT-9,PHQ-9,2026-05-12,3,EHR\n").encode(),
        date_order="ask",
        by=by,
        at=factory.NOW,
    )
    client = as_user(nurse)
    for address in (
        f"/patients/{stranger.pk}/scores/new/",
        f"/scores/{score.pk}/correct/",
        f"/scores/files/{file.pk}/",
    ):
        assert client.get(address).status_code == 404, address
    assert client.post(f"/scores/files/{file.pk}/import/").status_code == 404
    assert ScoreFile.objects.get().imported_at is None
