"""Which servers of OpenID Connect staff may sign in with, read from the environment (decision 17).

``KITCLINIC_SSO=azure,okta`` names them; each has ``KITCLINIC_SSO_AZURE_ISSUER``, ``_CLIENT``, ``_SECRET``, and
where the default is not right ``_BUTTON``, ``_USER_CLAIM``, ``_SECOND_STEP`` and ``_SITES``.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from kitclinic.environment import Environment, EnvironmentProblem

VARIABLE = "KITCLINIC_SSO"
KEY = re.compile(r"^[a-z][a-z0-9]{0,19}$")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PARTS = frozenset({"ISSUER", "CLIENT", "SECRET", "BUTTON", "USER_CLAIM", "SECOND_STEP", "SITES"})
NEVER = "never"
# What RFC 8176 calls more than a password; a text message is none (NIST SP 800-63B-4 3.1.3.3).
SECOND_STEPS = ("amr:mfa", "amr:otp", "amr:hwk", "amr:sc")
SAID = re.compile(r"^(amr|acr):\S+$")


@dataclass(frozen=True, slots=True)
class Provider:
    """One server that says who somebody is.

    user_claim: the claim that holds the user name of the invited account ("preferred_username", "email", "upn").
    second_step: what its token says of a sign-in with one, "amr:mfa" or "acr:…"; any of them is enough, none means
    that it never counts. sites: slugs of the clinics it speaks for; none for all of them.
    """

    key: str
    issuer: str
    client: str
    secret: str
    button: str
    user_claim: str
    second_step: frozenset[str]
    sites: frozenset[str]

    def speaks_for(self, slug: str) -> bool:
        return not self.sites or slug in self.sites

    @property
    def levels(self) -> list[str]:
        """The values of ``acr`` that count, to be asked for."""
        return sorted(said.removeprefix("acr:") for said in self.second_step if said.startswith("acr:"))


def providers(env: Environment) -> dict[str, Provider]:
    """The providers by key. Raises EnvironmentProblem for whatever is missing or not understood."""
    keys = env.words(VARIABLE, [])
    known = {f"{VARIABLE}_{key.upper()}_{part}" for key in keys for part in PARTS}
    unknown = sorted(name for name in env.values if name.startswith(f"{VARIABLE}_") and name not in known)
    if unknown:
        raise EnvironmentProblem(f"Unknown setting {', '.join(unknown)}: {VARIABLE} does not name that provider.")
    return {key: _provider(env, key) for key in keys}


def buttons(slug: str = "") -> list[Provider]:
    """The providers that speak for this clinic; for "", where nobody knows which one it will be, all of them."""
    found: list[Provider] = list(settings.SINGLE_SIGN_ON.values())
    return [one for one in found if not slug or one.speaks_for(slug)]


def _provider(env: Environment, key: str) -> Provider:
    if not KEY.match(key):
        raise EnvironmentProblem(f"{VARIABLE} names providers by small letters and digits, not {key!r}.")
    start = f"{VARIABLE}_{key.upper()}_"
    needed = {part: env.text(start + part) for part in ("ISSUER", "CLIENT", "SECRET")}
    if missing := [start + part for part, value in needed.items() if not value]:
        raise EnvironmentProblem(f"{VARIABLE} names {key}: set {', '.join(missing)} too.")
    return Provider(
        key=key,
        issuer=_issuer(needed["ISSUER"], start),
        client=needed["CLIENT"],
        secret=needed["SECRET"],
        button=env.text(start + "BUTTON", f"Sign in with {key.capitalize()}"),
        user_claim=env.text(start + "USER_CLAIM", "preferred_username"),
        second_step=_second_step(env.words(start + "SECOND_STEP", list(SECOND_STEPS)), start),
        sites=frozenset(env.words(start + "SITES", [])),
    )


def _issuer(text: str, start: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise EnvironmentProblem(f"{start}ISSUER must start with https://.")
    if parts.query or parts.fragment or not parts.hostname:
        raise EnvironmentProblem(f"{start}ISSUER is an address without ? and #.")
    return text


def _second_step(words: list[str], start: str) -> frozenset[str]:
    if words == [NEVER]:
        return frozenset()
    if not all(map(SAID.match, words)):
        raise EnvironmentProblem(f"{start}SECOND_STEP is never, or amr:VALUE and acr:VALUE with commas.")
    return frozenset(words)
