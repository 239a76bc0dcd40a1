"""Accounts of staff: invited by a link, changed for a reason, closed at once, opened again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from kitclinic.actions.invitations import close_invitations, invite
from kitclinic.actions.sign_in import end_sessions
from kitclinic.actions.staff_changes import note_change
from kitclinic.models import Site, StaffChange, StaffPin, StaffUser
from kitclinic.people import runs_alone
from kitclinic.people_rules import (
    ACC_04,
    ON_THE_FLOOR,
    RUNNERS,
    leaving_problems,
    lost_step_problems,
    reason_problems,
    role_problems,
    username_problems,
)
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.roles import Role


@dataclass(frozen=True, slots=True)
class Account:
    """What stands on an account and may be changed."""

    name: str
    credentials: str
    role: str
    is_ketamine_trained: bool

    @classmethod
    def of(cls, person: StaffUser) -> "Account":
        return cls(person.name, person.credentials, person.role, person.is_ketamine_trained)


@transaction.atomic
def invite_person(
    *,
    site: Site,
    username: str,
    account: Account,
    to: str,
    token: str,
    by: StaffUser | None,
    at: datetime,
    reason: str = "",
) -> StaffUser:
    """Make an account without a password and send its link. by, to: None and "" from the command line.

    token: of ``new_invitation_token``; it leaves in the message only. Raises Refused for a taken user name.
    """
    username = username.strip().lower()
    refuse_if(username_problems(username, taken=StaffUser.objects.filter(username__iexact=username).exists()))
    person = StaffUser(username=username, site=site, role=account.role)
    _put(person, account)
    person.set_unusable_password()
    person.full_clean(exclude=["password"])
    person.save()
    note_change(person, StaffChange.What.INVITED, by=by, at=at, reason=reason, was="")
    invite(person=person, to=to, token=token, by=by, at=at)
    return person


@transaction.atomic
def change_person(*, person: StaffUser, account: Account, reason: str, by: StaffUser, at: datetime) -> StaffUser:
    """Change name, credentials, role or training, for a reason; it counts from the next request (ACC-04).

    Raises Refused without a reason, for one's own role, for the last person who runs the clinic, and where a
    booked visit counts on the nurse's training. Who leaves the floor's roles is called out of days to come.
    """
    _lock_runners(person.site)
    row = StaffUser.objects.select_related("site").get(pk=person.pk, site=person.site)
    trained = account.is_ketamine_trained and account.role == Role.NURSE
    wanted = Account(account.name.strip(), account.credentials.strip(), account.role, trained)
    own = {"is_own": row.pk == by.pk, "is_last_runner": runs_alone(row)}
    refuse_if(
        [*reason_problems(reason), *role_problems(was=row.role, role=wanted.role, **own), *_same(row, wanted)]
    )
    if wanted.role != row.role and row.role in ON_THE_FLOOR:
        _let_go(row, by=by, at=at)
    elif wanted.role == Role.NURSE == row.role and trained != row.is_ketamine_trained:
        import_string(settings.KETAMINE_TRAINING)(nurse=row, trained=trained, by=by, at=at)
    row = _lock(row)
    was = row.role
    _put(row, wanted)
    row.full_clean(exclude=["password"])
    row.save(update_fields=["name", "credentials", "role", "is_ketamine_trained"])
    note_change(row, StaffChange.What.CHANGED, by=by, at=at, reason=reason, was=was)
    return row


def disable_person(*, person: StaffUser, reason: str, by: StaffUser, at: datetime) -> StaffUser:
    """Close an account: nothing of it opens anything from the next request on (ACC-05).

    The account is closed first, in a transaction of its own, so that no question of the roster can keep it open.
    """
    row = _close(person, reason=reason, by=by, at=at)
    with transaction.atomic():
        _let_go(row, by=by, at=at)
    return row


@transaction.atomic
def _close(person: StaffUser, *, reason: str, by: StaffUser, at: datetime) -> StaffUser:
    _lock_runners(person.site)
    row = _lock(person)
    if not row.is_active:
        return row
    problems = leaving_problems(is_own=row.pk == by.pk, is_last_runner=runs_alone(row))
    refuse_if([*reason_problems(reason), *problems])
    row.is_active = False
    row.set_unusable_password()  # every session carries a hash of the password: all of them end
    row.save(update_fields=["is_active", "password"])
    StaffPin.objects.filter(user=row).delete()  # of every place
    SocialAccount.objects.filter(user=row).delete()  # a provider knows nobody here by them any more (ACC-07)
    close_invitations(row, at=at)
    note_change(row, StaffChange.What.DISABLED, by=by, at=at, reason=reason, was=row.role)
    return row


@transaction.atomic
def enable_person(
    *, person: StaffUser, reason: str, to: str, token: str, by: StaffUser, at: datetime
) -> StaffUser:
    """Open a closed account again, with a new link: password and PIN of before do not come back (ACC-05)."""
    refuse_if(reason_problems(reason))
    row = _lock(person)
    if row.is_active:
        return row
    row.is_active = True
    row.save(update_fields=["is_active"])
    note_change(row, StaffChange.What.ENABLED, by=by, at=at, reason=reason, was="")
    invite(person=row, to=to, token=token, by=by, at=at)
    return row


@transaction.atomic
def resend_invitation(*, person: StaffUser, to: str, token: str, by: StaffUser, at: datetime) -> StaffUser:
    """Send a new link; the one before does not open any more. It sets a new password too, for a forgotten one."""
    row = _lock(person)
    if not row.is_active:
        refuse_if([Blocker(ACC_04.id, "This account is closed. Open it again first.")])
    note_change(row, StaffChange.What.INVITED_AGAIN, by=by, at=at, was=row.role)
    invite(person=row, to=to, token=token, by=by, at=at)
    return row


@transaction.atomic
def end_lost_steps(*, person: StaffUser, reason: str, by: StaffUser, at: datetime) -> StaffUser:
    """Take away every second step of somebody who lost it, and end their sessions (ACC-08).

    Raises Refused without a reason, for one's own, and where there is none.
    """
    row = _lock(person)
    steps = Authenticator.objects.select_for_update().filter(user=row)
    refuse_if([*reason_problems(reason), *lost_step_problems(is_own=row.pk == by.pk, has_step=bool(list(steps)))])
    steps.delete()
    keys = list(UserSession.objects.filter(user=row).values_list("session_key", flat=True))
    end_sessions(of=row, keys=keys, by=by, at=at)
    note_change(row, StaffChange.What.STEPS_ENDED, by=by, at=at, reason=reason, was=row.role)
    return row


@transaction.atomic
def withdraw_invitation(*, person: StaffUser, by: StaffUser, at: datetime) -> StaffUser:
    """Close the open link. An account that nobody has come in by yet is closed with it."""
    row = _lock(person)
    if not close_invitations(row, at=at):
        return row
    if not row.has_usable_password() and row.last_login is None and row.pk != by.pk:
        row.is_active = False
        row.save(update_fields=["is_active"])
    note_change(row, StaffChange.What.WITHDRAWN, by=by, at=at, was=row.role)
    return row


def _put(person: StaffUser, account: Account) -> None:
    person.name, person.credentials = account.name.strip(), account.credentials.strip()
    person.role = account.role
    person.is_ketamine_trained = account.is_ketamine_trained and account.role == Role.NURSE


def _same(person: StaffUser, wanted: Account) -> Sequence[Problem]:
    if Account.of(person) != wanted:
        return []
    return [Blocker(ACC_04.id, "Nothing is different from what stands there already.")]


def _lock(person: StaffUser) -> StaffUser:
    rows = StaffUser.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    return rows.get(site=person.site, pk=person.pk)


def _lock_runners(site: Site) -> None:
    """Whoever closes or changes one of those who run the clinic waits for the others who do (ACC-06)."""
    rows = StaffUser.objects.select_for_update(no_key=True, of=("self",))
    list(rows.filter(site=site, is_active=True, role__in=RUNNERS).order_by("pk"))


def _let_go(person: StaffUser, *, by: StaffUser, at: datetime) -> None:
    """Tell the apps that somebody does not do this work any more (``WHEN_STAFF_LEAVE``)."""
    for path in settings.WHEN_STAFF_LEAVE:
        import_string(path)(person=person, by=by, at=at)
