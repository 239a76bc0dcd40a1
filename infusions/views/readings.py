"""The review list: readings no chart could take, until a nurse gives them to a chart or puts them away."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions import actions
from infusions.forms.readings import AWAY, AwayForm, GiveForm
from infusions.models import MonitorReading
from infusions.queries.monitors import open_charts, reviews, settled_lately
from infusions.views.acting import read
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.roles import Permission


@requires(Permission.CHART)
@require_safe
def readings(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    context = {
        "reviews": reviews(site, at=at),
        "charts": open_charts(site, at=at),
        "settled": settled_lately(site, at=at),
        "away_choices": AWAY,
        "new_key": uuid4,
    }
    return page(request, "infusions/readings.html", context)


@requires(Permission.CHART)
@require_POST
def reading_give(request: StaffRequest, pk: int) -> HttpResponse:
    row, at = _reading(request, pk), timezone.now()
    form = GiveForm(request.POST, site=request.clinic, at=at)
    chart = read(form)["infusion"]
    actions.give_reading(reading=row, infusion=chart, by=request.user, at=at, confirmed=form.confirmed)
    say(request, f"The reading waits at the chart of chair {chart.chair}. Take it there, or put it away.")
    return redirect("infusions:chart", chart.visit_id)


@requires(Permission.CHART)
@require_POST
def reading_put_away(request: StaffRequest, pk: int) -> HttpResponse:
    row = _reading(request, pk)
    form = AwayForm(request.POST, site=request.clinic)
    read(form)
    actions.put_away_reading(reading=row, because=form.reason, by=request.user, at=timezone.now())
    say(request, "The reading is put away. Nothing was charted.")
    return redirect("infusions:readings")


def _reading(request: StaffRequest, pk: int) -> MonitorReading:
    rows = MonitorReading.objects.select_related("monitor", "site", "infusion")
    return get_object_or_404(rows, site=request.clinic, pk=pk)
