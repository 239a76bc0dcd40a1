"""What was done, told on the next page: kept until then in a cookie that only this clinic can read.

Not in the session: a page that has shown its sentences would write the session as it was before, and with
it undo a lock that came meanwhile.
"""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage

from kitclinic.sealed import seal, unseal

PURPOSE = "messages"


class SealedCookieStorage(CookieStorage):
    """Django's own cookie, encrypted: the sentences name patients (WEB-04)."""

    cookie_name = settings.MESSAGES_COOKIE_NAME

    def _encode_parts(self, messages: list[str], encode_empty: bool = False) -> str | None:
        plain: str | None = super()._encode_parts(messages, encode_empty)  # type: ignore[misc]
        return seal(plain, purpose=PURPOSE) if plain else None

    def _decode(self, data: str | None) -> list[Any] | None:
        plain = unseal(data, purpose=PURPOSE, within_s=settings.SESSION_COOKIE_AGE) if data else None
        return super()._decode(plain) if plain else None  # type: ignore[misc]
