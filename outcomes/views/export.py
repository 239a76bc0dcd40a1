"""Exactly what the outcomes page shows, as one file: for a spreadsheet, or long and typed for a program."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from outcomes.queries.dashboard import dashboard
from outcomes.queries.study import cut, study
from outcomes.queries.table_rows import export_rows, sections
from outcomes.rules.table_export import long_rows
from outcomes.views.selection import selected
from outcomes.views.table_files import table_file


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = selected(request, at)
    found = study(asked.asked)
    shown = dashboard(found, measure=request.GET.get("measure", ""))
    name = f"outcomes-{shown.source.slug}-{shown.as_of}.csv"
    return csv_download(name, export_rows(shown, cut=cut(found, asked.site.local(at)), only=asked.words))


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def export_parquet(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = selected(request, at)
    found = study(asked.asked)
    table = long_rows(list(sections(dashboard(found, measure=request.GET.get("measure", "")))))
    return table_file(request, "outcomes", asked, table, "parquet", cut=cut(found, at))
