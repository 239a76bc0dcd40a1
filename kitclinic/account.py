"""Reads for one's own account: sessions with the words of their devices, second steps."""

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from kitclinic.models import StaffUser

SYSTEMS = (
    (r"iPad", "iPad"),
    (r"iPhone", "iPhone"),
    (r"Android", "Android"),
    (r"CrOS", "Chromebook"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "Mac"),
    (r"Linux", "Linux"),
)
BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)


@dataclass(frozen=True, slots=True)
class Open:
    """One session that is open. here: the one that asks."""

    pk: int
    device: str
    address: str
    begun_at: datetime
    seen_at: datetime
    here: bool
    key: str


@dataclass(frozen=True, slots=True)
class Steps:
    """A person's second steps. left: recovery codes not used; None where there are none."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    left: int | None

    @property
    def any(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def device_in_words(user_agent: str) -> str:
    """What a person calls the device: "Chrome on Windows"; a browser can say what it likes."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, user_agent)), "A browser")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, user_agent)), "")
    return f"{browser} on {system}" if system else browser


def open_sessions(person: StaffUser, *, key: str, at: datetime) -> list[Open]:
    """This person's open sessions, the asking one first, then by when they were last used."""
    rows = UserSession.objects.filter(user=person).order_by("-last_seen_at")
    alive = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=at)
    keys = set(alive.values_list("session_key", flat=True))
    found = [
        Open(
            row.pk,
            device_in_words(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == key,
            row.session_key,
        )
        for row in rows
        if row.session_key in keys
    ]
    return sorted(found, key=lambda one: not one.here)


def steps_of(person: StaffUser) -> Steps:
    rows = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return Steps(
        app=next((row for row in rows if row.type == Authenticator.Type.TOTP), None),
        passkeys=[row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        left=len(codes.wrap().get_unused_codes()) if codes else None,
    )
