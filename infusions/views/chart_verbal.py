"""A verbal order, recorded at the chair. A stop is recorded before anything else is asked."""

from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.verbal import VerbalForm
from infusions.models import Infusion, VerbalOrder
from infusions.queries.readiness import order_of
from infusions.rules.verbal import ORD_30, ORD_32
from infusions.states import RUNS, VerbalKind
from infusions.views.acting import answer, infusion_of, read
from kitclinic.access import StaffRequest, requires
from kitclinic.problems import Blocker, Notice, Refused
from kitclinic.roles import Permission

SAID = {
    VerbalKind.HOLD: "Verbal order recorded: the order is held. No infusion starts on it.",
    VerbalKind.STOP: "STOP recorded, and who ordered it. Stop the pump; say why as soon as you can.",
    VerbalKind.AS_NEEDED: "Verbal order recorded. Assess, then give ondansetron 8 mg; it is the only one.",
}


@requires(Permission.CHART)
@require_POST
def chart_verbal(request: StaffRequest, visit_pk: int) -> HttpResponse:
    infusion, at = infusion_of(request, visit_pk), timezone.now()
    stops = request.POST.get("kind") == VerbalKind.STOP and infusion.state in RUNS
    if stops:  # a fact: it is kept whatever the form lacks (ORD-32)
        actions.stop_infusion(infusion=infusion, by=request.user, at=at, key=_key(request))
    try:
        verbal = _record(request, infusion, at)
    except Refused as refused:
        if not stops:
            raise
        kept = Notice(ORD_32.id, "The stop is recorded. Only the verbal order is not saved yet.")
        raise type(refused)([kept, *refused.problems]) from refused
    return answer(request, visit_pk, SAID[VerbalKind(verbal.kind)])


def _record(request: StaffRequest, infusion: Infusion, at: datetime) -> VerbalOrder:
    form = VerbalForm(request.POST, site=infusion.site)
    data = read(form)
    holds = data["kind"] == VerbalKind.HOLD  # of what comes next, not of the version that runs
    order = order_of(infusion.visit) if holds else infusion.order or order_of(infusion.visit)
    if order is None:
        raise Refused(
            [Blocker(ORD_30.id, "This visit has no order that could be held. Nothing starts without one.")]
        )
    return actions.give_verbal_order(
        order=order,
        kind=data["kind"],
        words=data["said"],
        prescriber=data["prescriber"],
        read_back=data["read_back"],
        infusion=infusion,
        said_at=form.said_at(at),
        by=request.user,
        at=at,
        key=data["key"],
    )


def _key(request: StaffRequest) -> UUID:
    """The form's key; a fresh one where it is broken, because a stop does not wait for a form."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()
