"""Each role has a home it may enter and a bar of places it may go."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse

from kitclinic.actions import begin_long_task, finish_long_task
from kitclinic.models import Site
from kitclinic.navigation import ALSO, FITS, HOMES, PLACES, home_of, places
from kitclinic.roles import ROLES, Permission, Role
from tests.factories import people
from tests.factories.scheduling import NOW


@pytest.mark.parametrize("role", Role.values)
def test_each_role_starts_the_day_on_a_page_it_may_see(site: Site, role: str, as_user: Any) -> None:
    user = people.staff(role, site=site)
    client = as_user(user)
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse(home_of(user))
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("role", Role.values)
def test_every_place_of_the_bar_opens_and_marks_itself(site: Site, role: str, as_user: Any) -> None:
    client = as_user(people.staff(role, site=site))
    shown = client.get(reverse(HOMES[Role(role)])).context["nav"]
    assert [place.label for place in shown] == [
        label for label, name, permission in PLACES if {permission, ALSO.get(name)} & ROLES[role]
    ]
    for place in shown:
        answer = client.get(place.url)
        assert answer.status_code == 200, place
        assert [one.url for one in answer.context["nav"] if one.current] == [place.url]


def test_the_gate_of_each_place_is_the_permission_the_bar_asks_for() -> None:
    for label, name, permission in PLACES:
        asked = {permission, ALSO.get(name, permission)}
        assert asked <= set(resolve(reverse(name)).func.any_of), label


def test_every_role_has_a_home_among_its_places() -> None:
    allowed = {name: permission for _, name, permission in PLACES}
    assert set(HOMES) == set(Role)
    assert all(allowed[name] in ROLES[role] for role, name in HOMES.items())


def test_a_page_below_a_place_marks_that_place(site: Site) -> None:
    user = people.staff("nurse", site=site)
    request = RequestFactory().get(reverse("scheduling:patient", args=[7]))
    request.resolver_match = resolve(request.path)
    assert [place.label for place in places(request, user) if place.current] == ["Patients"]


@pytest.mark.parametrize("role", Role.values)
def test_the_bar_holds_seven_places_at_most_and_the_home_is_never_folded(
    site: Site, role: str, as_user: Any
) -> None:
    context = as_user(people.staff(role, site=site)).get(reverse(HOMES[Role(role)])).context
    shown = [place for place in context["nav"] if not place.folded]
    more = context["nav_more"]
    assert len(shown) + bool(more) <= FITS
    assert [place.current for place in shown].count(True) == 1
    assert len(more) != 1  # a menu of one hides what it could show


@pytest.mark.parametrize(
    ("role", "folded"),
    [
        (
            Role.CLINIC_LEAD,
            ["Events", "Ledger", "Roster", "Funnel", "Completion", "Questions", "Clinic", "Settings"],
        ),
        (Role.PHYSICIAN, ["Events", "Ledger", "Roster", "Referrals", "Calls", "Outcomes", "Questions"]),
        (Role.SCHEDULER, []),
        (Role.NURSE, ["Events", "Readings", "Ledger", "Roster", "Calls"]),
    ],
)
def test_the_rarer_places_stand_under_more_where_a_role_has_too_many(
    site: Site, role: str, folded: list[str]
) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = None
    assert [place.label for place in places(request, people.staff(role, site=site)) if place.folded] == folded


def test_a_page_below_two_places_marks_the_nearer_one(site: Site, as_user: Any) -> None:
    shown = as_user(people.staff("physician", site=site)).get(reverse("outcomes:calls")).context["nav"]
    assert [place.label for place in shown if place.current] == ["Calls"]


@pytest.mark.parametrize("role", [Role.CLINIC_LEAD, Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST])
def test_safety_is_one_press_away_for_everybody_who_reads_it(site: Site, role: str, as_user: Any) -> None:
    client = as_user(people.staff(role, site=site))
    shown = client.get(reverse(HOMES[Role(role)])).context["nav"]
    assert [place.folded for place in shown if place.label == "Safety"] == [False]
    assert client.get("/safety/").status_code == 200


def test_more_says_that_the_page_is_one_of_its_places(site: Site, as_user: Any) -> None:
    lead = as_user(people.staff(Role.CLINIC_LEAD, site=site))
    assert (
        '>More<span class="vh">, you are at Settings</span></summary>' in lead.get("/settings/").content.decode()
    )
    assert ">More</summary>" in lead.get("/groups/").content.decode()


def test_an_address_that_resolves_to_nothing_marks_nothing(site: Site) -> None:
    request = RequestFactory().get("/nowhere/")
    request.resolver_match = None
    assert not any(place.current for place in places(request, people.staff("nurse", site=site)))


def test_somebody_without_charts_is_not_shown_the_way_to_them(site: Site) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = None
    scheduler = people.staff("scheduler", site=site)
    assert not scheduler.may(Permission.SEE_CHARTS)
    assert "Suite board" not in [place.label for place in places(request, scheduler)]


def test_work_in_the_background_is_on_every_page_of_its_site_until_it_is_done(
    site: Site, other_site: Site, as_user: Any
) -> None:
    here, there = as_user(people.staff("nurse", site=site)), as_user(people.staff("nurse", site=other_site))
    url = reverse("scheduling:patients")
    task = begin_long_task(site=site, key="history", title="Filling in older weeks", total=52, at=NOW)
    assert "Filling in older weeks" in here.get(url).content.decode()
    assert "Filling in older weeks" not in there.get(url).content.decode()
    finish_long_task(task=task, at=NOW)
    assert "Filling in older weeks" not in here.get(url).content.decode()


def test_the_sign_in_page_shows_no_bar_and_no_work_of_any_site(client: Any, site: Site) -> None:
    begin_long_task(site=site, key="history", title="Filling in older weeks", total=52, at=NOW)
    answer = client.get("/sign-in/")
    assert "nav" not in answer.context
    assert "Filling in older weeks" not in answer.content.decode()
