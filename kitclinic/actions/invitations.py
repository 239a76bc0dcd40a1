"""Links with which staff set their own password: sent through the outbox, used once."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from kitclinic.actions.general import queue_message
from kitclinic.actions.staff_changes import note_change
from kitclinic.models import OutboxMessage, StaffChange, StaffInvitation, StaffUser
from kitclinic.people import MESSAGE, invitation_by, problems_of
from kitclinic.people_rules import INVITATION_BYTES, INVITATION_DAYS, password_problems
from kitclinic.problems import refuse_if
from kitclinic.tokens import token_digest


def new_invitation_token() -> str:
    """Return a new code; only its SHA-256 is ever stored."""
    return secrets.token_urlsafe(INVITATION_BYTES)


def invitation_address(token: str) -> str:
    """Return the address behind a code, which stands in the fragment, where no server and no log sees it."""
    return f"{settings.BASE_URL}{reverse('welcome')}#{token}"


def close_invitations(person: StaffUser, *, at: datetime) -> int:
    """Close every open link of a person; return how many there were."""
    rows = StaffInvitation.objects.filter(site=person.site, user=person, used_at=None, ended_at=None)
    return rows.update(ended_at=at)


def invite(*, person: StaffUser, to: str, token: str, by: StaffUser | None, at: datetime) -> StaffInvitation:
    """Store a new link in place of the open one, and queue its message where there is an address."""
    close_invitations(person, at=at)
    row = StaffInvitation.objects.create(
        site=person.site,
        user=person,
        token_digest=token_digest(token),
        to=to,
        made_by=by,
        made_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    if to:
        last = person.site.today(row.expires_at)
        queue_message(
            site=person.site,
            key=f"{MESSAGE}{row.pk}",
            channel=OutboxMessage.Channel.EMAIL if "@" in to else OutboxMessage.Channel.SMS,
            to=to,
            subject=f"Your account at {person.site.name}"[:120],
            text=(
                f"{person.site.name} has an account for you: {invitation_address(token)} "
                f"The link sets your password, once, until {last:%-d %B}."
            ),
            due_at=at,
            expires_at=row.expires_at,
        )
    return row


@transaction.atomic
def accept_invitation(*, token: str, password: str, again: str, at: datetime) -> StaffUser:
    """Set the password of the invited person and use the link up; nobody is signed in by it (ACC-02).

    Raises Refused for a link that does not open, for a weak password and for two that differ.
    """
    found = invitation_by(token)
    refuse_if(problems_of(found, at=at))
    assert found is not None
    rows = StaffUser.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    person = rows.get(pk=found.user_id)
    row = (
        StaffInvitation.objects.select_for_update(of=("self",))
        .select_related("user", "site")
        .get(site_id=found.site_id, pk=found.pk)
    )
    refuse_if(problems_of(row, at=at))
    refuse_if(password_problems(password, again, _weak(password, person)))
    person.set_password(password)
    person.save(update_fields=["password"])
    row.used_at = at
    row.save(update_fields=["used_at"])
    note_change(person, StaffChange.What.PASSWORD_SET, by=person, at=at, was=person.role)
    return person


def _weak(password: str, person: StaffUser) -> list[str]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return list(error.messages)
    return []
