"""Beginning a session for somebody whom a provider of single sign-on named."""

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from kitclinic.models import StaffUser


def let_in_by_provider(
    request: HttpRequest, person: StaffUser, provider: str, *, second_step: bool, to: str
) -> HttpResponse:
    """Go the way of every sign-in from here on: second step, the session's hour, the tablet, the trail.

    second_step: what the provider's token said; without it the clinic asks for its own (SIN-04). to: where they
    wanted to go, "" for their home.
    """
    if request.user.is_authenticated and request.user.pk != person.pk:
        logout(request)  # whoever was here before is out: what follows is noted in a session of its own
    clear_authentication_records(request)  # an earlier second step does not count for this sign-in
    record_authentication(request, person, "socialaccount", provider=provider, second_step=second_step)
    return perform_login(request, Login(user=person, redirect_url=to or None))
