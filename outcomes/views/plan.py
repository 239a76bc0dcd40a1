"""The plan of a protocol: what is asked when, how it reminds; changed with a reason, never overwritten."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import set_plan
from outcomes.asking_forms import PlanForm
from outcomes.queries.plans import PlanPage, plan_page
from outcomes.rules.asking import BASELINE_ASKED, FOLLOW_UPS_ASKED
from outcomes.rules.plans import LADDER, PLAN, STOP_RULE_WORDS
from scheduling.queries.protocols import choice_of, protocol_choices
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def plan(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    choices = protocol_choices(site)
    protocol = choice_of(choices, request.GET.get("protocol", ""))
    shown = plan_page(site, protocol.slug, today=site.today(at))
    form = PlanForm(request.POST or None, shown=shown, initial=PlanForm.initial_of(shown))
    if request.method == "POST" and form.is_valid():
        try:
            row = _write(request, form, shown, protocol.slug)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Plan {row} is in force. What is asked already keeps the one it was asked by.")
            return redirect(f"{reverse('outcomes:plan')}?protocol={protocol.slug}")
    context = {
        "shown": shown,
        "form": form,
        "choices": choices,
        "protocol": protocol,
        "rules": (PLAN, BASELINE_ASKED, FOLLOW_UPS_ASKED, LADDER),
        "stop_rule": STOP_RULE_WORDS[shown.plan.stop_rule],
    }
    return settings_page(request, "outcomes/plan.html", context, status=422 if form.errors else 200)


def _write(request: StaffRequest, form: PlanForm, shown: PlanPage, protocol: str) -> int:
    said = form.cleaned_data
    row = set_plan(
        site=request.clinic,
        protocol=protocol,
        batteries=form.batteries([one.name for one in shown.choices]),
        ladder=form.ladder,
        because=said["because"],
        after=said["after"],
        by=request.user,
        at=timezone.now(),
        stop_rule=said["stop_rule"],
        screen_first=said["screen_first"],
        patients_see_scores=said["patients_see_scores"],
    )
    return row.number
