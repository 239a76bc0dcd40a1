"""The page of links for whoever runs the clinic: every link opens for the person who sees it."""

from typing import Any

import pytest
from django.urls import resolve, reverse

from kitclinic.clinic_links import GROUPS, LINKS
from kitclinic.models import Site
from kitclinic.roles import Permission, Role
from tests.factories import people


@pytest.mark.parametrize("role", ["administrator", "clinic_lead"])
def test_every_link_on_the_page_opens_for_the_person_who_sees_it(site: Site, role: str, as_user: Any) -> None:
    client = as_user(people.staff(role, site=site))
    page = client.get(reverse("clinic"))
    shown = [link for _, links in page.context["groups"] for link in links]
    assert len(shown) >= 4
    for link in shown:
        assert client.get(link.url).status_code == 200, link.label
        assert f'href="{link.url}"' in page.content.decode()


def test_an_administrator_is_not_shown_the_ledger(site: Site, as_user: Any) -> None:
    page = as_user(people.staff("administrator", site=site)).get(reverse("clinic")).content.decode()
    assert reverse("infusions:ledger") not in page
    assert "Hours and chairs" in page


def test_the_permissions_of_each_link_are_those_of_its_page() -> None:
    for link in LINKS:
        assert set(link.any_of) <= set(resolve(link.url).func.any_of), link.label
        assert link.group in GROUPS


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator", "clinic_lead"}))
def test_nobody_else_opens_it(site: Site, role: str, as_user: Any) -> None:
    user = people.staff(role, site=site)
    assert not user.may(Permission.RUN_CLINIC)
    assert as_user(user).get(reverse("clinic")).status_code == 403
