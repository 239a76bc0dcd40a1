"""Setting up one's second steps: a codes app, passkeys, recovery codes."""

import re

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.account import steps_of
from kitclinic.actions import (
    add_codes_app,
    add_passkey,
    name_passkey,
    new_recovery_codes,
    remove_step,
)
from kitclinic.forms_sign_in import AppForm
from kitclinic.http import add_problems_to_form, refusal, say
from kitclinic.passkeys import ask_to_make_one, made
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from kitclinic.second_step import before_second_step, must_have, proven

SECRET = "kc_codes_app"  # noqa: S105  (key in the session: the secret that is being set up)
NOT_MADE = "The passkey was not made. Try again, or use a codes app instead."


@requires(Permission.SIGNED_IN)
@before_second_step
@proven
@sensitive_post_parameters()
def codes_app(request: StaffRequest) -> HttpResponse:
    """GET: a new secret to scan or type. POST: the code the app shows."""
    form = AppForm(request.POST or None)
    if request.method == "POST" and SECRET not in request.session:
        return redirect("codes_app")
    if request.method == "POST" and form.is_valid():
        try:
            secret = request.session[SECRET]
            add_codes_app(person=request.user, secret=secret, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            del request.session[SECRET]
            return _set_up(request, "Your codes app is set up.")
    if request.method != "POST":
        request.session[SECRET] = generate_totp_secret()
    secret = request.session[SECRET]
    drawn = _picture(get_adapter().build_totp_url(request.user, secret))
    context = {"form": form, "picture": drawn, "secret": re.sub(r"(.{4})(?!$)", r"\1 ", secret)}
    return render(request, "kitclinic/codes_app.html", context, status=422 if form.errors else 200)


@requires(Permission.SIGNED_IN)
@before_second_step
@proven
def passkey_add(request: StaffRequest) -> HttpResponse:
    said = ""
    if request.method == "POST":
        credential = made(request.POST.get("credential", ""))
        if credential is not None:
            name = request.POST.get("name", "")
            add_passkey(person=request.user, name=name, credential=credential, at=timezone.now())
            return _set_up(request, "Your passkey is added.")
        said = NOT_MADE
    return render(request, "kitclinic/passkey_add.html", {"said": said}, status=422 if said else 200)


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
@proven
def passkey_new_options(request: StaffRequest) -> JsonResponse:
    return JsonResponse(ask_to_make_one(request.user))


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
def passkey_name(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Authenticator, user=request.user, pk=pk, type=Authenticator.Type.WEBAUTHN)
    name_passkey(row=row, name=request.POST.get("name", ""))
    say(request, f"It is called {row.data['name']} now.")
    return redirect("account")


@requires(Permission.SIGNED_IN)
@before_second_step
@require_POST
@proven
def step_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a codes app or a passkey of one's own."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    row = get_object_or_404(rows, user=request.user, pk=pk)
    try:
        remove_step(row=row, last_may_go=not must_have(request.user), by=request.user, at=timezone.now())
    except Refused as refused:
        return refusal(request, refused.problems)
    say(request, "It is removed, and opens your account no more.")
    return redirect("account")


@requires(Permission.SIGNED_IN)
@before_second_step
@proven
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """GET: how many are left. POST: ten new ones, shown this once."""
    steps = steps_of(request.user)
    if not steps.any:
        return redirect("account")
    codes: list[str] = []
    if request.method == "POST":
        codes = [f"{code[:5]} {code[5:]}" for code in new_recovery_codes(person=request.user, at=timezone.now())]
    return render(request, "kitclinic/recovery_codes.html", {"codes": codes, "steps": steps})


def _set_up(request: StaffRequest, sentence: str) -> HttpResponse:
    """After the first second step come the recovery codes; after any other one the account."""
    say(request, sentence)
    return redirect("recovery_codes" if steps_of(request.user).left is None else "account")


def _picture(text: str) -> SafeString:
    """The QR code as SVG inside the page: no address of a picture, no style."""
    drawn = segno.make(text, error="m")
    return mark_safe(drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S308  # nosec
