"""Signing in and out, and the demonstration's list of accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import SIGNED_IN_AT, StaffRequest, public, requires
from kitclinic.actions import choose_theme
from kitclinic.demo_accounts import PASSWORD
from kitclinic.queries import demo_accounts
from kitclinic.roles import Permission


class SignIn(LoginView):
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session[SIGNED_IN_AT] = int(timezone.now().timestamp())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
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
