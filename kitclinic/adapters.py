"""How the sign-in library meets this clinic: no sign-up, encrypted secrets, each sign-in written down."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.encoding import force_bytes

from kitclinic.access import SIGNED_IN_AT
from kitclinic.actions import note_signed_in, note_unlock, record_password
from kitclinic.addresses import client_address
from kitclinic.locking import hold
from kitclinic.models import StaffUser
from kitclinic.places import stand_in_session, standing
from kitclinic.second_step import PROVEN_AT
from kitclinic.tablets import LOCKED_AT, OWN_DEVICE, TOUCHED_AT, tablet_of

LEFT = "This account is closed. Ask the clinic's administrator."
WAYS = {"password": "password", "socialaccount": "provider", "webauthn": "passkey", "totp": "code"}


class StaffAccountAdapter(DefaultAccountAdapter):
    """Signing in by user name; the session's own keys and a shared tablet are set where every way in passes."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_login_stages(self) -> list[str]:
        return ["kitclinic.second_step.SecondStep"]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages speak for themselves."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Staff have no e-mail here; the account page shows what changed, the audit trail who did it."""

    def respond_user_inactive(self, request: HttpRequest, user: StaffUser) -> HttpResponse:
        messages.error(request, LEFT)
        return redirect("login")

    def login(self, request: HttpRequest, user: StaffUser) -> None:
        """Begin the session: under a new key, with its hour, on the tablet where it is one."""
        how = _how(request, user)
        super().login(request, user)
        at, tablet = timezone.now(), tablet_of(request)
        request.session[SIGNED_IN_AT] = request.session[PROVEN_AT] = int(at.timestamp())
        there = standing(user, tablet.site) if tablet is not None else user
        if tablet is not None and there.site_id == tablet.site_id:
            stand_in_session(request, there, tablet.site)
            record_password(tablet=tablet, person=there, at=at)
            hold(request, tablet, password_at=at, at=at)
            note_unlock(tablet=tablet, by=there, at=at, how=how, before=None)
        elif settings.OWN_DEVICES_LOCK and user.site is not None and not user.site.is_demo:
            request.session[OWN_DEVICE], request.session[TOUCHED_AT] = True, int(at.timestamp())
            request.session.pop(LOCKED_AT, None)  # who came back by a provider has opened the lock
        note_signed_in(person=user, how=how, address=client_address(request), at=at)


class StaffMfaAdapter(DefaultMFAAdapter):
    """Names and secrets of second steps."""

    def get_totp_issuer(self) -> str:
        return "kitclinic"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "kitclinic"}

    def get_public_key_credential_user_entity(self, user: StaffUser) -> dict[str, Any]:
        return super().get_public_key_credential_user_entity(user) | {"display_name": user.name}

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _how(request: HttpRequest, user: StaffUser) -> str:
    """ "password", "password and code", "passkey", "provider": what was shown, in order."""
    records = get_authentication_records(request, user)
    ways = [WAYS.get(one.get("type") or one["method"], "recovery code") for one in records]
    return " and ".join(dict.fromkeys(ways)) or "unknown"


def _box() -> MultiFernet:
    """Secrets of second steps rest encrypted under the server's key, and are read under the keys before it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second step " + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
