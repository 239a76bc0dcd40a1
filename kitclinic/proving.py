"""Showing again who one is, in the middle of work: counted first, so that guessing is slow (SIG-05)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kitclinic.access import StaffRequest, signed_in_at
from kitclinic.actions import begin_try, note_refused, note_right
from kitclinic.addresses import client_address
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.signing import Proof, reauthenticate, witness


def prove(request: StaffRequest, password: str, *, at: datetime) -> Proof:
    """Check the own password of who is signed in. Raises Refused when it is wrong or has to wait."""
    with _counted(request, request.user.username, at=at):
        return reauthenticate(user=request.user, password=password, at=at)


def prove_to_sign(request: StaffRequest, password: str, *, at: datetime) -> Proof:
    """The same before a signature, which a session of more than 8 hours does not make (SIG-04)."""
    with _counted(request, request.user.username, at=at):
        return reauthenticate(user=request.user, password=password, at=at, signed_in_at=signed_in_at(request))


def prove_witness(request: StaffRequest, username: str, password: str, *, at: datetime) -> tuple[StaffUser, Proof]:
    """Prove who watches beside who is signed in. Raises Refused as ``signing.witness`` does, or has to wait."""
    with _counted(request, username, at=at):
        return witness(request.clinic, username, password, besides=request.user, at=at)


@contextmanager
def _counted(request: StaffRequest, name: str, *, at: datetime) -> Iterator[None]:
    where: dict[str, Any] = {"name": name, "address": client_address(request), "at": at}
    begin_try(way="signature", **where)
    try:
        yield
    except Refused as refused:
        if any(one.field in {"password", "witness_password"} for one in refused.problems):
            note_refused(event="signature refused", **where)
        raise
    note_right(way="signature", **where)
