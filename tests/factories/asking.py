"""Patients whose questions are planned: booked, treated, back again."""

from datetime import date, datetime, timedelta
from typing import Any

from kitclinic.models import Site
from outcomes import actions
from outcomes.models import PlannedAssessment
from scheduling.actions import cancel_sequence
from scheduling.models import Patient, Visit
from scheduling.states import MissedReason
from tests.factories import infusions, scheduling

MONDAY = infusions.MONDAY
NOON = 12 * 60
AGREED: dict[str, Any] = {
    "consent_sms": True,
    "consent_email": True,
    "email": "someone@example.org",
    "consent_phone": True,
}


def noon(site: Site, day: date, minute: int = NOON) -> datetime:
    return site.instant(day, minute)


def booked(site: Site, *, monday: date = MONDAY, signed: bool = False, **fields: Any) -> Visit:
    """Day 1 of a booked course; the group visit was a week before. The patient agreed to messages."""
    return infusions.visit(site=site, monday=monday, signed=signed, **AGREED | fields)


def treated(site: Site, *, monday: date = MONDAY, **fields: Any) -> Patient:
    """A patient with one completed infusion, on this Monday, whose course was ended the day after."""
    visit = booked(site, monday=monday, signed=True, **fields)
    chair = infusions.infusion(site=site, visit=visit, at_state="discharged")
    ended = noon(site, monday + timedelta(days=1))
    by = scheduling.actor("scheduler", site)
    cancel_sequence(sequence=chair.visit.sequence, reason=MissedReason.PATIENT_CHOICE, by=by, at=ended)
    return visit.patient


def planned(site: Site, day: date, *, minute: int = NOON) -> list[PlannedAssessment]:
    """Plan at noon of a day, and return what there is, dropped or not, oldest first."""
    actions.plan_asks(site=site, at=noon(site, day, minute))
    return list(PlannedAssessment.objects.filter(site=site).order_by("pk"))


def stepped(site: Site, day: date, *, minute: int = NOON) -> int:
    """Plan and take the steps due at noon of a day; return how many were taken."""
    at = noon(site, day, minute)
    actions.plan_asks(site=site, at=at)
    return actions.take_steps(at=at, site=site)


def asked_after_treatment(site: Site, **fields: Any) -> PlannedAssessment:
    """A patient who was invited on the day after the last infusion and has not answered."""
    treated(site, **fields)
    stepped(site, MONDAY + timedelta(days=1), minute=NOON + 60)
    return PlannedAssessment.objects.get(site=site, occasion="last")
