"""Checking what somebody shows at the door, counted first, so that guessing is slow (SIN-01, SIN-02)."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.http import HttpRequest

from kitclinic.actions import begin_try, note_refused, note_right, try_code
from kitclinic.addresses import client_address
from kitclinic.models import StaffUser


def person_of(request: HttpRequest, *, username: str, password: str, at: datetime) -> StaffUser | None:
    """Whose name and password these are; None where they are wrong, and nobody learns which. Raises Waits."""
    where: dict[str, Any] = {"name": username, "address": client_address(request), "at": at}
    begin_try(way="password", **where)
    found = authenticate(request, username=username, password=password)
    if isinstance(found, StaffUser):
        note_right(way="password", **where)
        return found
    note_refused(**where)
    return None


def step_of(request: HttpRequest, *, person: StaffUser, code: str, at: datetime) -> Authenticator | None:
    """Which of this person's second steps gave the code; None where it is wrong or was used. Raises Waits."""
    where: dict[str, Any] = {"name": person.username, "address": client_address(request), "at": at}
    begin_try(way="code", **where)
    found = try_code(person=person, code=code, at=at)
    if found is not None:
        note_right(way="code", **where)
        return found
    note_refused(event="second step refused", why="code", **where)
    return None
