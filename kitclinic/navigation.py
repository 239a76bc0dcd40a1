"""The bar at the top: where each role can go. Pages to the right are named by URL only."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from kitclinic.models import StaffUser
from kitclinic.roles import Permission, Role

PLACES: tuple[tuple[str, str, Permission], ...] = (
    ("Suite board", "infusions:board", Permission.SEE_CHARTS),
    ("To sign", "infusions:signing", Permission.SIGN_ORDERS),
    ("Week", "scheduling:week", Permission.SEE_SCHEDULE),
    ("Roster", "scheduling:roster", Permission.SEE_SCHEDULE),
    ("Groups", "scheduling:groups", Permission.SEE_SCHEDULE),
    ("Holidays", "scheduling:holidays", Permission.BOOK),
    ("Referrals", "scheduling:referrals", Permission.REGISTER_PATIENTS),
    ("Patients", "scheduling:patients", Permission.FIND_PATIENTS),
    ("Funnel", "scheduling:funnel", Permission.RUN_CLINIC),
    ("Completion", "scheduling:completion", Permission.RUN_CLINIC),
    ("Safety", "outcomes:safety", Permission.ANSWER_SAFETY_TASKS),
    ("Outcomes", "outcomes:dashboard", Permission.SEE_OUTCOMES),
    ("Settings", "scheduling:settings", Permission.RUN_CLINIC),
)
HOMES = {
    Role.NURSE: "infusions:board",
    Role.PHYSICIAN: "infusions:signing",
    Role.PSYCHOLOGIST: "scheduling:groups",
    Role.SCHEDULER: "scheduling:week",
    Role.CLINIC_LEAD: "outcomes:dashboard",
    Role.ADMINISTRATOR: "scheduling:week",
}


@dataclass(frozen=True, slots=True)
class Place:
    url: str
    label: str
    current: bool


def places(request: HttpRequest, user: StaffUser) -> list[Place]:
    """The places this person may go, with the one they are at marked."""
    entries = []
    match = request.resolver_match
    here = match.view_name if match else ""
    for label, name, permission in PLACES:
        if user.may(permission):
            url = reverse(name)
            entries.append(Place(url, label, here == name or (url != "/" and request.path.startswith(url))))
    return entries


def home_of(user: StaffUser) -> str:
    """URL name of the page this person starts the day on."""
    return HOMES[Role(user.role)]
