"""Every alert of a period and how fast it was answered; the same as a file for a spreadsheet."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from outcomes.forms import PeriodForm
from outcomes.queries.safety_report import Report, period, report_rows
from outcomes.queries.safety_report import safety_report as report_of
from outcomes.rules.safety_report import COUNTED


@requires(Permission.SEE_OUTCOMES, Permission.ANSWER_SAFETY_TASKS)
@require_safe
def safety_report(request: StaffRequest) -> HttpResponse:
    context = {"report": _asked(request), "rule": COUNTED, "made_at": timezone.now()}
    return page(request, "outcomes/safety_report.html", context)


@requires(Permission.SEE_OUTCOMES, Permission.ANSWER_SAFETY_TASKS)
@require_safe
@paced(Pace.EXPORT)
def safety_report_csv(request: StaffRequest) -> HttpResponse:
    report = _asked(request)
    name = f"safety-{request.clinic.slug}-{report.first}-to-{report.last}.csv"
    return csv_download(name, report_rows(report, request.clinic))


def _asked(request: StaffRequest) -> Report:
    """The days of the address; what it does not name, or names wrongly, is the default."""
    form, at, site = PeriodForm(request.GET), timezone.now(), request.clinic
    form.is_valid()
    days = form.cleaned_data
    first, last = period(site, start=days.get("start"), end=days.get("end"), at=at)
    return report_of(site, first=first, last=last, at=at)
