"""People who come by an invitation."""

from datetime import datetime
from itertools import count
from typing import Any

from kitclinic.actions import Account, accept_invitation, invite_person
from kitclinic.models import Site, StaffUser
from tests.factories import people

_numbers = count(1)


def account(role: str = "nurse", **fields: Any) -> Account:
    name, credentials = people.NAMES[role]
    facts = {"name": name, "credentials": credentials, "role": role, "is_ketamine_trained": role == "nurse"}
    return Account(**facts | fields)


def invited(
    site: Site,
    *,
    at: datetime,
    by: StaffUser | None,
    token: str,
    role: str = "nurse",
    to: str = "ines@example.org",
) -> StaffUser:
    """Somebody who was sent a link and has not opened it. token: the code in it."""
    username = f"invited{next(_numbers)}"
    return invite_person(site=site, username=username, account=account(role), to=to, token=token, by=by, at=at)


def joined(site: Site, *, at: datetime, by: StaffUser | None, role: str = "nurse") -> StaffUser:
    """Somebody who set the password ``people.PASSWORD`` by the link."""
    token = f"token-of-{next(_numbers)}"
    invited(site, at=at, by=by, token=token, role=role)
    return accept_invitation(token=token, password=people.PASSWORD, again=people.PASSWORD, at=at)
