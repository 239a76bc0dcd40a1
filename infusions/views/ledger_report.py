"""The ledger's reports: usage of a period and the inventory of a day, on screen, as PDF and as CSV."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.ledger_reports import Inventory, UsageReport, inventory, movements_of, usage_report
from infusions.queries.ledger_sheets import inventory_rows, usage_rows
from infusions.rules.ledger_reports import LED_30, LED_31, LED_32, MOST_DAYS
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download

OPENING, CLOSE = "opening", "close"


@dataclass(frozen=True)
class Asked:
    """Period of the usage report; day and moment of the inventory. notice: what could not be read."""

    first: date
    last: date
    day: date
    at_opening: bool
    notice: str = ""

    @property
    def moment(self) -> str:
        return OPENING if self.at_opening else CLOSE


@requires(Permission.SEE_LEDGER)
@require_safe
def ledger_report(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    context = {
        "asked": asked,
        "report": _usage(request, asked),
        "stock": _inventory(request, asked),
        "rules": (LED_30, LED_31, LED_32),
        "today": request.clinic.today(timezone.now()),
    }
    return page(request, "infusions/ledger_report.html", context)


@requires(Permission.SEE_LEDGER)
@require_safe
@paced(Pace.EXPORT)
def usage_pdf(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    rows = movements_of(request.clinic, first=asked.first, last=asked.last)
    context = {"report": _usage(request, asked), "movements": rows}
    return _pdf(request, "infusions/pdf/ledger_usage.html", f"usage-{asked.first}-{asked.last}", context)


@requires(Permission.SEE_LEDGER)
@require_safe
@paced(Pace.EXPORT)
def usage_csv(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    rows = movements_of(request.clinic, first=asked.first, last=asked.last)
    name = f"ledger-usage-{request.clinic.slug}-{asked.first}-{asked.last}.csv"
    return csv_download(name, usage_rows(_usage(request, asked), rows))


@requires(Permission.SEE_LEDGER)
@require_safe
@paced(Pace.EXPORT)
def inventory_pdf(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    context = {"stock": _inventory(request, asked), "rule": LED_32}
    return _pdf(request, "infusions/pdf/ledger_inventory.html", f"inventory-{asked.day}-{asked.moment}", context)


@requires(Permission.SEE_LEDGER)
@require_safe
@paced(Pace.EXPORT)
def inventory_csv(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    name = f"ledger-inventory-{request.clinic.slug}-{asked.day}-{asked.moment}.csv"
    return csv_download(name, inventory_rows(_inventory(request, asked)))


def _usage(request: StaffRequest, asked: Asked) -> UsageReport:
    return usage_report(request.clinic, first=asked.first, last=asked.last)


def _inventory(request: StaffRequest, asked: Asked) -> Inventory:
    return inventory(request.clinic, day=asked.day, at_opening=asked.at_opening)


def _pdf(request: StaffRequest, template: str, name: str, context: dict[str, object]) -> HttpResponse:
    shared = {"site": request.clinic, "now": timezone.now(), "printed_by": request.user}
    response = HttpResponse(render_pdf(template, context | shared), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="ledger-{name}.pdf"'
    return response


def _asked(request: StaffRequest) -> Asked:
    """Read ?from=, ?to=, ?day= and ?moment=; this month and the close of today without them."""
    today, given = request.clinic.today(timezone.now()), request.GET
    try:
        first = date.fromisoformat(given.get("from") or today.replace(day=1).isoformat())
        last = date.fromisoformat(given.get("to") or today.isoformat())
        day = date.fromisoformat(given.get("day") or today.isoformat())
        if not all(2000 <= one.year <= 2100 for one in (first, last, day)):
            raise ValueError("no year of this clinic")
    except ValueError:
        notice = "A date could not be read. This month and today are shown instead."
        return Asked(today.replace(day=1), today, today, False, notice)
    first, last = sorted((first, last))
    longest = first + timedelta(days=MOST_DAYS - 1)
    notice = "A report covers two years at most; the end was moved." if last > longest else ""
    return Asked(first, min(last, longest), day, given.get("moment") == OPENING, notice)
