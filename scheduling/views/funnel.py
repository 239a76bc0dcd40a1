"""The enrolment funnel: how far referrals came, by month, and the people behind every number."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.models import Site
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from scheduling.queries.funnel import behind, behind_lines, export_rows, first_month, months_between
from scheduling.queries.funnel import funnel as facts
from scheduling.queries.ways import counted_ways
from scheduling.rules.funnel import ENR_90, ENR_91, ENR_92, ENR_93, ENR_94, Step

MONTHS_SHOWN = 12
ON_ONE_PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Which months the address asks for. notice: what it asked for and could not have, in a sentence."""

    first: date
    last: date
    months: list[date]
    notice: str = ""


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES)
@require_safe
def funnel(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = _asked(request, at)
    context = {
        "shown": facts(request.clinic, first=asked.first, last=asked.last, at=at),
        "asked": asked,
        "rules": (ENR_90, ENR_91, ENR_92, ENR_93, ENR_94),
    }
    return page(request, "scheduling/funnel.html", context)


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def funnel_csv(request: StaffRequest) -> HttpResponse:
    """Exactly what the page shows, as one file for a spreadsheet."""
    at = timezone.now()
    asked = _asked(request, at)
    shown = facts(request.clinic, first=asked.first, last=asked.last, at=at)
    name = f"enrolment-{request.clinic.slug}-{asked.first:%Y-%m}-{asked.last:%Y-%m}.csv"
    return csv_download(name, export_rows(shown, site=request.clinic))


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES)
@require_safe
def funnel_patients(request: StaffRequest) -> HttpResponse:
    """The referrals behind one number; with names only for who may find patients."""
    at, given = timezone.now(), request.GET
    asked = _asked(request, at)
    step = next((one for one in Step if one.slug == given.get("step", "referred")), None)
    who = given.get("who", "reached")
    if step is None or who not in ("reached", "left", "way"):
        raise Http404
    ways = counted_ways(request.clinic, first=asked.first, last=asked.last)
    found = behind(
        ways,
        month=given.get("month", ""),
        step=step,
        who=who,
        word=given.get("word", ""),
        reason=given.get("reason"),
    )
    shown = Paginator(found, ON_ONE_PAGE).get_page(given.get("page"))
    names = request.user.may(Permission.FIND_PATIENTS)
    context = {
        "asked": asked,
        "at": at,
        "step": step,
        "who": who,
        "word": given.get("word", ""),
        "reason": given.get("reason", ""),
        "month": next((one for one in asked.months if f"{one:%Y-%m}" == given.get("month")), None),
        "every": step is Step.INFUSED,
        "steps": list(Step),
        "shown": shown,
        "names": names,
        "lines": behind_lines(list(shown.object_list), with_names=names),
    }
    return page(request, "scheduling/funnel_patients.html", context)


def _asked(request: StaffRequest, at: datetime) -> Asked:
    """Read ?from= and ?to=, months such as 2026-03; without them the last twelve."""
    site: Site = request.clinic
    months = months_between(first_month(site, site.today(at)), site.today(at))
    usual = Asked(months[-MONTHS_SHOWN:][0], months[-1], months)
    chosen = {f"{month:%Y-%m}": month for month in months}
    words = [request.GET.get("from", f"{usual.first:%Y-%m}"), request.GET.get("to", f"{usual.last:%Y-%m}")]
    if any(word not in chosen for word in words):
        notice = "There are no referrals in the months that were asked for. These are the latest months."
        return Asked(usual.first, usual.last, months, notice)
    first, last = sorted(chosen[word] for word in words)
    return Asked(first, last, months)
