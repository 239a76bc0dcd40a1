"""Being on it, a try, the acknowledgement by phrases, the follow-up, as the pages offer them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import SafetyStep
from tests.factories import outcomes as factory
from tests.factories import people
from tests.outcomes.views.test_safety import text

NOW = factory.NOW


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        yield


def test_who_takes_it_stands_in_the_list_for_everybody(
    as_user: Any, nurse: StaffUser, physician: StaffUser, site: Site
) -> None:
    task = factory.safety_task(site=site)
    response = as_user(nurse).post(f"/safety/{task.pk}/take/")
    assert (response.status_code, response.url) == (302, f"/safety/{task.pk}/")
    assert f"{nurse.short_name} is on it" in text(as_user(physician).get("/safety/"))
    assert "You are on it" in text(as_user(nurse).get("/safety/"))


def test_a_second_person_is_refused_and_may_take_it_over_from_the_page(
    as_user: Any, nurse: StaffUser, physician: StaffUser, site: Site
) -> None:
    task = factory.safety_task(site=site)
    actions.take_safety_task(task=task, by=nurse, at=NOW)
    other = as_user(physician)
    refused = other.post(f"/safety/{task.pk}/take/")
    assert refused.status_code == 422
    assert f"{nurse.short_name} is on it since 11:00" in text(refused)
    assert f"Take it over from {nurse.short_name}" in text(other.get(f"/safety/{task.pk}/"))
    assert other.post(f"/safety/{task.pk}/take/", {"instead_of": nurse.pk}).status_code == 302


def test_phrases_and_words_are_recorded_together(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task = factory.safety_task(site=site)
    phrases = ["Spoke with the patient by telephone", "No plan, no intent, safe now"]
    as_user(nurse).post(f"/safety/{task.pk}/", {"done": phrases, "action": "Wife is at home."})
    task.refresh_from_db()
    assert task.action == f"{'; '.join(phrases)}. Wife is at home."


def test_one_phrase_is_enough_and_an_unknown_one_is_refused(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task, client = factory.safety_task(site=site), as_user(nurse)
    assert client.post(f"/safety/{task.pk}/", {"done": ["Something else"]}).status_code == 422
    phrase = "Spoke with the patient in person"
    assert client.post(f"/safety/{task.pk}/", {"done": [phrase]}).status_code == 302
    task.refresh_from_db()
    assert task.action == phrase


def test_a_try_stays_on_the_list_and_hands_back(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task, client = factory.safety_task(site=site), as_user(nurse)
    client.post(f"/safety/{task.pk}/take/")
    client.post(f"/safety/{task.pk}/not-reached/")
    assert "Not reached 1 time" in text(client.get("/safety/"))
    client.post(f"/safety/{task.pk}/hand-back/")
    assert "on it since" not in text(client.get("/safety/"))
    assert SafetyStep.objects.exclude(kind="told").count() == 3


def test_an_acknowledged_task_is_followed_up_and_then_closed(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task, client = factory.safety_task(site=site), as_user(nurse)
    actions.acknowledge_safety_task(task=task, action="Called.", by=nurse, at=NOW)
    assert "To follow up" in text(client.get("/safety/"))
    refused = client.post(f"/safety/{task.pk}/close/", {"words": " "})
    assert refused.status_code == 422
    assert "Say what the follow-up was" in text(refused)
    client.post(f"/safety/{task.pk}/close/", {"words": "Seen on Tuesday."})
    page = text(client.get("/safety/"))
    assert "To follow up" not in page
    assert "Closed, of the last 14 days" in page


@pytest.mark.parametrize("act", ["take", "hand-back", "not-reached", "close"])
def test_the_clinic_lead_reads_and_does_not_act(as_user: Any, lead: StaffUser, site: Site, act: str) -> None:
    task, client = factory.safety_task(site=site), as_user(lead)
    assert "I am on it" not in text(client.get("/safety/"))
    assert "Acknowledge</button>" not in text(client.get(f"/safety/{task.pk}/"))
    assert client.post(f"/safety/{task.pk}/{act}/", {"words": "x"}).status_code == 403
    assert client.post(f"/safety/{task.pk}/", {"action": "x"}).status_code == 403


def test_the_poll_is_204_until_something_changes(as_user: Any, nurse: StaffUser, site: Site) -> None:
    client = as_user(nurse)
    version = client.get("/safety/").context["facts"].version
    assert client.get(f"/safety/?v={version}", headers={"HX-Request": "true"}).status_code == 204
    task = factory.safety_task(site=site)
    changed = client.get(f"/safety/?v={version}", headers={"HX-Request": "true"})
    assert changed.status_code == 200
    assert task.patient.list_name in text(changed)


@pytest.mark.parametrize("role", ["scheduler", "administrator"])
def test_who_does_not_answer_them_sees_none(as_user: Any, site: Site, role: str) -> None:
    client = as_user(people.staff(role, site=site))
    for address in ("/safety/", "/safety/banner/", "/safety/report/", "/safety/report.csv"):
        assert client.get(address).status_code == 403
