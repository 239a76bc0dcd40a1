"""Facts that came late or fit nothing: a colleague looks at each and says so."""

from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions import actions
from infusions.forms.events import LookForm
from infusions.models import InfusionEvent, VitalSet
from infusions.queries.facts_to_review import facts_to_review, number_to_review
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
@require_safe
def to_review(request: StaffRequest) -> HttpResponse:
    context = {
        "facts": facts_to_review(request.clinic),
        "number": number_to_review(request.clinic),
        "may_look": request.user.may(Permission.CHART) or request.user.may(Permission.JUDGE_EVENTS),
        "new_key": uuid4,
    }
    return page(request, "infusions/to_review.html", context)


@requires(Permission.CHART, Permission.JUDGE_EVENTS)
@require_POST
def fact_seen(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    fact: InfusionEvent | VitalSet
    if kind == "event":
        fact = get_object_or_404(InfusionEvent.objects.select_related("infusion"), site=request.clinic, pk=pk)
    elif kind == "set":
        fact = get_object_or_404(VitalSet.objects.select_related("infusion"), site=request.clinic, pk=pk)
    else:
        raise Http404
    form = LookForm(request.POST)
    if not form.is_valid():
        raise Refused([Blocker("", "Nothing was saved: use 300 characters at most, then press Seen.", "words")])
    given = form.cleaned_data
    actions.look_at_fact(fact=fact, by=request.user, at=timezone.now(), key=given["key"], words=given["words"])
    say(request, "Looked at. It stays on the chart as it is.")
    return redirect("infusions:to_review")
