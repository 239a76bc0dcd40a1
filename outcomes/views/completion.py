"""Completion: the way from the referral to the whole protocol, and why some ended early."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.completed import completion_facts
from outcomes.queries.people_list import PeopleLines
from outcomes.rules.completed import EARLY_RULE, FUNNEL_RULE, STANDING_RULE
from outcomes.rules.completion import COMPLETION, FIRST_SEQUENCE
from outcomes.views.studied import page_of, studied

FILE = ["completion", "csv"]
RULES = (COMPLETION, STANDING_RULE, FIRST_SEQUENCE, EARLY_RULE, FUNNEL_RULE)


@requires(Permission.SEE_OUTCOMES)
@require_safe
def completion(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Treatment completion")
    context = asked.context | {
        "shown": completion_facts(asked.found),
        "rules": RULES,
        "export": reverse("outcomes:table_of", args=["completion", "csv"]),
    }
    return page(request, "outcomes/completion.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@requires(Permission.SEE_SCORES)
def completion_patients(request: StaffRequest, group: str) -> HttpResponse:
    asked = studied(request, "Treatment completion")
    chosen = completion_facts(asked.found).group(group)
    if chosen is None:
        raise Http404
    label, who = chosen
    lines = page_of(request, PeopleLines(asked.found, who))
    context = asked.context | {"label": label, "lines": lines, "is_step": group.startswith("step-")}
    return page(request, "outcomes/completion_patients.html", context)
