"""What is asked of whom, clinic-wide, and how many answer; the rates as a file for a spreadsheet."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from outcomes.queries.response import WORDS, AskingPage, asking_page, rate_rows
from outcomes.rules.asking import STANDING
from outcomes.rules.completion import RESPONSE_GOALS
from outcomes.rules.plans import OCCASIONS
from outcomes.rules.response import PUBLISHED_SOURCE, RESPONSE_RATES

SPANS = {"90": "90 days", "365": "12 months", "3650": "All"}
URGENT = "late"


@requires(Permission.SEE_OUTCOMES, Permission.RUN_CLINIC)
@require_safe
def asking(request: StaffRequest) -> HttpResponse:
    shown, days = _shown(request)
    context = {
        "shown": shown,
        "days": days,
        "spans": SPANS.items(),
        "occasion": _of(request, "window", OCCASIONS, ""),
        "state": _of(request, "state", WORDS, URGENT),
        "rules": (STANDING, RESPONSE_RATES),
        "published": PUBLISHED_SOURCE,
        "goals": RESPONSE_GOALS,
        "may_find": request.user.may(Permission.FIND_PATIENTS),
        "may_plan": request.user.may(Permission.RUN_CLINIC),
        "may_call": request.user.may(Permission.SEND_QUESTIONNAIRES),
    }
    return page(request, "outcomes/asking.html", context)


@requires(Permission.SEE_OUTCOMES, Permission.RUN_CLINIC)
@require_safe
@paced(Pace.EXPORT)
def asking_csv(request: StaffRequest) -> HttpResponse:
    shown, _ = _shown(request)
    name = f"questions-{request.clinic.slug}-since-{shown.first}.csv"
    return csv_download(name, rate_rows(shown))


def _shown(request: StaffRequest) -> tuple[AskingPage, str]:
    site, at = request.clinic, timezone.now()
    days = _of(request, "days", SPANS, "365")
    first: date = site.today(at) - timedelta(days=int(days))
    shown = asking_page(
        site,
        first=first,
        at=at,
        occasion=_of(request, "window", OCCASIONS, ""),
        state=_of(request, "state", WORDS, URGENT),
    )
    return shown, days


def _of(request: StaffRequest, name: str, known: object, usual: str) -> str:
    """What the address asks for, if it is known."""
    asked = request.GET.get(name, usual)
    return asked if asked in known else usual  # type: ignore[operator]
