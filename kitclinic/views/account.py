"""One's own account: its second steps, open sessions, its password, and showing again who one is."""

from allauth.mfa.base.internal.flows import post_authentication
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.account import open_sessions, steps_of
from kitclinic.actions import Waits, change_password, end_sessions, move_session
from kitclinic.forms_sign_in import ConfirmForm, PasswordForm
from kitclinic.http import add_problems_to_form, say
from kitclinic.passkeys import answered, ask_for_one
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from kitclinic.second_step import PROVEN_AT, before_second_step, must_have, must_set_up, proven
from kitclinic.sign_in import person_of
from kitclinic.sign_in_rules import SHIFT_HOURS


@requires(Permission.SIGNED_IN)
@require_safe
@before_second_step
def account(request: StaffRequest) -> HttpResponse:
    at, person = timezone.now(), request.user
    context = {
        "steps": steps_of(person),
        "must_have": must_have(person),
        "must_set_up": must_set_up(request),
        "sessions": open_sessions(person, key=request.session.session_key or "", at=at),
        "has_password": person.has_usable_password(),
        "hours": SHIFT_HOURS,
    }
    return render(request, "kitclinic/account.html", context)


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
def session_end(request: StaffRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; the one that asks is ended by signing out."""
    at = timezone.now()
    rows = open_sessions(request.user, key=request.session.session_key or "", at=at)
    found = next((row for row in rows if row.pk == pk and not row.here), None)
    if found is None:
        raise Http404
    end_sessions(of=request.user, keys=[found.key], by=request.user, at=at)
    say(request, f"{found.device} is signed out.")
    return redirect("account")


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
def sessions_end(request: StaffRequest) -> HttpResponse:
    """End all of one's own sessions but the one that asks."""
    at = timezone.now()
    rows = open_sessions(request.user, key=request.session.session_key or "", at=at)
    ended = end_sessions(of=request.user, keys=[row.key for row in rows if not row.here], by=request.user, at=at)
    say(request, f"{ended} other device{' is' if ended == 1 else 's are'} signed out.")
    return redirect("account")


@requires(Permission.SIGNED_IN)
@before_second_step
@proven
@sensitive_post_parameters()
def account_password(request: StaffRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, before = timezone.now(), request.session.session_key or ""
        try:
            change_password(person=request.user, at=at, **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            update_session_auth_hash(request, request.user)
            move_session(before=before, after=request.session.session_key or "")
            rows = open_sessions(request.user, key=request.session.session_key or "", at=at)
            end_sessions(of=request.user, keys=[row.key for row in rows if not row.here], by=request.user, at=at)
            say(request, "Your password is changed. Other devices on which you were signed in are signed out.")
            return redirect("account")
    context = {"form": form, "has_password": request.user.has_usable_password()}
    return render(request, "kitclinic/account_password.html", context, status=422 if form.errors else 200)


@requires(Permission.SIGNED_IN)
@before_second_step
@sensitive_post_parameters()
def account_confirm(request: StaffRequest) -> HttpResponse:
    """Show again who one is, by password or passkey, before the ways of signing in are changed (SIN-07)."""
    form, said, status = ConfirmForm(request.POST if "password" in request.POST else None), "", 200
    if request.method == "POST":
        try:
            if _shows(request, form):
                request.session[PROVEN_AT] = int(timezone.now().timestamp())
                return redirect(_next(request) or "account")
            status = 422
            said = "" if "password" in request.POST else "That passkey is not yours. Try again."
        except Waits as waits:
            add_problems_to_form(form, waits.problems)
            status = 429
    context = {
        "form": form,
        "said": said,
        "next": _next(request),
        "passkeys": steps_of(request.user).passkeys,
        "has_password": request.user.has_usable_password(),
    }
    return render(request, "kitclinic/account_confirm.html", context, status=status)


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
def confirm_options(request: StaffRequest) -> JsonResponse:
    return JsonResponse(ask_for_one(request.user))


def _shows(request: StaffRequest, form: ConfirmForm) -> bool:
    if "password" not in request.POST:
        found = answered(request.POST.get("credential", ""), person=request.user)
        if found is not None:
            post_authentication(request, found, reauthenticated=True)
        return found is not None
    if not form.is_valid():
        return False
    name, password = request.user.username, form.cleaned_data["password"]
    found_person = person_of(request, username=name, password=password, at=timezone.now())
    if found_person is None:
        form.add_error("password", "That is not your password. Type it again.")
    return found_person is not None


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next", request.GET.get("next", ""))
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else ""
