"""Settings: how fast this clinic answers its safety tasks, and what happens at night."""

from dataclasses import asdict

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import set_safety_times
from outcomes.forms import SafetyTimesForm
from outcomes.queries.safety_settings import newest_settings, times_of
from outcomes.rules.safety_times import AT_NIGHT, CHAIN, DEFAULTS, ESCALATION, HIGH_TIMER, SECOND_LINE_TIMER
from scheduling.views.settings_tabs import settings_page

RULES = (ESCALATION, HIGH_TIMER, CHAIN, AT_NIGHT, SECOND_LINE_TIMER)


@requires(Permission.RUN_CLINIC)
def safety_settings(request: StaffRequest) -> HttpResponse:
    """The times with their defaults and who changed them last."""
    site = request.clinic
    form = SafetyTimesForm(request.POST or None, initial=SafetyTimesForm.initial_of(times_of(site)))
    if request.method == "POST" and form.is_valid():
        try:
            set_safety_times(site=site, times=form.times(), by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "These times count for tasks raised from now on. Those that wait keep theirs.")
            return redirect("outcomes:safety_settings")
    facts = {"form": form, "row": newest_settings(site), "defaults": asdict(DEFAULTS), "rules": RULES}
    return settings_page(request, "outcomes/safety_settings.html", facts, status=422 if form.errors else 200)
