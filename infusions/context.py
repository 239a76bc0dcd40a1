"""What the bar knows of this app: what waits for a signature of the person who looks, and who is to be called."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from infusions.queries.aside import number_open
from infusions.queries.next_day import number_to_call
from infusions.queries.signing import number_to_sign
from kitclinic.models import StaffUser
from kitclinic.roles import Permission


def to_sign(request: HttpRequest) -> dict[str, Any]:
    """to_sign: a number; looked up where a template shows it, and once in a request."""
    if not hasattr(request, "kc_to_sign"):
        request.kc_to_sign = cache(lambda: _number(request))  # type: ignore[attr-defined]
    return {"to_sign": request.kc_to_sign}  # type: ignore[attr-defined]


def _number(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if not isinstance(user, StaffUser) or user.site is None or not user.may(Permission.SIGN_ORDERS):
        return 0
    return number_to_sign(user.site, user)


def to_call(request: HttpRequest) -> dict[str, Any]:
    """to_call: patients to be called today about yesterday's infusion; looked up where a template shows it."""
    return {"to_call": cache(lambda: _calls(request))}


def _calls(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if not isinstance(user, StaffUser) or user.site is None or not user.may(Permission.CHART):
        return 0
    return number_to_call(user.site, at=timezone.now())


def kept_aside(request: HttpRequest) -> dict[str, Any]:
    """kept_aside: open entries this person may answer; looked up once, where a template shows it."""
    if not hasattr(request, "kc_kept_aside"):
        request.kc_kept_aside = cache(lambda: _open(request))  # type: ignore[attr-defined]
    return {"kept_aside": request.kc_kept_aside}  # type: ignore[attr-defined]


def _open(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return number_open(user.site, user) if isinstance(user, StaffUser) and user.site is not None else 0
