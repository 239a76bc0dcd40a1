"""Staff record that the driver comes; the week shows at the deadline whom to call."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from scheduling.actions import name_driver
from scheduling.models import Sequence
from tests.factories import people
from tests.factories.driver_links import DRIVER
from tests.factories.suite import MONDAY, before, booked_sequence, visits_of

AsUser = Callable[[StaffUser], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def course(site: Site, scheduler: StaffUser) -> Sequence:
    made = booked_sequence(site)
    name_driver(visits=visits_of(made)[:3], by=scheduler, at=before(site, MONDAY), **DRIVER)
    return made


def confirm(client: Client, course: Sequence, days: str) -> Any:
    return client.post(reverse("scheduling:drivers_confirm", args=[course.pk]), {"days": days})


def confirmed(course: Sequence) -> list[bool]:
    return [visit.driver_confirmed for visit in visits_of(course)]


def test_drv_04_one_day_or_all_named_days_are_confirmed(
    course: Sequence, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    assert confirm(client, course, str(visits_of(course)[1].pk)).status_code == 302
    assert confirmed(course) == [False, True, False, False, False]
    confirm(client, course, "all")
    assert confirmed(course) == [True, True, True, False, False]
    page = client.get(reverse("scheduling:drivers", args=[course.pk])).content.decode()
    assert page.count("confirmed") >= 3
    assert scheduler.name in page


def test_confirming_nothing_is_refused_in_words(course: Sequence, scheduler: StaffUser, as_user: AsUser) -> None:
    response = confirm(as_user(scheduler), course, "")
    assert response.status_code == 422
    assert "Choose at least one day" in response.content.decode()


def test_who_neither_books_nor_charts_and_another_clinic_confirm_nothing(
    course: Sequence, psychologist: StaffUser, other_site: Site, as_user: AsUser
) -> None:
    assert confirm(as_user(psychologist), course, "all").status_code == 403
    assert confirm(as_user(people.staff("scheduler", site=other_site)), course, "all").status_code == 404
    assert not any(confirmed(course))


def week(client: Client, site: Site, minute: int) -> str:
    """The scheduler's week on the Friday before, the clinic day before MONDAY."""
    with time_machine.travel(before(site, MONDAY, days=3, minute=minute), tick=False):
        return " ".join(client.get(reverse("scheduling:week")).content.decode().split())


def test_rem_02_from_the_deadline_on_the_week_shows_whose_driver_is_not_confirmed(
    site: Site, course: Sequence, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    called = f'Call<span class="vh"> {course.patient.board_name}'
    assert called not in week(client, site, 959)
    late = week(client, site, 960)
    assert "Driver missing or not confirmed <b>1</b>" in late
    assert called in late
    confirm(client, course, "all")
    assert called not in week(client, site, 960)
