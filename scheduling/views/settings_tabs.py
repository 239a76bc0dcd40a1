"""The pages of the settings, as tabs."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from kitclinic.access import StaffRequest
from kitclinic.http import page

TABS = (
    ("settings", "Clinic"),
    ("settings_suite", "Hours and chairs"),
    ("settings_protocols", "Lengths of a visit"),
    ("settings_booking", "Booking and messages"),
    ("settings_team", "Team"),
)


def settings_page(
    request: StaffRequest, template: str, facts: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """One page of the settings; template: its path, named as its URL is."""
    name = template.removeprefix("scheduling/").removesuffix(".html")
    tabs = [
        {"url": reverse(f"scheduling:{one}"), "label": label, "current": one == name, "count": 0}
        for one, label in TABS
    ]
    return page(request, template, facts | {"tabs": tabs}, status=status)
