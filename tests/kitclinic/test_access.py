"""The gate in front of every view: signed in, of a site, with the permission it names."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kitclinic.access import public, requires, sees_clinical
from kitclinic.models import Site, StaffUser
from kitclinic.roles import PRESCRIBERS, ROLES, Permission, Role
from tests.factories import people


@requires(Permission.SIGN_ORDERS)
def signing_desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"of {request.clinic.slug}")  # type: ignore[attr-defined]


@requires(Permission.BOOK, Permission.CHART)
def missed_day(request: HttpRequest) -> HttpResponse:
    return HttpResponse("both desks")


def ask(view: Any, user: Any, path: str = "/somewhere/?page=2") -> HttpResponse:
    request = RequestFactory().get(path)
    request.user = user
    answer: HttpResponse = view(request)
    return answer


def test_somebody_unknown_is_sent_to_sign_in_and_back_again() -> None:
    answer = ask(signing_desk, AnonymousUser())
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=/somewhere/%3Fpage%3D2"


@pytest.mark.parametrize("role", Role.values)
def test_only_the_roles_with_the_permission_come_in(site: Site, role: str) -> None:
    user = people.staff(role, site=site)
    if role == Role.PHYSICIAN:
        assert ask(signing_desk, user).content == b"of juniper"
    else:
        with pytest.raises(PermissionDenied, match="sign, hold and release orders"):
            ask(signing_desk, user)


@pytest.mark.parametrize("role", Role.values)
def test_a_view_with_two_keys_opens_with_either(site: Site, role: str) -> None:
    user = people.staff(role, site=site)
    if role in {Role.SCHEDULER, Role.NURSE}:
        assert ask(missed_day, user).status_code == 200
    else:
        with pytest.raises(PermissionDenied):
            ask(missed_day, user)


def test_a_superuser_passes_no_gate(db: None) -> None:
    root = StaffUser.objects.create_superuser("root", "x" * 12, name="Root")
    with pytest.raises(PermissionDenied):
        ask(signing_desk, root)
    with pytest.raises(PermissionDenied):
        ask(requires(Permission.SIGNED_IN)(signing_desk), root)


def test_somebody_who_has_left_passes_no_gate(physician: StaffUser) -> None:
    physician.is_active = False
    with pytest.raises(PermissionDenied):
        ask(signing_desk, physician)


def test_a_gate_names_its_permissions_for_the_tests_of_the_house() -> None:
    assert signing_desk.required_permission == Permission.SIGN_ORDERS  # type: ignore[attr-defined]
    assert missed_day.any_of == (Permission.BOOK, Permission.CHART)  # type: ignore[attr-defined]
    assert public("the way in")(lambda request: HttpResponse()).public_because == "the way in"  # type: ignore[attr-defined]


def test_in_the_browser_a_wrong_role_is_told_403_and_a_superuser_too(
    site: Site, scheduler: StaffUser, as_user: Any
) -> None:
    assert as_user(scheduler).get(reverse("infusions:board")).status_code == 403
    root = StaffUser.objects.create_superuser("root", "x" * 12, name="Root")
    assert as_user(root).get(reverse("scheduling:patients")).status_code == 403


def test_somebody_who_is_put_out_is_out_at_once_although_signed_in(nurse: StaffUser, as_user: Any) -> None:
    client = as_user(nurse)
    assert client.get(reverse("scheduling:patients")).status_code == 200
    StaffUser.objects.filter(pk=nurse.pk).update(is_active=False)
    answer = client.get(reverse("scheduling:patients"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def test_somebody_who_has_left_cannot_sign_in(nurse: StaffUser) -> None:
    StaffUser.objects.filter(pk=nurse.pk).update(is_active=False)
    client = Client()
    answer = client.post("/sign-in/", {"username": nurse.username, "password": people.PASSWORD})
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session


def _gated() -> list[tuple[str, dict[str, Any], Any]]:
    """URL name, arguments that resolve, and the view, of everything behind the gate."""
    values = {"int": 1, "str": "x", "slug": "x", "uuid": "6d1e6f0c-3b53-4c7a-8d57-1c0f6a7b0001", "path": "x"}

    def walk(patterns: list[Any], prefix: str) -> list[tuple[str, dict[str, Any], Any]]:
        found = []
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                found += walk(pattern.url_patterns, space)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "required_permission"):
                kinds = {
                    name: type(one).__name__.removesuffix("Converter").lower()
                    for name, one in pattern.pattern.converters.items()
                }
                given = {name: values.get(kind, "2026-09-14") for name, kind in kinds.items()}
                found.append((f"{prefix}{pattern.name}", given, pattern.callback))
        return found

    return walk(get_resolver().url_patterns, "")


def _url(name: str, given: dict[str, Any]) -> str:
    return reverse(name, kwargs=given)


def test_every_gated_page_sends_the_unknown_to_sign_in_whatever_it_is_asked(db: None) -> None:
    client, wrong = Client(), []
    for name, given, _ in _gated():
        for ask_for in (client.get, client.post):
            answer = ask_for(_url(name, given))
            if answer.status_code != 302 or not answer.headers["Location"].startswith("/sign-in/"):
                wrong.append((name, ask_for.__name__, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", Role.values)
def test_every_gated_page_refuses_each_role_that_lacks_its_permission(site: Site, role: str, as_user: Any) -> None:
    client, wrong = as_user(people.staff(role, site=site)), []
    for name, given, view in _gated():
        if not ROLES[role] & set(view.any_of):
            for ask_for in (client.get, client.post):
                status = ask_for(_url(name, given)).status_code
                if status != 403:
                    wrong.append((name, ask_for.__name__, status))
    assert wrong == []


def test_only_a_physician_signs() -> None:
    assert {Role.PHYSICIAN} == PRESCRIBERS


def test_who_schedules_and_who_administers_sees_nothing_clinical(site: Site) -> None:
    sees = {role for role in Role.values if sees_clinical(people.staff(role, site=site))}
    assert sees == {Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST, Role.CLINIC_LEAD}


def test_every_role_may_at_least_sign_in_and_every_permission_is_somebodys() -> None:
    assert set(ROLES) == set(Role)
    assert all(Permission.SIGNED_IN in permissions for permissions in ROLES.values())
    assert frozenset().union(*ROLES.values()) == set(Permission)
