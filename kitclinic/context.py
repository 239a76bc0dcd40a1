"""What every page knows: the clinic, its clock, the way around, work in the background."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from kitclinic.foundation_rules import LOCKS_AFTER_S
from kitclinic.locking import OWN_WHY, locks
from kitclinic.models import LongTask
from kitclinic.navigation import places
from kitclinic.openid_providers import buttons
from kitclinic.places import places_of
from kitclinic.roles import Permission
from kitclinic.tablets import Face, tablet_of


def clinic(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; for signed-in staff of a site, the site and the navigation too."""
    now = timezone.now()
    context: dict[str, Any] = {"demo": settings.DEMO, "now": now, "now_epoch": int(now.timestamp())}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.site_id is None:
        return context
    nav, tablet = places(request, user), tablet_of(request)
    return context | {
        "site": user.site,
        "nav": nav,
        "nav_more": [place for place in nav if place.folded],
        "may_search": Permission.FIND_PATIENTS in user.permissions,
        "may_send_questions": user.may(Permission.SEND_QUESTIONNAIRES),
        "may_answer_safety": user.may(Permission.ANSWER_SAFETY_TASKS),
        "tablet": tablet if tablet and tablet.site_id == user.site_id else None,
        "may_break_glass": Permission.BREAK_GLASS in user.permissions,
        "glass": getattr(request, "glass", None),
        "locks": locks(request),
        "own_face": [Face(user, "" if tablet else OWN_WHY)],  # the lock's first name, until the server says all
        "my_places": places_of(user) if getattr(user, "works_elsewhere", False) else [],
        "sign_on": buttons(user.site.slug),
        "rests_s": LOCKS_AFTER_S,
        "long_tasks": LongTask.objects.filter(site=user.site, finished_at__isnull=True),
    }
