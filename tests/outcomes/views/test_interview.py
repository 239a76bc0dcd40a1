"""An interview by telephone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import ItemResponse, SafetyTask, Score, Sitting
from outcomes.states import AssessmentState as State
from outcomes.states import SittingMode
from scheduling.models import Patient
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.factories import people, scheduling

NOW = factory.NOW
CHOSEN = "checked><span>"
ON_THE_LINE = {"name_said": "on", "birth_date_said": "on", "helper": "staff"}


@pytest.fixture
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def begin(client: Client, made: factory.Sent) -> str:
    """Begin the interview; return the address of the question that comes now."""
    response = client.post(f"/interviews/{made.assessment.pk}/", ON_THE_LINE)
    assert response.status_code == 302, text(response)
    return str(response["Location"])


def say(client: Client, address: str, value: int | None) -> Any:
    answer = {"decline": "1"} if value is None else {"answer": str(value)}
    return client.post(address, {"key": str(uuid4()), **answer})


def test_pro_100_without_name_and_birth_date_nothing_is_asked(
    as_user: Any, nurse: StaffUser, site: Site, at_now: Any
) -> None:
    made = factory.sent(site=site)
    for said in ({}, {"name_said": "on"}, {"birth_date_said": "on"}):
        response = as_user(nurse).post(f"/interviews/{made.assessment.pk}/", {"helper": "staff", **said})
        assert response.status_code == 422
    assert "Ask for the full name" in text(response)
    assert not Sitting.objects.exists()
    page = text(as_user(nurse).get(f"/interviews/{made.assessment.pk}/"))
    assert f"{made.patient.given_name} {made.patient.family_name}" in page


def test_a_whole_interview_is_saved_answer_by_answer_and_scored(
    as_user: Any, nurse: StaffUser, site: Site, at_now: Any
) -> None:
    made = factory.sent(site=site)
    client = as_user(nurse)
    address = begin(client, made)
    for value in (*factory.PHQ_14, *factory.GAD_6):
        response = say(client, address, value)
        assert response.status_code == 302
        address = response["Location"]
    assert "All questions are answered" in text(client.get(address))
    assert {score.measure: (int(score.value), score.source) for score in Score.objects.all()} == {
        "PHQ-9": (14, "phone"),
        "GAD-7": (6, "phone"),
    }


def test_item_9_is_answered_by_what_to_do_now_and_the_task(
    as_user: Any, site: Site, scheduler: StaffUser, at_now: Any
) -> None:
    made = factory.sent(site=site)
    client = as_user(scheduler)
    address = begin(client, made)
    for value in (0, 0, 0, 0, 0, 0, 0, 0, 1):
        address = say(client, address, value)["Location"]
    task = SafetyTask.objects.get()
    page = text(client.get(address))
    for words in ("Stay on the line", "911", "988", f"Safety task {task.pk} is raised", "the patient is safe"):
        assert words in page
    assert "Open the task" not in page  # a scheduler does not answer safety tasks
    assert "Question 10 of 16" in text(client.get(address.replace("safety/9", "questions/10")))


def test_pro_102_a_scheduler_sees_only_the_answers_of_this_call(
    as_user: Any, site: Site, scheduler: StaffUser, nurse: StaffUser, at_now: Any
) -> None:
    made = factory.opened(site=site).answers((3, 3))
    client = as_user(scheduler)
    address = begin(client, made)
    assert address.endswith("/questions/3/")
    say(client, address, 2)
    before, own = address.removesuffix("3/") + "2/", address
    assert CHOSEN not in text(client.get(before))
    assert "Answered before, in another way" in text(client.get(before))
    assert CHOSEN in text(client.get(own))
    other = begin(as_user(nurse), made)
    assert CHOSEN in text(as_user(nurse).get(other.removesuffix("4/") + "2/"))
    assert as_user(scheduler).get(f"/answers/{made.assessment.pk}/").status_code == 403


def test_pro_101_after_45_minutes_and_for_another_person_the_call_begins_again(
    as_user: Any, nurse: StaffUser, physician: StaffUser, site: Site, at_now: Any
) -> None:
    made = factory.sent(site=site)
    address = begin(as_user(nurse), made)
    start = f"/interviews/{made.assessment.pk}/"
    assert as_user(physician).get(address)["Location"] == start
    at_now.move_to(NOW + timedelta(minutes=44, seconds=59))
    assert as_user(nurse).get(address).status_code == 200
    at_now.move_to(NOW + timedelta(minutes=45))
    assert say(as_user(nurse), address, 1)["Location"] == start
    assert not ItemResponse.objects.exists()


def test_no_answer_chosen_is_said_and_an_answer_twice_is_saved_once(
    as_user: Any, nurse: StaffUser, site: Site, at_now: Any
) -> None:
    made, client = factory.sent(site=site), as_user(nurse)
    address, key = begin(client, made), str(uuid4())
    assert client.post(address, {"key": key}).status_code == 422
    for _ in range(2):
        assert client.post(address, {"key": key, "answer": "1"}).status_code == 302
    assert client.post(address, {"key": key, "answer": "2"}).status_code == 409
    assert [row.value for row in ItemResponse.objects.all()] == [1]


def test_a_patient_who_does_not_want_to_go_on_is_left_in_peace(
    as_user: Any, nurse: StaffUser, site: Site, at_now: Any
) -> None:
    made, client = factory.sent(site=site), as_user(nurse)
    address = begin(client, made)
    end = address.split("questions/")[0] + "end/"
    say(client, address, None)
    assert "1 of 16 answered" in text(client.get(end))
    assert client.post(end, {"reason": "Too tired"}).status_code == 302
    assert made.refresh().assessment.state == State.WITHDRAWN
    page = text(client.get(f"/patients/{made.patient.pk}/scores/"))
    assert "the patient does not want to go on: Too tired" in page
    assert "This questionnaire is over" in text(client.get(f"/interviews/{made.assessment.pk}/"))


def test_pro_11_after_an_infusion_the_call_is_refused_until_somebody_permits_it(
    as_user: Any, nurse: StaffUser, site: Site
) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    made = factory.sent(site=site, patient=chair.visit.patient, at=chair.at)
    with time_machine.travel(chair.at + timedelta(hours=1), tick=False):
        client = as_user(nurse)
        page = text(client.get(f"/interviews/{made.assessment.pk}/"))
        assert "Locked until tomorrow" in page
        assert client.post(f"/interviews/{made.assessment.pk}/", ON_THE_LINE).status_code == 422
        permit = f"/patients/{made.patient.pk}/answers-today/"
        assert client.post(permit, {"reason": ""}).status_code == 422
        assert client.post(permit, {"reason": "Fully awake, lives far away"}).status_code == 302
        assert begin(client, made).endswith("/questions/1/")
        assert "Answers are permitted today" in text(client.get(f"/patients/{made.patient.pk}/scores/"))


@pytest.mark.parametrize(
    ("role", "status"),
    [("nurse", 200), ("physician", 200), ("psychologist", 200), ("scheduler", 200), ("clinic_lead", 403)],
)
def test_who_may_interview(as_user: Any, site: Site, role: str, status: int, at_now: Any) -> None:
    made = factory.sent(site=site)
    person = people.staff(role, site=site, username=f"the-{role}")
    assert as_user(person).get(f"/interviews/{made.assessment.pk}/").status_code == status


@pytest.mark.parametrize(
    ("role", "status"), [("nurse", 200), ("physician", 200), ("psychologist", 403), ("scheduler", 403)]
)
def test_pro_106_who_sees_the_page_that_permits(as_user: Any, site: Site, role: str, status: int) -> None:
    patient = scheduling.patient(site=site)
    person = people.staff(role, site=site, username=f"the-{role}")
    assert as_user(person).get(f"/patients/{patient.pk}/answers-today/").status_code == status


def test_calls_and_questionnaires_of_another_clinic_are_not_found(
    as_user: Any, nurse: StaffUser, other_site: Site, at_now: Any
) -> None:
    made = factory.sent(site=other_site)
    by = scheduling.actor("nurse", other_site)
    sitting = actions.begin_sitting(assessment=made.assessment, mode=SittingMode.PHONE, by=by, at=NOW)
    client = as_user(nurse)
    for address in (
        f"/interviews/{made.assessment.pk}/",
        f"/interviews/calls/{sitting.pk}/questions/1/",
        f"/interviews/calls/{sitting.pk}/safety/1/",
        f"/interviews/calls/{sitting.pk}/end/",
        f"/questionnaires/{made.assessment.pk}/withdraw/",
        f"/patients/{made.patient.pk}/answers-today/",
    ):
        assert client.get(address).status_code == 404, address
    assert client.post(f"/questionnaires/{made.assessment.pk}/link/").status_code == 404
    assert Patient.objects.get().site == other_site
