"""The gate in front of every view: it names the permission it needs, or why it needs none."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission


class StaffRequest(HttpRequest):
    """A request behind ``@requires``: somebody of a site is signed in."""

    user: StaffUser
    clinic: Site
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def requires(permission: Permission, *or_else: Permission) -> Callable[[View], View]:
    """Let only signed-in staff of a site with this permission reach the view; declare it for the tests.

    or_else: permissions that open the view as well.
    """
    any_of = (permission, *or_else)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if user.site_id is None or not any(map(user.may, any_of)):
                raise PermissionDenied(f"Your role does not allow you to {permission.value}.")
            request.clinic = user.site  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        guarded.any_of = any_of  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Declare that a view needs no sign-in, and why."""

    def decorate(view: View) -> View:
        view.public_because = reason  # type: ignore[attr-defined]
        return view

    return decorate


def sees_clinical(user: StaffUser) -> bool:
    """Whether this person may see more of a patient than name, contact and readiness (minimum necessary)."""
    return any(map(user.may, (Permission.SEE_CHARTS, Permission.SEE_SCORES)))
