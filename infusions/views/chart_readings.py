"""Readings of monitors at the chart: look at them, take one into a set, put one away."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions import actions
from infusions.forms import readings as forms
from infusions.models import MonitorReading
from infusions.queries.chart import Chart
from infusions.queries.chart import chart as chart_of
from infusions.views.acting import Act, begin, chart_context, visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page
from kitclinic.roles import Permission
from scheduling.queries.cover_banner import cover_banner


@requires(Permission.CHART)
@require_safe
def chart_readings(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """Every reading that waits here, as a sheet."""
    found = _open_chart(request, visit_pk)
    return _sheet(request, found, "infusions/_readings_sheet.html")


@requires(Permission.CHART)
@require_safe
def reading(request: StaffRequest, visit_pk: int, reading_pk: int) -> HttpResponse:
    """One reading, to be taken; with ``away`` to be put away."""
    found = _open_chart(request, visit_pk)
    every = found.proposals.every if found.proposals else ()
    one = next((one for one in every if one.reading.pk == reading_pk), None)
    if one is None:
        raise Http404("This reading does not wait at this chart: it was answered, or is at another one.")
    return _sheet(
        request,
        found,
        "infusions/_reading_sheet.html",
        one=one,
        away="away" in request.GET,
        away_choices=forms.AWAY,
    )


@requires(Permission.CHART)
@require_POST
def reading_take(request: StaffRequest, visit_pk: int, reading_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.TakeForm)
    form = act.form
    assert isinstance(form, forms.TakeForm)
    row = actions.accept_reading(
        reading=_reading_of(act, reading_pk),
        rhythm=form.reading.rhythm,
        symptoms=tuple(act.data["symptoms"]),
        typed=form.typed,
        unable=form.reasons,
        sedation=form.reading.sedation,
        pain=form.reading.pain,
        confirmed=form.confirmed,
        **act.who,
    )
    return act.done(f"Saved: {row.get_slot_display()}, {row}.")


@requires(Permission.CHART)
@require_POST
def reading_away(request: StaffRequest, visit_pk: int, reading_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.AwayForm)
    form = act.form
    assert isinstance(form, forms.AwayForm)
    row = _reading_of(act, reading_pk)
    actions.put_away_reading(reading=row, because=form.reason, by=request.user, at=act.who["at"])
    return act.done("The reading is put away. Nothing was charted.")


def _reading_of(act: Act, pk: int) -> MonitorReading:
    """A reading of this chart, answered or not."""
    rows = MonitorReading.objects.filter(site=act.infusion.site).select_related("monitor", "infusion", "site")
    found = get_object_or_404(rows.select_related("given"), pk=pk)
    chart = found.given.infusion_id if hasattr(found, "given") else found.infusion_id
    if chart != act.infusion.pk:
        raise Http404("This reading is at another chart.")
    return found


def _open_chart(request: StaffRequest, visit_pk: int) -> Chart:
    found = chart_of(visit_of(request, visit_pk), at=timezone.now())
    if found.proposals is None:
        raise Http404("No reading waits at this chart.")
    return found


def _sheet(request: StaffRequest, chart: Chart, template: str, **more: Any) -> HttpResponse:
    """The sheet alone for htmx, else open on the chart."""
    context = chart_context(chart, readings_sheet=template, **more)
    if not is_htmx(request):
        context["cover"] = cover_banner(chart.site, reader=request.user, at=chart.at)
    return page(request, "infusions/chart.html", context, partial=template)
