"""The second step of signing in: who has one, who must, when it is asked; and who has just shown who they are."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from kitclinic.access import StaffRequest, View
from kitclinic.http import SAFE_METHODS
from kitclinic.models import StaffUser
from kitclinic.places import standing
from kitclinic.sign_in_rules import PROVEN_MIN
from kitclinic.tablets import tablet_of

PROVEN_AT = "kc_proven_at"  # key in the session: seconds since 1970
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondStep(AuthenticateStage):
    """Asked of everybody who has one, but not on an enrolled tablet and not when the provider asked (SIN-04)."""

    def _should_handle(self, request: HttpRequest) -> bool:
        person = self.login.user
        return super()._should_handle(request) and not stands_in(request, person)


def stands_in(request: HttpRequest, person: StaffUser) -> bool:
    """Whether something else is the second step: the provider's, by its token, or the clinic's own tablet."""
    tablet = tablet_of(request)
    if tablet is not None and tablet.site_id == standing(person, tablet.site).site_id:
        return True
    records = get_authentication_records(request, person)
    return any(one.get("method") == "socialaccount" and one.get("second_step") is True for one in records)


def has_second_step(person: StaffUser) -> bool:
    return Authenticator.objects.filter(user=person, type__in=STEPS).exists()


def must_have(person: StaffUser) -> bool:
    """Whether this person's role needs a second step here; a demonstration clinic asks nobody."""
    return person.site is not None and not person.site.is_demo and person.role in settings.SECOND_STEP_ROLES


def must_set_up(request: HttpRequest) -> bool:
    """Whether nothing opens to this person before a second step is set up (SIN-04)."""
    user = request.user
    if not isinstance(user, StaffUser) or not must_have(user):
        return False
    return not has_second_step(user) and not stands_in(request, user)


def before_second_step(view: View) -> View:
    """Declare that a view opens to who has yet to set up a second step."""
    view.before_second_step = True  # type: ignore[attr-defined]
    return view


def is_proven(request: StaffRequest) -> bool:
    """Whether this person showed who they are in the last ten minutes (SIN-07)."""
    seconds = request.session.get(PROVEN_AT)
    return isinstance(seconds, int) and 0 <= timezone.now().timestamp() - seconds <= PROVEN_MIN * 60


def proven(view: Callable[..., HttpResponseBase]) -> View:
    """Let only who has just shown who they are reach the view; others do it now, and come back."""

    @wraps(view)
    def asking(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_proven(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method in SAFE_METHODS else reverse("account")
        return redirect(f"{reverse('account_confirm')}?{urlencode({'next': back})}")

    return asking
