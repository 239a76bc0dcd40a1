"""The gate in front of every view: it names the permission it needs, or why it needs none."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from kitclinic import audit
from kitclinic.glass import look_through_glass
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission


class StaffRequest(HttpRequest):
    """A request behind ``@requires``: somebody of a site is signed in."""

    user: StaffUser
    clinic: Site
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]
SIGNED_IN_AT = "kc_signed_in_at"  # key in the session: seconds since 1970
AUDITED = frozenset({Permission.SIGN_ORDERS})  # whoever posts without it is written down


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
            if user.site_id is not None:
                look_through_glass(request, user, at=timezone.now())
            if user.site_id is None or not any(map(user.may, any_of)):
                _note_refusal(request, user, permission)
                raise PermissionDenied(f"Your role does not allow you to {permission.value}.")
            request.clinic = user.site  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        guarded.any_of = any_of  # type: ignore[attr-defined]
        return guarded

    return decorate


def _note_refusal(request: HttpRequest, user: StaffUser, permission: Permission) -> None:
    """Write down that somebody tried to sign, or to decide like a prescriber, without being one."""
    if request.method != "POST" or permission not in AUDITED or user.site is None:
        return
    match = request.resolver_match
    detail = {"permission": permission.name, "view": match.view_name if match else "", "role": user.role}
    at = timezone.now()
    audit.record(event="refused: not a prescriber", by=user, at=at, site=user.site, subject=user, detail=detail)


def signed_in_at(request: StaffRequest) -> datetime | None:
    """When this session began; for one that does not say, when the person last signed in anywhere."""
    seconds = request.session.get(SIGNED_IN_AT)
    return datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int) else request.user.last_login


def public(reason: str) -> Callable[[View], View]:
    """Declare that a view needs no sign-in, and why."""

    def decorate(view: View) -> View:
        view.public_because = reason  # type: ignore[attr-defined]
        return view

    return decorate


def sees_clinical(user: StaffUser) -> bool:
    """Whether this person may see more of a patient than name, contact and readiness (minimum necessary)."""
    return any(map(user.may, (Permission.SEE_CHARTS, Permission.SEE_SCORES)))
