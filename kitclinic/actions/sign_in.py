"""Signing in: tries and their waits, what is written down of it, sessions and their end, passwords."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from kitclinic import audit
from kitclinic.models import SignInTry, StaffUser
from kitclinic.problems import Blocker, Refused
from kitclinic.sign_in_rules import SIN_01, SIN_05
from kitclinic.throttle import KNOWN, digest_of, in_words, wait_until


class Waits(Refused):
    """The name has to wait. until: when it may be tried again."""

    def __init__(self, until: datetime, *, at: datetime) -> None:
        self.until, self.seconds = until, max(1, int((until - at).total_seconds()))
        wait = in_words(until, at=at)
        sentence = f"Too many wrong tries for this name. Wait {wait}, then try again. Nobody else has to wait."
        super().__init__([Blocker(SIN_01.id, sentence)])


@transaction.atomic
def begin_try(*, way: str, name: str, address: str, at: datetime) -> None:
    """Count a try before it is checked: tries at the same moment cannot slip past the limit. Raises Waits.

    way: "password", "code", "provider" or "signature". What has to wait is not counted.
    """
    who = digest_of(way, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign in {who}"])
    until = wait_until(way, who, address, at=at)
    if until is not None:
        raise Waits(until, at=at)
    SignInTry.objects.create(who=who, address=address, right=False, at=at)


@transaction.atomic
def note_right(*, way: str, name: str, address: str, at: datetime) -> None:
    """The try was right: the wrong ones before it, from this address, do not count any more."""
    SignInTry.objects.create(who=digest_of(way, name), address=address, right=True, at=at)


@transaction.atomic
def note_refused(*, name: str, address: str, at: datetime, event: str = "sign-in refused", why: str = "") -> None:
    """Write down a refusal in the trail of the clinic that this name belongs to; of others nothing."""
    person = StaffUser.objects.select_related("site").filter(username=StaffUser.normalize_username(name)).first()
    if person is not None and person.site is not None:
        detail = {"address": address, "why": why or ("left" if not person.is_active else "password")}
        where = {"site": person.site, "subject": person, "detail": detail}
        audit.record(event=event, by=None, actor="not signed in", at=at, **where)


@transaction.atomic
def note_signed_in(*, person: StaffUser, how: str, address: str, at: datetime) -> None:
    """Write down who came in, and by what."""
    _note("signed in", person, at, {"how": how, "address": address})


def note_seen(*, key: str, at: datetime) -> None:
    """A session was used; once a minute is enough."""
    UserSession.objects.filter(session_key=key).update(last_seen_at=at)


def move_session(*, before: str, after: str) -> None:
    """A session has a new key: the list of sessions follows."""
    if before != after:
        UserSession.objects.filter(session_key=before).update(session_key=after)


@transaction.atomic
def end_sessions(*, of: StaffUser, keys: list[str], by: StaffUser, at: datetime) -> int:
    """End these sessions of one person; the next request of each is nobody's. Returns how many there were."""
    rows = UserSession.objects.filter(user=of, session_key__in=keys)
    found = [(row.pk, row.session_key) for row in rows]
    Session.objects.filter(session_key__in=[key for _, key in found]).delete()
    rows.delete()
    if found:
        _note("sessions ended", of, at, {"sessions": [pk for pk, _ in found]}, by=by)
    return len(found)


@transaction.atomic
def forget_old_sign_ins(*, at: datetime) -> int:
    """Take away tries older than 30 days, and sessions that are over. Returns how many tries."""
    gone, _ = SignInTry.objects.filter(at__lt=at - KNOWN).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone


@transaction.atomic
def change_password(*, person: StaffUser, password: str, again: str, at: datetime) -> None:
    """Set one's own password. Raises Refused for two that differ, and for one that is weak or known (SIN-05)."""
    if password != again:
        raise Refused([Blocker(SIN_05.id, "The two passwords differ. Type the same one twice.", "again")])
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused([Blocker(SIN_05.id, sentence, "password") for sentence in error.messages]) from error
    person.set_password(password)
    person.save(update_fields=["password"])
    _note("password changed", person, at, {})


def _note(
    event: str, person: StaffUser, at: datetime, detail: dict[str, object], *, by: StaffUser | None = None
) -> None:
    """One row in the trail of the person's clinic; a superuser belongs to none."""
    if person.site is not None:
        audit.record(event=event, by=by or person, at=at, site=person.site, subject=person, detail=detail)


@transaction.atomic
def note_step(*, event: str, person: StaffUser, step: Authenticator | None, at: datetime) -> None:
    """Write down what happened to a second step: its kind and number, never its secret."""
    detail: dict[str, object] = {"kind": step.type, "step": step.pk} if step is not None else {}
    _note(event, person, at, detail)
