"""How many days patients completed, and why the others did not, beside the published figures."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from scheduling.queries.completion import CompletionPage, completion_page, months_begun, people_behind
from scheduling.rules.completion import PUBLISHED_PATIENTS, SCH_80, SCH_81, SCH_82, Level
from scheduling.states import MissedReason

MONTHS_SHOWN = 12
LEVELS = frozenset(str(int(level)) for level in Level)


@dataclass(frozen=True, slots=True)
class Asked:
    """The months that the address asks for, of those there are."""

    first: date
    last: date
    months: list[date]


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES)
@require_safe
def completion(request: StaffRequest) -> HttpResponse:
    shown, asked = _shown(request)
    context = {
        "report": shown,
        "asked": asked,
        "published_patients": PUBLISHED_PATIENTS,
        "rules": (SCH_80, SCH_81, SCH_82),
        "behind": _behind(request, shown),
    }
    return page(request, "scheduling/completion.html", context)


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def completion_csv(request: StaffRequest) -> HttpResponse:
    """Exactly what the page shows, as one file for a spreadsheet."""
    shown, asked = _shown(request)
    head = [
        [
            "first infusion day from",
            f"{asked.first:%Y-%m}",
            "to",
            f"{asked.last:%Y-%m}",
            "as of",
            f"{shown.as_of}",
        ],
        ["attended days", "patients", "percent", "published patients", "published percent"],
    ]
    levels = [
        [line.level.label, str(line.n), _text(line.percent), str(line.published_n), line.published_percent]
        for line in shown.levels
    ]
    reasons = [[line.label, str(line.patients), str(line.days)] for line in shown.reasons]
    rows = [
        *head,
        *levels,
        ["under way", str(shown.shown.under_way)],
        ["reason", "patients with fewer than five", "days"],
        *reasons,
    ]
    return csv_download(f"completion-{request.clinic.slug}-{asked.first:%Y-%m}-{asked.last:%Y-%m}.csv", rows)


def _text(percent: Decimal | None) -> str:
    return "" if percent is None else str(percent)


def _shown(request: StaffRequest) -> tuple[CompletionPage, Asked]:
    today = request.clinic.today(timezone.now())
    months = months_begun(request.clinic, today)
    first, last = _chosen(request, months)
    shown = completion_page(request.clinic, first=first, last=last, as_of=today)
    return shown, Asked(first, last, months)


def _chosen(request: StaffRequest, months: list[date]) -> tuple[date, date]:
    """Read ?from= and ?to=, months such as 2026-03; without them, or with odd ones, the last twelve."""
    known = {f"{month:%Y-%m}": month for month in months}
    usual = months[-MONTHS_SHOWN:]
    first, last = sorted(
        (known.get(request.GET.get("from", ""), usual[0]), known.get(request.GET.get("to", ""), usual[-1]))
    )
    return first, last


def _behind(request: StaffRequest, shown: CompletionPage) -> dict[str, Any] | None:
    """The patients behind the number that was opened; names only for who may find patients."""
    asked = request.GET.get("level", ""), request.GET.get("reason", ""), request.GET.get("under_way", "")
    if not any(asked):
        return None
    if not request.user.may(Permission.FIND_PATIENTS):
        return {"title": "Names are shown to those who may find patients.", "people": []}
    level, reason, under_way = asked
    if (level and level not in LEVELS) or (reason and reason not in MissedReason.values):
        raise Http404
    if level:
        chosen = Level(int(level))
        return {"title": f"{chosen.label} attended days", "people": people_behind(shown, level=chosen)}
    if reason:
        return {"title": MissedReason(reason).label, "people": people_behind(shown, reason=reason)}
    return {"title": "Under way", "people": people_behind(shown, under_way=bool(under_way))}
