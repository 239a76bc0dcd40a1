"""Monitors of the clinic: which may send, where they stand, when they were last heard."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.readings import MonitorForm
from infusions.models import Monitor
from infusions.queries.monitors import monitor_lines
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.views.settings_tabs import settings_page

TEMPLATE = "infusions/monitors.html"


@requires(Permission.RUN_CLINIC)
def monitors(request: StaffRequest) -> HttpResponse:
    """The list. POST adds one; its token stands on this answer only."""
    if request.method != "POST":
        return _page(request, form=MonitorForm(chairs=request.clinic.chairs))
    form = MonitorForm(request.POST, chairs=request.clinic.chairs)
    if form.is_valid():
        data = form.cleaned_data
        try:
            monitor, token = actions.add_monitor(
                site=request.clinic, name=data["name"], chair=data["chair"], by=request.user, at=timezone.now()
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            form = MonitorForm(chairs=request.clinic.chairs)
            return _page(request, form=form, added=monitor, token=token)
    return _page(request, status=422, form=form)


@requires(Permission.RUN_CLINIC)
@require_POST
def monitor_end(request: StaffRequest, pk: int) -> HttpResponse:
    monitor = get_object_or_404(Monitor.objects.select_related("site"), site=request.clinic, pk=pk)
    actions.end_monitor(monitor=monitor, by=request.user, at=timezone.now())
    say(request, f"{monitor.name} is ended: its token opens nothing any more. What it sent stays.")
    return redirect("infusions:monitors")


def _page(request: StaffRequest, *, status: int = 200, **facts: Any) -> HttpResponse:
    lines = monitor_lines(request.clinic, at=timezone.now())
    context = {
        "in_use": [line for line in lines if line.monitor.ended_at is None],
        "ended": [line for line in lines if line.monitor.ended_at is not None],
        "address": settings.BASE_URL + reverse("infusions:observations"),
    }
    return settings_page(request, TEMPLATE, context | facts, status=status)
