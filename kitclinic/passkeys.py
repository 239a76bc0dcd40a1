"""Passkeys: what the browser is asked, and whether its answer is right. A challenge lives in the session."""

import json
import struct
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from kitclinic.models import StaffUser

# What the library raises for an answer that no browser sends.
UNREADABLE = (ValidationError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, struct.error)


def ask_for_one(person: StaffUser | None) -> dict[str, Any]:
    """What navigator.credentials.get is asked. person: None where the passkey itself says who it is."""
    return auth.begin_authentication(person)


def ask_to_make_one(person: StaffUser) -> dict[str, Any]:
    """What navigator.credentials.create is asked: a passkey that checks its owner."""
    return auth.begin_registration(person, passwordless=True)


def answered(text: str, *, person: StaffUser | None) -> Authenticator | None:
    """The passkey that gave this answer, of this person or of whom it says; None for any other answer."""
    try:
        answer = json.loads(text)
        auth.parse_authentication_response(answer)
        of = person or auth.extract_user_from_response(answer)
        found: Authenticator = auth.complete_authentication(of, answer)
    except UNREADABLE:
        return None
    return found if isinstance(found.user, StaffUser) and found.user.is_active else None


def made(text: str) -> dict[str, Any] | None:
    """The new passkey in this answer, checked against the challenge; None for any other answer."""
    try:
        answer = json.loads(text)
        auth.parse_registration_response(answer)
        binding = auth.complete_registration(answer)
        fresh: dict[str, Any] = answer
    except UNREADABLE:
        return None
    return fresh if binding.is_user_verified() else None
