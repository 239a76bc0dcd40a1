"""Messages about questions that did not arrive: why, what to do, send again."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, refusal, say
from kitclinic.problems import Blocker
from kitclinic.roles import Permission
from outcomes import actions
from outcomes.asking_forms import AgainForm
from outcomes.models import PlannedAssessment
from outcomes.queries.calls import undelivered
from outcomes.rules.reaching import DELIVERY


@requires(Permission.SEND_QUESTIONNAIRES)
@require_safe
def delivery(request: StaffRequest) -> HttpResponse:
    context = {"lines": undelivered(request.clinic, at=timezone.now()), "new_key": uuid4, "rule": DELIVERY}
    return page(request, "outcomes/delivery.html", context)


@requires(Permission.SEND_QUESTIONNAIRES)
@require_POST
def ask_again(request: StaffRequest, pk: int) -> HttpResponse:
    """A fresh link, by the channel that was chosen."""
    ask = get_object_or_404(PlannedAssessment.objects.select_related("patient"), site=request.user.site, pk=pk)
    form = AgainForm(request.POST)
    if not form.is_valid():
        return refusal(request, (Blocker(DELIVERY.id, "Choose text message or e-mail; nothing was sent."),))
    sent = actions.send_again(ask=ask, by=request.user, at=timezone.now(), **form.cleaned_data)
    say(request, f"{ask.patient.name}: a new link is on its way." if sent else "That link was on its way already.")
    return redirect("outcomes:calls" if request.POST.get("from") == "calls" else "outcomes:delivery")
