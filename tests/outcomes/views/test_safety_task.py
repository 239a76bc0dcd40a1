"""One safety task, from the answer to what was done."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from outcomes import actions
from tests.factories import outcomes as factory
from tests.factories import people

NOW = factory.NOW


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        yield


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_shows_every_answer_and_how_to_reach_the_patient(
    as_user: Any, nurse: StaffUser, site: Site
) -> None:
    made = factory.opened(site=site, phone="216 555 0143")
    task = made.answer("PHQ-9", 9, 2).task
    made.answer("PHQ-9", 9, 0)
    assert task is not None
    page = text(as_user(nurse).get(f"/safety/{task.pk}/"))
    assert "Thoughts that you would be better off dead" in page
    assert page.index("More than half the days") < page.index("Not at all")
    assert 'href="tel:2165550143"' in page
    assert "in 25 min" in page


def test_acknowledging_says_so_and_leads_back_to_the_list(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task = factory.safety_task(site=site)
    response = as_user(nurse).post(
        f"/safety/{task.pk}/", {"action": "Called, safe, sees Dr Imai today."}, follow=True
    )
    assert response.redirect_chain == [("/safety/", 302)]
    assert "the safety task is acknowledged" in text(response)
    task.refresh_from_db()
    assert (task.acknowledged_by, task.action) == (nurse, "Called, safe, sees Dr Imai today.")


@pytest.mark.parametrize("words", ["", "   "])
def test_without_words_nothing_is_acknowledged(as_user: Any, nurse: StaffUser, site: Site, words: str) -> None:
    task = factory.safety_task(site=site)
    response = as_user(nurse).post(f"/safety/{task.pk}/", {"action": words})
    assert response.status_code == 422
    assert "Say what was done" in text(response)


def test_a_task_somebody_else_acknowledged_meanwhile_is_refused(
    as_user: Any, nurse: StaffUser, physician: StaffUser, site: Site
) -> None:
    task = factory.safety_task(site=site)
    actions.acknowledge_safety_task(task=task, action="Called.", by=physician, at=NOW)
    client = as_user(nurse)
    assert client.post(f"/safety/{task.pk}/", {"action": "Called too."}).status_code == 422
    assert "Anneke Vantongeren" in text(client.get(f"/safety/{task.pk}/"))


def test_a_task_of_another_site_is_not_found(as_user: Any, nurse: StaffUser, other_site: Site) -> None:
    task = factory.safety_task(site=other_site)
    assert as_user(nurse).get(f"/safety/{task.pk}/").status_code == 404
    assert as_user(nurse).post(f"/safety/{task.pk}/", {"action": "x"}).status_code == 404


def test_a_scheduler_sees_no_answers(as_user: Any, site: Site) -> None:
    task = factory.safety_task(site=site)
    assert as_user(people.staff("scheduler", site=site)).get(f"/safety/{task.pk}/").status_code == 403
