"""Signing in and out, and the demonstration's list of accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import SIGNED_IN_AT, StaffRequest, public, requires
from kitclinic.actions import choose_theme, note_unlock, record_password
from kitclinic.demo_accounts import PASSWORD
from kitclinic.locking import hold
from kitclinic.models import StaffUser
from kitclinic.queries import demo_accounts
from kitclinic.roles import Permission
from kitclinic.tablets import tablet_of


class SignIn(LoginView):
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """On a shared tablet the next person signs in over the one before."""
        self.redirect_authenticated_user = tablet_of(request) is None
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        at, person, tablet = timezone.now(), form.get_user(), tablet_of(self.request)
        self.request.session[SIGNED_IN_AT] = int(at.timestamp())
        if tablet is not None and isinstance(person, StaffUser) and person.site_id == tablet.site_id:
            record_password(tablet=tablet, person=person, at=at)
            hold(self.request, tablet, password_at=at, at=at)
            note_unlock(tablet=tablet, by=person, at=at, how="password", before=None)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {"tablet": tablet_of(self.request)}
        if settings.DEMO:
            context |= {"accounts": demo_accounts(), "demo_password": PASSWORD}
        return context


sign_in = public("the way in")(SignIn.as_view())
sign_out = public("leaving is always allowed")(LogoutView.as_view())


@requires(Permission.SIGNED_IN)
@require_POST
def theme(request: StaffRequest) -> HttpResponse:
    choose_theme(user=request.user, theme=request.POST.get("theme", ""))
    return redirect(request.headers.get("referer") or "home")


@requires(Permission.SIGNED_IN)
def signed_in(request: StaffRequest) -> HttpResponse:
    """Where a sign-in in another tab ends: the entry waits in the tab before."""
    return render(request, "registration/signed_in.html")
