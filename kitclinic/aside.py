"""What was typed and not stored is handed to whoever keeps it: an app further right, named in the settings."""

from datetime import datetime
from importlib import import_module
from types import ModuleType

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from kitclinic.foundation_rules import STA_02
from kitclinic.models import StaffUser, Tablet
from kitclinic.problems import Conflict, Notice, Problem, Refused

KEPT = "What you typed is kept aside under your name; compare it there with what is stored."
NEVER = frozenset(
    {"password", "token", "csrfmiddlewaretoken", "pin", "again"}
)  # words of a field's name: not kept
MOST_FIELDS, MOST_CHARACTERS = 60, 1000


def typed_only(fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """The fields a person typed or tapped: no password, no token, nothing empty, nothing endless."""
    kept = {
        name: [value[:MOST_CHARACTERS] for value in values if value.strip()]
        for name, values in list(fields.items())[:MOST_FIELDS]
        if not NEVER & set(name.lower().split("_"))
    }
    return {name: values for name, values in kept.items() if values}


def keep_refused(request: HttpRequest, error: Refused) -> tuple[Problem, ...]:
    """Keep aside what came under a key used before, after its act was rolled back; the problems to show."""
    clash = next((one for one in error.problems if one.rule == STA_02.id), None)
    user = request.user
    if clash is None or not isinstance(error, Conflict) or not isinstance(user, StaffUser) or user.site is None:
        return error.problems
    fields = {name: [str(value) for value in values] for name, values in request.POST.lists()}
    kept = _keeper().keep_aside(
        site=user.site, address=request.path, fields=fields, because=clash.sentence, by=user, at=timezone.now()
    )
    return (*error.problems, Notice(STA_02.id, KEPT)) if kept else error.problems


def keep_unsaved(
    *,
    tablet: Tablet,
    address: str,
    fields: dict[str, list[str]],
    author: StaffUser,
    next_one: StaffUser,
    at: datetime,
) -> None:
    """Keep aside, for its author, what stood unsaved on a tablet when somebody else unlocked it (TAB-08)."""
    because = f"Typed on {tablet.name} and not saved when {next_one.name} unlocked it."
    _keeper().keep_aside(site=tablet.site, address=address, fields=fields, because=because, by=author, at=at)


def _keeper() -> ModuleType:
    return import_module(settings.KEEPS_ASIDE)
