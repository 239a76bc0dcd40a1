"""Forms from paper, on their page."""

from typing import Any
from uuid import uuid4

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from outcomes.models import Assessment, SafetyTask, Score
from outcomes.rules.instruments import instruments
from scheduling.models import Patient
from tests.factories import outcomes as factory
from tests.factories import people, scheduling


@pytest.fixture
def patient(site: Site) -> Any:
    with time_machine.travel(factory.NOW, tick=False):
        yield scheduling.patient(site=site)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def filled(values: tuple[int | None, ...] = factory.PHQ_14, **more: str) -> dict[str, str]:
    rows = {f"item_{number}": "-" if value is None else str(value) for number, value in enumerate(values, start=1)}
    return {"key": str(uuid4()), "day": "2026-09-01"} | rows | more


def at(patient: Patient, name: str = "PHQ-9") -> str:
    return f"/patients/{patient.pk}/paper/{name}/"


def test_every_question_of_the_form_is_on_one_page(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    page = text(as_user(nurse).get(at(patient)))
    for item in instruments()["PHQ-9"].items:
        assert item.text in page
    assert page.count("data-kc-row") == 9


def test_a_saved_form_leads_to_the_next_one_and_then_to_the_patient(
    as_user: Any, nurse: StaffUser, patient: Patient
) -> None:
    client = as_user(nurse)
    query = "?occasion=baseline&form=PHQ-9&form=GAD-7"
    first = client.get(f"/patients/{patient.pk}/paper/{query}")
    assert first["Location"].startswith(at(patient))
    second = client.post(first["Location"], filled())
    third = client.get(second["Location"])
    assert third["Location"].startswith(at(patient, "GAD-7"))
    assert client.post(third["Location"], filled(factory.GAD_6))["Location"] == f"/patients/{patient.pk}/"
    assert {score.measure: (int(score.value), str(score.date)) for score in Score.objects.all()} == {
        "PHQ-9": (14, "2026-09-01"),
        "GAD-7": (6, "2026-09-01"),
    }
    assert set(Assessment.objects.values_list("occasion", flat=True)) == {"baseline"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"item_4": ""}, "Question 4 has no answer"),
        ({"item_4": "7"}, "Question 4 has no such answer"),
        ({"day": ""}, "required"),
        ({"day": "2026-09-30"}, "still to come"),
        ({"day": "2024-09-30"}, "more than a year ago"),
    ],
)
def test_a_wrong_page_says_what_and_keeps_what_was_typed(
    as_user: Any, nurse: StaffUser, patient: Patient, wrong: dict[str, str], words: str
) -> None:
    response = as_user(nurse).post(at(patient), filled() | wrong)
    assert response.status_code == 422
    assert words in text(response)
    assert 'name="item_1" value="2" checked' in text(response)
    assert not Assessment.objects.exists()


def test_item_9_on_paper_is_answered_by_what_to_do_now(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    page = text(as_user(nurse).post(at(patient), filled((*factory.PHQ_14[:8], 1))))
    task = SafetyTask.objects.get()
    for words in ("is saved", f"Speak with {patient.name} now", "911", "988", f"Safety task {task.pk} is raised"):
        assert words in page


def test_pro_105_typed_twice_the_entries_are_compared_before_anything_is_saved(
    as_user: Any, nurse: StaffUser, patient: Patient
) -> None:
    client = as_user(nurse)
    first = text(client.post(at(patient), filled(twice="on")))
    assert "Once more, to check" in first
    assert "checked" not in first.split("data-kc-paper")[1].split('name="twice"')[0]
    held = first.split('name="first" value="')[1].split('"')[0]
    second = client.post(at(patient), filled((1, *factory.PHQ_14[1:]), twice="on", first=held))
    assert second.status_code == 422
    assert "Question 1 was 2 the first time" in text(second)
    assert not Assessment.objects.exists()
    assert client.post(at(patient), filled(twice="on", first=held)).status_code == 302
    assert client.post(at(patient), filled(twice="on", first=held + "x")).status_code == 422


def test_pro_103_adaptive_tests_are_not_among_the_forms(as_user: Any, nurse: StaffUser, patient: Patient) -> None:
    patient.site.is_demo = True
    patient.site.save(update_fields=["is_demo"])
    page = text(as_user(nurse).get(f"/patients/{patient.pk}/paper/"))
    assert "PHQ-9" in page
    assert "DEMO-Fatigue-CAT" not in page
    assert as_user(nurse).get(at(patient, "DEMO-Fatigue-CAT")).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("nurse", 200), ("scheduler", 200), ("clinic_lead", 403)])
def test_who_enters_paper(as_user: Any, site: Site, patient: Patient, role: str, status: int) -> None:
    person = people.staff(role, site=site, username=f"the-{role}")
    assert as_user(person).get(at(patient)).status_code == status


def test_a_patient_of_another_clinic_is_not_found(as_user: Any, nurse: StaffUser, other_site: Site) -> None:
    stranger = scheduling.patient(site=other_site)
    for address in (at(stranger), f"/patients/{stranger.pk}/paper/"):
        assert as_user(nurse).get(address).status_code == 404
