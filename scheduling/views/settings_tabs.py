"""The pages of the settings, as tabs; each person sees those that are theirs."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from kitclinic.access import StaffRequest
from kitclinic.http import page
from kitclinic.roles import Permission

RUN, WRITE, CHARTS = Permission.RUN_CLINIC, Permission.WRITE_ORDERS, Permission.SEE_CHARTS
TABS: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("scheduling:settings", "Clinic", frozenset({RUN})),
    ("scheduling:settings_suite", "Hours and chairs", frozenset({RUN})),
    ("scheduling:settings_protocols", "Protocols", frozenset({RUN, WRITE})),
    ("infusions:formulary", "Formulary", frozenset({RUN, CHARTS})),
    ("infusions:order_settings", "Orders", frozenset({RUN})),
    ("infusions:monitors", "Monitors", frozenset({RUN})),
    ("infusions:chairside_settings", "Chairside", frozenset({RUN})),
    ("outcomes:instruments", "Instruments", frozenset({RUN})),
    ("outcomes:engines", "Engines", frozenset({RUN})),
    ("outcomes:safety_settings", "Safety", frozenset({RUN})),
    ("outcomes:red_flags", "Red flags", frozenset({RUN})),
    ("outcomes:plan", "Questions", frozenset({RUN})),
    ("scheduling:settings_booking", "Booking and messages", frozenset({RUN})),
    ("scheduling:settings_team", "Team", frozenset({RUN})),
    ("tablets", "Tablets", frozenset({RUN})),
)


def settings_page(
    request: StaffRequest, template: str, facts: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """One page of the settings; template: its path, named as its URL is."""
    here = template.removesuffix(".html").replace("/", ":")
    mine = [(name, label) for name, label, may in TABS if any(map(request.user.may, may))]
    tabs = [{"url": reverse(name), "label": label, "current": name == here, "count": 0} for name, label in mine]
    return page(request, template, facts | {"tabs": tabs if len(tabs) > 1 else []}, status=status)
