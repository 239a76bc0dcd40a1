"""The code flow of OpenID Connect, as the one who relies on it: with state, nonce, PKCE and a fresh sign-in.

Every check is made here, by ``read_token``; the library only knows signatures. Nothing is asked inside a
transaction. Sources: OpenID Connect Core 1.0 (3.1), RFC 7636, RFC 9700, OWASP ASVS 5.0.0 10.5 and 6.8.
"""

import base64
import hashlib
import hmac
import json
import math
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from jwt.types import Options

from kitclinic.openid_providers import LOOPBACK, Provider
from kitclinic.outside import NoAnswerError, ask

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
FRESH_S = 60  # since the person showed there who they are, ACC-08
SKEW_S = 30  # between the two clocks
WITHIN_S, MOST = 5.0, 256 * 1024  # of one question
SUBJECT_MOST = 191  # letters of a subject that are kept; the standard allows 255 and nobody uses them
KEPT_S = 600  # what a provider says about itself
# The library would ask a clock of its own for the times: _in_time does.
CHECKED: Options = {
    "require": ["iss", "sub", "aud", "exp", "iat"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
Claims = dict[str, Any]
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


class ProviderError(Exception):
    """The provider's answer is none this clinic takes; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent along and is compared with what comes back. verifier: of PKCE."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Asked":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


def way_to(provider: Provider, asked: Asked, *, back: str) -> str:
    """The address at which the provider asks who it is, anew whoever is signed in there. back: our own address."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    facts = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": back,
        "scope": "openid profile email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": str(FRESH_S),
    }
    if provider.levels:
        facts["acr_values"] = " ".join(provider.levels)
    address = _endpoint(provider, "authorization_endpoint")
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(facts)}"


def redeem(provider: Provider, asked: Asked, code: str, *, back: str, at: datetime) -> Claims:
    """Turn a code into who it is. Raises ProviderError for every answer that is not right in all its parts."""
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": asked.verifier,
    }
    found = _json(_endpoint(provider, "token_endpoint"), body=body, basic=(provider.client, provider.secret))
    token = found.get("id_token")
    if not isinstance(token, str):
        raise ProviderError("no id_token")
    return read_token(provider, token, nonce=asked.nonce, keys=_keys(provider, token), at=at)


def read_token(provider: Provider, token: str, *, nonce: str, keys: Any, at: datetime) -> Claims:
    """The claims of an ID token that was made by this provider, for us, for this question, just now (ACC-08)."""
    try:
        claims: Claims = jwt.decode(
            token,
            key=keys,
            algorithms=list(ALGORITHMS),
            audience=provider.client,
            issuer=provider.issuer,
            options=CHECKED,
        )
    except jwt.PyJWTError as error:
        raise ProviderError(f"{type(error).__name__}: {error}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client:
        raise ProviderError("made for another client")
    if not hmac.compare_digest(ascii(claims.get("nonce")).encode(), ascii(nonce).encode()):
        raise ProviderError("the nonce is another one")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MOST or not subject.isprintable():
        raise ProviderError("names nobody")
    _in_time(claims, at)
    _fresh(claims.get("auth_time"), at)
    return claims


def _in_time(claims: Claims, at: datetime) -> None:
    """The token is made, is not over, and does not begin later."""
    made, ends, begins = (_seconds(claims.get(name)) for name in ("iat", "exp", "nbf"))
    if made is None or ends is None or ("nbf" in claims and begins is None):
        raise ProviderError("does not say when it counts")
    if not max(made, begins or 0) - SKEW_S <= at.timestamp() < ends + SKEW_S:
        raise ProviderError("does not count now")


def _seconds(given: Any) -> float | None:
    """Seconds since 1970; None for what is no time."""
    known = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    return given if known else None


def _fresh(since: Any, at: datetime) -> None:
    then = _seconds(since)
    if then is None:
        raise ProviderError("does not say when the person signed in")
    if not -SKEW_S <= at.timestamp() - then <= FRESH_S + SKEW_S:
        raise ProviderError("the person signed in there too long ago")


def had_second_step(provider: Provider, claims: Claims) -> bool:
    """Whether the token says, in a way that was configured, that there was a second step (SIN-04)."""
    ways = claims.get("amr")
    said = {f"amr:{way}" for way in ways} if isinstance(ways, list) else set()
    if isinstance(claims.get("acr"), str):
        said.add(f"acr:{claims['acr']}")
    return bool(said & provider.second_step)


def _keys(provider: Provider, token: str) -> Any:
    """The provider's key that the token names; asked for once more when it is a new one."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
        for anew in (False, True):
            listed = jwt.PyJWKSet.from_dict(_about(provider, _endpoint(provider, "jwks_uri"), anew=anew)).keys
            for one in listed:
                if one.key_id == name or (name is None and len(listed) == 1):
                    return one
    except jwt.PyJWTError as error:
        raise ProviderError(f"{type(error).__name__}: {error}") from error
    raise ProviderError("signed with an unknown key")


def _endpoint(provider: Provider, name: str) -> str:
    """An address that the provider gives; only over TLS, or on this machine."""
    about = _about(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if about.get("issuer") != provider.issuer:
        raise ProviderError("calls itself by another name")
    address = str(about.get(name, ""))
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ProviderError(f"gives no safe {name}")
    return address


def _about(provider: Provider, address: str, *, anew: bool = False) -> dict[str, Any]:
    """What stands at an address of the provider, kept for some minutes."""
    known = _kept.get(address)
    if known is not None and not anew and time.monotonic() - known[0] < KEPT_S:
        return known[1]
    found = _json(address)
    _kept[address] = (time.monotonic(), found)
    return found


def _json(
    address: str, *, body: dict[str, str] | None = None, basic: tuple[str, str] | None = None
) -> dict[str, Any]:
    try:
        found = json.loads(ask(address, body=body, basic=basic, within_s=WITHIN_S, most=MOST))
    except NoAnswerError as error:
        raise ProviderError(f"no answer: {error}") from error
    except ValueError as error:
        raise ProviderError("the answer is not JSON") from error
    if not isinstance(found, dict):
        raise ProviderError("the answer is not an object")
    return found
