"""The safety page: who waits, oldest first."""

import re
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
    with time_machine.travel(NOW + timedelta(minutes=90), tick=False):
        yield


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def text(response: Any) -> str:
    return TOKEN.sub("", " ".join(response.content.decode().split()))


def test_tasks_wait_oldest_first_with_the_time_they_are_due(as_user: Any, nurse: StaffUser, site: Site) -> None:
    younger = factory.safety_task(site=site, at=NOW + timedelta(minutes=60))
    older = factory.safety_task(site=site, value=3)
    page = text(as_user(nurse).get("/safety/"))
    assert page.index(older.patient.list_name) < page.index(younger.patient.list_name)
    assert "60 min late" in page
    assert "in 30 min" in page
    assert page.index(">High") < page.index(">Raised")


def test_an_escalated_task_says_so(as_user: Any, physician: StaffUser, site: Site) -> None:
    task = factory.safety_task(site=site)
    actions.escalate_overdue_safety_tasks(at=task.due_at + timedelta(minutes=1))
    assert "Escalated" in text(as_user(physician).get("/safety/"))


def test_an_acknowledged_task_moves_to_the_recent_ones(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task = factory.safety_task(site=site)
    actions.acknowledge_safety_task(task=task, action="Called at home.", by=nurse, at=NOW)
    page = text(as_user(nurse).get("/safety/"))
    assert "Nobody waits" in page
    assert "Called at home." in page


def test_htmx_gets_the_same_list_as_the_page(as_user: Any, nurse: StaffUser, site: Site) -> None:
    factory.safety_task(site=site)
    client = as_user(nurse)
    part = text(client.get("/safety/", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert part in text(client.get("/safety/"))


def test_the_list_needs_as_many_queries_for_one_task_as_for_five(
    as_user: Any, nurse: StaffUser, site: Site, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        factory.safety_task(site=site)
    client = as_user(nurse)
    with django_assert_max_num_queries(12):  # what is kept aside among them
        client.get("/safety/")


def test_tasks_of_another_site_are_not_listed(as_user: Any, nurse: StaffUser, other_site: Site) -> None:
    task = factory.safety_task(site=other_site)
    assert task.patient.list_name not in text(as_user(nurse).get("/safety/"))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("nurse", 200),
        ("physician", 200),
        ("psychologist", 200),
        ("scheduler", 403),
        ("clinic_lead", 200),
        ("administrator", 403),
    ],
)
def test_who_may_read_the_list(as_user: Any, site: Site, role: str, status: int) -> None:
    assert as_user(people.staff(role, site=site)).get("/safety/").status_code == status
