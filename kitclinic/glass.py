"""Emergency access at the gate: for an hour one patient's pages open to somebody whose role does not see them.

Only pages that declare whose record they show (``looks.py`` of each app) and only reading: an act asks for the
role's own permission all the same.
"""

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest

from kitclinic.looks import look_of
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission

THROUGH_GLASS = frozenset(
    {Permission.FIND_PATIENTS, Permission.SEE_CHARTS, Permission.SEE_SCORES, Permission.SEE_TEAM_NOTES}
)
READS = frozenset({"GET", "HEAD"})


def look_through_glass(request: HttpRequest, user: StaffUser, *, at: datetime) -> None:
    """Give this one request the eyes of an emergency access that stands open; ``request.glass`` is its row.

    Asks the database only for roles that may open one, and only on a page about one patient.
    """
    if request.method not in READS or not user.may(Permission.BREAK_GLASS):
        return
    look, match = look_of(request), request.resolver_match
    if look is None or match is None or user.site is None:
        return
    patient = look.patient(user.site, look.row_of(match.kwargs, request.GET))
    if patient is None:
        return
    glass = import_module(settings.BREAK_GLASS).open_glass(site=user.site, by=user, patient_id=patient, at=at)
    if glass is not None:
        request.glass = glass  # type: ignore[attr-defined]
        user.through_glass = THROUGH_GLASS


def waiting_number(site: Site, *, at: datetime) -> int:
    """How many emergency accesses of this clinic wait for their review."""
    return int(import_module(settings.BREAK_GLASS).waiting_number(site, at))
