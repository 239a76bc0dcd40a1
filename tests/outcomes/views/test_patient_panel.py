"""The panel on the patient page: scores against the baseline, and where questionnaires stand."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.factories import people, scheduling


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def panel(client: Any, patient_pk: int, *, at: Any = factory.NOW) -> str:
    with time_machine.travel(at, tick=False):
        response = client.get(f"/patients/{patient_pk}/scores/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    return text(response)


def test_a_finished_questionnaire_shows_its_scores_and_bands(as_user: Any, nurse: StaffUser, site: Site) -> None:
    made = factory.completed(site=site)
    page = panel(as_user(nurse), made.patient.pk)
    assert "moderate" in page
    assert "mild" in page
    assert "16 of 16 answered" in page
    assert "no change to compare yet" in page


def test_after_an_infusion_the_change_from_the_baseline_is_shown(
    as_user: Any, nurse: StaffUser, site: Site
) -> None:
    visit = chairs.visit(site=site)
    factory.completed(site=site, patient=visit.patient, at=visit.starts_at - timedelta(days=2))
    chair = chairs.infusion(site=site, visit=visit, at_state="discharged")
    better = ((0,) * 8 + (0,)) + (2, 2, 2, 2, 2, 0, 0)
    later = chair.at + timedelta(days=3)
    factory.completed(site=site, patient=visit.patient, at=later, values=better)
    page = panel(as_user(nurse), visit.patient_id, at=later)
    assert "Scores: 1 better, 1 worse" in page
    assert "−14" in page
    assert "+4" in page
    assert "PHQ" in page
    assert "from 14 to 0; lower is better" in page


def test_a_waiting_safety_task_is_named_first(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task = factory.safety_task(site=site)
    page = panel(as_user(nurse), task.patient_id)
    assert "1 safety task waits" in page
    assert "Half done" in page


def test_a_scheduler_sees_where_questionnaires_stand_and_no_score(
    as_user: Any, scheduler: StaffUser, site: Site
) -> None:
    made = factory.completed(site=site, values=(*factory.PHQ_14[:8], 3, *factory.GAD_6))
    page = panel(as_user(scheduler), made.patient.pk)
    assert "16 of 16 answered" in page
    for hidden in ("severe", "safety", "<polyline", "/answers/"):
        assert hidden not in page


def test_a_patient_without_questionnaires_has_an_empty_panel_with_the_act(
    as_user: Any, nurse: StaffUser, site: Site
) -> None:
    page = panel(as_user(nurse), scheduling.patient(site=site).pk)
    assert "No scores yet" in page
    assert "Send a questionnaire" in page


@pytest.mark.parametrize(
    ("days", "word"), [(0, "Sent"), (8, "Ended")], ids=["sent", "ended before the scheduler saw it"]
)
def test_an_unopened_link_says_where_it_stands(
    as_user: Any, nurse: StaffUser, site: Site, days: int, word: str
) -> None:
    made = factory.sent(site=site)
    assert word in panel(as_user(nurse), made.patient.pk, at=factory.NOW + timedelta(days=days))


def test_the_panel_needs_as_many_queries_for_six_questionnaires_as_for_one(
    as_user: Any, nurse: StaffUser, site: Site, django_assert_max_num_queries: Any
) -> None:
    patient = scheduling.patient(site=site)
    for day in range(6):
        factory.completed(site=site, patient=patient, at=factory.NOW + timedelta(days=day))
    client = as_user(nurse)
    with django_assert_max_num_queries(18):  # one of them the line of who looked
        panel(client, patient.pk, at=factory.NOW + timedelta(days=6))


def test_the_page_and_the_panel_are_the_same(as_user: Any, nurse: StaffUser, site: Site) -> None:
    made = factory.completed(site=site)
    client = as_user(nurse)
    with time_machine.travel(factory.NOW, tick=False):
        part = panel(client, made.patient.pk)
        assert part in text(client.get(f"/patients/{made.patient.pk}/scores/"))


def test_another_site_and_another_role_get_nothing(
    as_user: Any, nurse: StaffUser, site: Site, other_site: Site
) -> None:
    theirs = scheduling.patient(site=other_site)
    assert as_user(nurse).get(f"/patients/{theirs.pk}/scores/").status_code == 404
    ours = scheduling.patient(site=site)
    administrator = people.staff("administrator", site=site)
    assert as_user(administrator).get(f"/patients/{ours.pk}/scores/").status_code == 403
