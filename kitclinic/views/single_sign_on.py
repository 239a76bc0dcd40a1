"""Signing in with another organisation's account: the way there, and the way back.

Both pages are shells that go on by themselves. The one on the way out keeps the form's policy (only our own
address) as it is; the one on the way back is a GET from elsewhere, which may write nothing: its form is ours.
"""

import hmac
import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kitclinic.access import public
from kitclinic.actions import Waits, begin_try, note_right, recognise
from kitclinic.addresses import client_address
from kitclinic.openid import Asked, ProviderError, had_second_step, redeem, way_to
from kitclinic.openid_providers import Provider
from kitclinic.people_rules import SIGN_IN_MIN, no_way_back, not_taken
from kitclinic.problems import Problem
from kitclinic.signing_in import let_in_by_provider

IN_SESSION = "kc_single_sign_on"
REFUSED, TOO_MANY = 403, 429
logger = logging.getLogger("kitclinic.single_sign_on")


@public("a way in")
@require_POST
def single_sign_on(request: HttpRequest, key: str) -> HttpResponse:
    """The button: remember what is asked, and go to the provider."""
    provider, asked = _provider(key), Asked.new()
    try:
        address = way_to(provider, asked, back=_back(provider))
    except ProviderError as error:
        logger.warning("%s: %s", key, error)
        return _refused(request, not_taken(provider.button), status=503)
    request.session[IN_SESSION] = {
        "key": key,
        "state": asked.state,
        "nonce": asked.nonce,
        "verifier": asked.verifier,
        "next": _next(request),
        "at": int(timezone.now().timestamp()),
    }
    return render(request, "kitclinic/single_sign_on.html", {"provider": provider, "address": address})


@public("a way in: what the provider sends back is checked before anybody is let in")
@sensitive_post_parameters()
def single_sign_on_back(request: HttpRequest, key: str) -> HttpResponse:
    """GET: a shell that sends on what the provider gave. POST: who it is, and in."""
    provider = _provider(key)
    if request.method != "POST":
        given = {name: request.GET.get(name, "")[:4000] for name in ("code", "state", "iss")}
        return render(request, "kitclinic/single_sign_on.html", {"provider": provider, "given": given})
    kept, at = request.session.pop(IN_SESSION, None), timezone.now()
    if not _begun_here(kept, key, request.POST.get("state", "")):
        return _refused(request, no_way_back())
    asked = Asked(kept["state"], kept["nonce"], kept["verifier"])
    code = request.POST.get("code", "")
    try:
        if not code:
            raise ProviderError("no code: given up there")
        if request.POST.get("iss", "") not in {"", provider.issuer}:  # RFC 9207
            raise ProviderError("the answer is another provider's")
        claims = redeem(provider, asked, code, back=_back(provider), at=at)
    except ProviderError as error:
        logger.warning("%s: %s", key, error)
        return _refused(request, not_taken(provider.button))
    tried = {"way": "provider", "name": f"{key} {claims['sub']}", "address": client_address(request)}
    try:
        begin_try(**tried, at=at)
    except Waits as waits:
        return _refused(request, waits.problems[0], status=TOO_MANY, after=waits.seconds)
    known = recognise(provider=provider, claims=claims, at=at)
    if known.person is None:
        assert known.problem is not None
        return _refused(request, known.problem)
    note_right(**tried, at=at)
    second = had_second_step(provider, claims)
    return let_in_by_provider(request, known.person, provider.key, second_step=second, to=kept["next"])


def _provider(key: str) -> Provider:
    found: Provider | None = settings.SINGLE_SIGN_ON.get(key)
    if found is None:
        raise Http404
    return found


def _back(provider: Provider) -> str:
    return f"{settings.BASE_URL}{reverse('single_sign_on_back', args=[provider.key])}"


def _begun_here(kept: object, key: str, state: str) -> bool:
    if not isinstance(kept, dict) or kept.get("key") != key:
        return False
    if timezone.now().timestamp() - kept["at"] > SIGN_IN_MIN * 60:
        return False
    return hmac.compare_digest(state.encode("utf-8", "surrogatepass"), kept["state"].encode())


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else ""


def _refused(request: HttpRequest, problem: Problem, *, status: int = REFUSED, after: int = 0) -> HttpResponse:
    """One sentence, and the way back. after: seconds to wait, 0 for none."""
    response = render(request, "kitclinic/single_sign_on_refused.html", {"problem": problem}, status=status)
    if after:
        response.headers["Retry-After"] = str(after)
    return response
