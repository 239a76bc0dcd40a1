"""What the bar knows of this app: how much waits for a signature of the person who looks."""

from functools import cache
from typing import Any

from django.http import HttpRequest

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
