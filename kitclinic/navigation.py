"""The bar at the top: where each role can go. Pages to the right are named by URL only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from kitclinic.models import StaffUser
from kitclinic.roles import Permission, Role

PLACES: tuple[tuple[str, str, Permission], ...] = (
    ("Suite board", "infusions:board", Permission.SEE_CHARTS),
    ("Day after", "infusions:next_day", Permission.CHART),
    ("To sign", "infusions:signing", Permission.SIGN_ORDERS),
    ("Events", "infusions:adverse_events", Permission.SEE_CHARTS),
    ("Readings", "infusions:readings", Permission.CHART),
    ("Ledger", "infusions:ledger", Permission.SEE_LEDGER),
    ("Week", "scheduling:week", Permission.SEE_SCHEDULE),
    ("Roster", "scheduling:roster", Permission.SEE_SCHEDULE),
    ("Groups", "scheduling:groups", Permission.SEE_SCHEDULE),
    ("Holidays", "scheduling:holidays", Permission.BOOK),
    ("Referrals", "scheduling:referrals", Permission.REGISTER_PATIENTS),
    ("Patients", "scheduling:patients", Permission.FIND_PATIENTS),
    ("Funnel", "scheduling:funnel", Permission.RUN_CLINIC),
    ("Completion", "scheduling:completion", Permission.RUN_CLINIC),
    ("Calls", "outcomes:calls", Permission.SEND_QUESTIONNAIRES),
    ("Safety", "outcomes:safety", Permission.ANSWER_SAFETY_TASKS),
    ("Outcomes", "outcomes:home", Permission.SEE_OUTCOMES),
    ("Figures", "outcomes:saved_views", Permission.SEE_SHARED_FIGURES),
    ("Questions", "outcomes:asking", Permission.SEE_OUTCOMES),
    ("Clinic", "clinic", Permission.RUN_CLINIC),
    ("Settings", "scheduling:settings", Permission.RUN_CLINIC),
)
ALSO = {"outcomes:safety": Permission.SEE_OUTCOMES}  # who may enter a place by another permission too: they read
SECTIONS = {"outcomes:home": "outcomes:dashboard"}  # a place whose pages lie under another address than its own
FITS = 7  # places a tablet's bar holds beside the clinic's name, the search and the clock
FOLDS = (
    "Questions",
    "Calls",
    "Events",
    "Readings",
    "Funnel",
    "Completion",
    "Utilisation",
    "Clinic",
    "Settings",
    "Roster",
    "Referrals",
    "Ledger",
    "Outcomes",
)  # under "More" first
HOMES = {
    Role.NURSE: "infusions:board",
    Role.PHYSICIAN: "infusions:signing",
    Role.PSYCHOLOGIST: "scheduling:groups",
    Role.SCHEDULER: "scheduling:week",
    Role.CLINIC_LEAD: "outcomes:home",
    Role.ADMINISTRATOR: "scheduling:week",
    Role.ANALYST: "outcomes:saved_views",
}


@dataclass(frozen=True, slots=True)
class Place:
    name: str  # of the URL
    url: str
    label: str
    current: bool
    folded: bool  # stands under "More"


def places(request: HttpRequest, user: StaffUser) -> list[Place]:
    """The places this person may go, with the one they are at marked and the rarer ones folded."""
    entries = []
    mine = [place for place in PLACES if {place[2], ALSO.get(place[1], place[2])} & user.permissions]
    folded = _folded([label for label, _, _ in mine])
    here = _at(request, [name for _, name, _ in mine])
    for label, name, _ in mine:
        entries.append(Place(name, reverse(name), label, name == here, label in folded))
    return entries


def _at(request: HttpRequest, names: Sequence[str]) -> str:
    """The name of the place this page is, or is below; of two the nearer one; "" for none."""
    match = request.resolver_match
    if match and match.view_name in names:
        return match.view_name
    above = {reverse(SECTIONS.get(name, name)): name for name in names}
    found = [url for url in above if url != "/" and request.path.startswith(url)]
    return above[max(found, key=len)] if found else ""


def _folded(labels: Sequence[str]) -> set[str]:
    """The labels that stand under "More", which takes a place itself: none where all of them fit."""
    spare = len(labels) - FITS
    return set([label for label in FOLDS if label in labels][: spare + 1]) if spare > 0 else set()


def home_of(user: StaffUser) -> str:
    """URL name of the page this person starts the day on."""
    return HOMES[Role(user.role)]
