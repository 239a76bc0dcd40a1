"""What tests of signing in share: a codes app that shows codes, and the sign-in page filled in."""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.actions import add_codes_app
from kitclinic.models import AuditEvent, StaffUser
from tests.factories import people

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(at: datetime, secret: str = SECRET) -> str:
    """What the app shows at this moment."""
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30)))


def with_app(person: StaffUser) -> StaffUser:
    """Somebody with a codes app, set up an hour ago."""
    before = timezone.now() - timedelta(hours=1)
    add_codes_app(person=person, secret=SECRET, code=code_at(before), at=before)
    return person


def sign_in(client: Client, person: StaffUser, *, password: str = people.PASSWORD, **more: str) -> Any:
    return client.post(reverse("login"), {"username": person.username, "password": password, **more})


def signed_in(person: StaffUser) -> Client:
    client = Client()
    assert sign_in(client, person).status_code == 302
    return client


def events(event: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(event=event).order_by("pk"))
