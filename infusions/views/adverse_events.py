"""Adverse events of a period: what waits for a physician, then the counts; side effects and flags apart."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.adverse_events import waiting
from infusions.queries.event_counts import EventReport, event_report
from infusions.queries.facts_to_review import number_to_review
from infusions.rules.adverse_events import AEV_01, AEV_02, AEV_04, AEV_11
from infusions.rules.bounds import AEV_08
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission

YEAR = timedelta(days=365)
RULES = (AEV_01, AEV_02, AEV_04, AEV_08, AEV_11)


@dataclass(frozen=True)
class Asked:
    """The period; first is None for everything. notice: what could not be read."""

    first: date | None
    last: date
    notice: str = ""


@requires(Permission.SEE_CHARTS, Permission.SEE_OUTCOMES)
@require_safe
def adverse_events(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = _asked(request, at)
    today = request.clinic.today(at)
    context = {
        "asked": asked,
        "report": _report(request, asked, at),
        "waiting": waiting(request.clinic, at=at),
        "to_look_at": number_to_review(request.clinic),
        "may_judge": request.user.may(Permission.JUDGE_EVENTS),
        "month_ago": today - timedelta(days=30),
        "year_ago": today - YEAR,
        "today": today,
        "rules": RULES,
    }
    return page(request, "infusions/adverse_events.html", context)


@requires(Permission.SEE_CHARTS, Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def adverse_events_pdf(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = _asked(request, at)
    context = {
        "site": request.clinic,
        "now": at,
        "asked": asked,
        "report": _report(request, asked, at),
        "rules": RULES,
        "printed_by": request.user,
    }
    response = HttpResponse(
        render_pdf("infusions/pdf/adverse_events.html", context), content_type="application/pdf"
    )
    name = f"adverse-events-{asked.first or 'all'}-{asked.last}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _report(request: StaffRequest, asked: Asked, at: datetime) -> EventReport:
    return event_report(request.clinic, at=at, first=asked.first, last=asked.last)


def _asked(request: StaffRequest, at: datetime) -> Asked:
    """Read ?from=, ?to= and ?all=; the last 12 months without them."""
    today, given = request.clinic.today(at), request.GET
    usual = Asked(today - YEAR, today)
    try:
        first = date.fromisoformat(given["from"]) if given.get("from") else usual.first
        last = date.fromisoformat(given["to"]) if given.get("to") else today
    except ValueError:
        return Asked(usual.first, today, "A date could not be read. The last 12 months are shown instead.")
    if given.get("all"):
        return Asked(None, last)
    return Asked(min(first or last, last), max(first or last, last))
