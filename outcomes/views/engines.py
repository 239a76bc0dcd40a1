"""Settings: systems that ask our adaptive engine, and engines that this clinic has ask its patients."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes import actions
from outcomes.engine_forms import ClientForm, RemoteForm
from outcomes.models import EngineClient, RemoteEngine
from outcomes.queries.engines import base, clients, remotes, served
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def engines(request: StaffRequest) -> HttpResponse:
    """Both lists. POST lets a system in; its token stands on this answer only."""
    form = ClientForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form=form, status=422 if form.errors else 200)
    try:
        client, token = actions.add_engine_client(
            site=request.clinic, name=form.cleaned_data["name"], by=request.user, at=timezone.now()
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _page(request, form=form, status=422)
    return _page(request, form=ClientForm(), added=client, token=token)


@requires(Permission.RUN_CLINIC)
@require_POST
def engine_client_end(request: StaffRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(EngineClient, site=request.clinic, pk=pk)
    actions.end_engine_client(client=client, by=request.user, at=timezone.now())
    say(request, f"{client.name} is ended: its token opens nothing any more.")
    return redirect("outcomes:engines")


@requires(Permission.RUN_CLINIC)
@require_POST
def remote_engine_new(request: StaffRequest) -> HttpResponse:
    """Have another engine ask one test from now on."""
    form = RemoteForm(request.POST, site=request.clinic)
    if form.is_valid():
        try:
            made = actions.add_remote_engine(
                site=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{made.instrument} is asked by the other engine in questionnaires sent from now on.")
            return redirect("outcomes:engines")
    return _page(request, form=ClientForm(), remote_form=form, status=422)


@requires(Permission.RUN_CLINIC)
@require_POST
def remote_engine_end(request: StaffRequest, pk: int) -> HttpResponse:
    engine = get_object_or_404(RemoteEngine, site=request.clinic, pk=pk)
    actions.end_remote_engine(engine=engine, by=request.user, at=timezone.now())
    say(
        request,
        f"{engine.instrument} is asked by our own engine again. Questionnaires already sent stay as they are.",
    )
    return redirect("outcomes:engines")


def _page(request: StaffRequest, *, status: int = 200, **facts: Any) -> HttpResponse:
    site = request.clinic
    asking, asked = clients(site), remotes(site)
    context = {
        "clients": [one for one in asking if one.ended_at is None],
        "clients_ended": [one for one in asking if one.ended_at is not None],
        "remotes": [one for one in asked if one.ended_at is None],
        "remotes_ended": [one for one in asked if one.ended_at is not None],
        "tests": served(site, at=timezone.now()),
        "address": base() + "/Questionnaire/$next-question",
        "remote_address": reverse("outcomes:remote_engine_new"),
        "remote_form": RemoteForm(site=site),
    }
    return settings_page(request, "outcomes/engines.html", context | facts, status=status)
