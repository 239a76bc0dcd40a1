"""Signing in and out: user name and password, a second step, or a passkey alone; the demonstration's accounts."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.logout import logout as leave
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, public, requires
from kitclinic.actions import Waits, choose_theme, note_refused
from kitclinic.addresses import client_address
from kitclinic.demo_accounts import PASSWORD
from kitclinic.forms_sign_in import CodeForm, SignInForm
from kitclinic.http import add_problems_to_form
from kitclinic.openid_providers import buttons
from kitclinic.passkeys import answered, ask_for_one
from kitclinic.queries import demo_accounts
from kitclinic.roles import Permission
from kitclinic.second_step import SecondStep, before_second_step
from kitclinic.sign_in import person_of, step_of
from kitclinic.tablets import tablet_of

WRONG = "User name or password is wrong. Type both again."
WRONG_CODE = "That code is wrong, or it was used already. Type the one the app shows now."
WRONG_PASSKEY = "This passkey does not open an account here. Sign in with your password."
TOO_MANY = 429


@public("the way in")
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """On a shared tablet the next person signs in over the one before."""
    if request.user.is_authenticated and tablet_of(request) is None:
        return redirect(_next(request) or "home")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = person_of(request, at=timezone.now(), **form.cleaned_data)
        except Waits as waits:
            return _gate(request, form, waits)
        if person is not None:
            login = Login(user=person, redirect_url=_next(request) or None)
            return perform_password_login(request, {}, login)
        form.add_error(None, WRONG)
    return _gate(request, form)


@public("the second step of the way in")
@sensitive_post_parameters()
def second_step(request: HttpRequest) -> HttpResponse:
    stage = LoginStageController.enter(request, SecondStep.key)
    person = stage.login.user if stage else None
    if stage is None or person is None:
        return redirect("login")
    form = CodeForm(request.POST if "code" in request.POST else None)
    status, at = 200, timezone.now()
    try:
        step = _shown(request, person, form, at) if request.method == "POST" else None
    except Waits as waits:
        add_problems_to_form(form, waits.problems)
        step, status = None, TOO_MANY
    if step is not None:
        post_authentication(request, step)
        return stage.exit()
    if request.method == "POST" and status != TOO_MANY:
        status = 422
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    context = {
        "form": form,
        "person": person,
        "kinds": kinds,
        "said": "" if "code" in request.POST else _said(status),
    }
    return render(request, "kitclinic/second_step.html", context, status=status)


@public("a passkey is asked before anybody is signed in")
@require_POST
def passkey_options(request: HttpRequest) -> JsonResponse:
    """What the browser is asked: of the person at the second step, or of whoever holds a passkey."""
    stage = LoginStageController.enter(request, SecondStep.key) if "second" in request.POST else None
    return JsonResponse(ask_for_one(stage.login.user if stage else None))


@public("a passkey is a way in")
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    found = answered(request.POST.get("credential", ""), person=None)
    if found is None:
        return _gate(request, SignInForm(), said=WRONG_PASSKEY, status=422)
    login = Login(user=found.user, redirect_url=_next(request) or None)
    return perform_passwordless_login(request, found, login)


@public("leaving is always allowed")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    leave(request, show_message=False)
    return redirect(_next(request) or settings.LOGOUT_REDIRECT_URL)


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
def theme(request: StaffRequest) -> HttpResponse:
    choose_theme(user=request.user, theme=request.POST.get("theme", ""))
    return redirect(request.headers.get("referer") or "home")


@requires(Permission.SIGNED_IN)
@require_safe
def signed_in(request: StaffRequest) -> HttpResponse:
    """Where a sign-in in another tab ends: the entry waits in the tab before."""
    return render(request, "registration/signed_in.html")


def _shown(request: HttpRequest, person: Any, form: CodeForm, at: Any) -> Authenticator | None:
    """The second step that was shown, by passkey or by code."""
    if "code" not in request.POST:
        found = answered(request.POST.get("credential", ""), person=person)
        if found is None:
            where = {"name": person.username, "address": client_address(request), "at": at}
            note_refused(event="second step refused", why="passkey", **where)
        return found
    if not form.is_valid():
        return None
    step = step_of(request, person=person, code=form.cleaned_data["code"], at=at)
    if step is None:
        form.add_error("code", WRONG_CODE)
    return step


def _said(status: int) -> str:
    return "That passkey did not open your account. Try again, or type a code." if status == 422 else ""


def _gate(
    request: HttpRequest, form: SignInForm, waits: Waits | None = None, *, said: str = "", status: int = 200
) -> HttpResponse:
    """The sign-in page. waits: the name has to wait; said: a sentence about the passkey."""
    if waits is not None:
        add_problems_to_form(form, waits.problems)
    context: dict[str, Any] = {"form": form, "tablet": tablet_of(request), "next": _next(request), "said": said}
    context["sign_on"] = buttons(context["tablet"].site.slug if context["tablet"] else "")
    if settings.DEMO:
        context |= {"accounts": demo_accounts(), "demo_password": PASSWORD}
    status = TOO_MANY if waits else 422 if form.errors else status
    response = render(request, "registration/login.html", context, status=status)
    if waits is not None:
        response.headers["Retry-After"] = str(waits.seconds)
    return response


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: a page of this clinic, else ""."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else ""
