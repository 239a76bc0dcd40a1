"""The list of group visits, and planning one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import GroupVisit
from tests.factories import people
from tests.factories import scheduling as make

URL, NEW = reverse("scheduling:groups"), reverse("scheduling:group_new")
AsUser = Callable[[StaffUser], Client]


@pytest.fixture(autouse=True)
def without_holidays(site: Site) -> None:
    """The day three days from now may be a holiday; that is tested elsewhere."""
    Site.objects.update(holiday_calendar="")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_but_an_analyst_sees_the_groups(site: Site, as_user: AsUser, role: Role) -> None:
    status = 403 if role is Role.ANALYST else 200
    assert as_user(people.staff(role, site=site)).get(URL).status_code == status


def test_the_next_group_stands_first(
    site: Site, other_site: Site, psychologist: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    tomorrow = site.today(now) + timedelta(days=1)
    group = make.group_visit(site=site, day=tomorrow, at=now)
    make.group_visit(site=site, day=tomorrow + timedelta(days=7), at=now, capacity=2)
    elsewhere = make.group_visit(site=other_site, day=tomorrow, at=now)
    page = as_user(psychologist).get(URL).content.decode()
    assert f'class="btn btn--go" href="{reverse("scheduling:group", args=[group.pk])}"' in page
    assert "2 of 2" in page
    assert reverse("scheduling:group", args=[elsewhere.pk]) not in page


def test_a_group_that_nobody_closed_is_marked(site: Site, psychologist: StaffUser, as_user: AsUser) -> None:
    make.group_visit(site=site)  # long before today
    page = as_user(psychologist).get(URL).content.decode()
    assert "Not closed yet" in page
    assert "No group visit is planned" in page


def test_only_who_may_plan_is_offered_it(
    site: Site, scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    assert NEW in as_user(scheduler).get(URL).content.decode()
    assert NEW not in as_user(nurse).get(URL).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_scheduler_lead_and_administrator_plan(site: Site, as_user: AsUser, role: Role) -> None:
    allowed = role in (Role.SCHEDULER, Role.CLINIC_LEAD, Role.ADMINISTRATOR)
    assert as_user(people.staff(role, site=site)).get(NEW).status_code == (200 if allowed else 403)


def plan(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        "date": (site.today(timezone.now()) + timedelta(days=3)).isoformat(),
        "start": "13:30",
        "minutes": "90",
        "capacity": "12",
        "room": "Room 2",
        "language": "English",
        "physician": make.actor("physician", site).pk,
        "psychologist": make.actor("psychologist", site).pk,
    } | changes


def test_a_planned_group_leads_to_its_roster(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(NEW, plan(site))
    group = GroupVisit.objects.get()
    assert answer.headers["Location"] == reverse("scheduling:group", args=[group.pk])
    assert (group.start_minute, group.capacity) == (810, 12)


def test_a_past_day_is_refused_at_its_field(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(NEW, plan(site, date="2020-01-06"))
    assert answer.status_code == 422
    assert "This day is over" in answer.content.decode()


def test_leads_of_another_site_cannot_be_chosen(
    site: Site, other_site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    stranger = people.staff("physician", site=other_site)
    assert as_user(scheduler).post(NEW, plan(site, physician=stranger.pk)).status_code == 422


def test_a_second_group_at_the_same_time_is_a_sentence(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    client = as_user(scheduler)
    client.post(NEW, plan(site))
    answer = client.post(NEW, plan(site))
    assert answer.status_code == 422
    assert "Room 2 holds another group visit from 13:30 to 15:00" in answer.content.decode()
