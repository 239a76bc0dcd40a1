"""Who may ask our engine, and which other engine a clinic may ask."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.structure import Definition

CREDENTIAL = re.compile(r"ENGINE_TOKEN_[A-Z0-9_]{1,40}")
LOCAL = ("localhost", "127.0.0.1", "::1")
NAME_MOST = 80

TOKEN = Rule(
    "PRO-154",
    "Another system that asks our engine has a token of its own; it is shown once, only its digest is kept, and "
    "it can be ended.",
    source="clinic default",
)
REMOTE = Rule(
    "PRO-155",
    "A clinic licensed to use another engine may have it ask one adaptive test: over https, under a licence that "
    "holds, with a token that stands in the environment and nowhere else.",
    source="outcomes reference, section 3",
)


def client_problems(name: str, *, in_use: Collection[str]) -> list[Problem]:
    """Return what stands in the way of letting a system of this name in."""
    if not 1 <= len(name.strip()) <= NAME_MOST:
        return [Blocker(TOKEN.id, "Say which system it is, in at most 80 characters.", "name")]
    if name.strip().casefold() in {known.casefold() for known in in_use}:
        return [
            Blocker(TOKEN.id, "A system of this name has a token. Give it another name, or end that one.", "name")
        ]
    return []


def remote_problems(
    definition: Definition | None,
    *,
    address: str,
    questionnaire: str,
    credential: str,
    licence_holds: bool,
    taken: bool,
    demo_site: bool,
) -> list[Problem]:
    """Return what stands in the way of having another engine ask a test. taken: it has a remote engine already."""
    problems: list[Problem] = []

    def refuse(field: str, sentence: str) -> None:
        problems.append(Blocker(REMOTE.id, sentence, field))

    if definition is None or definition.method != "adaptive" or (definition.is_demo and not demo_site):
        refuse("instrument", "Choose one of the adaptive tests.")
    elif taken:
        refuse("instrument", f"Another engine asks {definition.name} already. End that one first.")
    if not is_safe(address):
        refuse("address", "Write the address of the FHIR service, beginning with https://.")
    if urlsplit(questionnaire).scheme not in {"https", "http", "urn"}:
        refuse("questionnaire", "Write the address that names the questionnaire, as the other engine gives it.")
    if credential and not CREDENTIAL.fullmatch(credential):
        refuse("credential", "Write the name of the variable, such as ENGINE_TOKEN_PHO, never the token itself.")
    if not licence_holds:
        refuse("licence", "This licence does not hold today. Record its renewal first.")
    return problems


def is_safe(address: str) -> bool:
    """Return whether answers may be sent there: over https, or without it to this machine itself."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or parts.query or parts.fragment or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL)
