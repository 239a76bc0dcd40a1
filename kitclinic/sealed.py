"""Text that passes through a browser or an address without being readable there."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str, *, purpose: str) -> str:
    """Return the text encrypted and signed with this clinic's key, as letters fit for an address."""
    return _lock(purpose).encrypt(text.encode("utf-8", "replace")).decode()


def unseal(sealed: str, *, purpose: str, within_s: int) -> str | None:
    """Return the text; None for what was not sealed here, for another purpose, or longer ago than within_s."""
    try:
        return _lock(purpose).decrypt(sealed.encode("utf-8", "replace"), ttl=within_s).decode()
    except InvalidToken:
        return None


def _lock(purpose: str) -> Fernet:
    key = hashlib.sha256(f"kitclinic sealed {purpose}\0{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
