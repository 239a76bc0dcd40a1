"""Hold an order because a prescriber said so, away from the chair."""

from datetime import datetime
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from infusions import actions
from infusions.forms.verbal import VerbalForm
from infusions.models import Order
from infusions.queries.orders import TONES, orders
from infusions.queries.verbal import sayers
from infusions.states import VerbalKind
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission

SHOWN = frozenset({"prescriber", "said", "said_time", "read_back"})  # fields that show their own refusal


@requires(Permission.CHART)
def verbal_new(request: StaffRequest, pk: int) -> HttpResponse:
    """The form; POST records what was said, and holds the order."""
    order, at = get_object_or_404(orders(request.user.site), pk=pk), timezone.now()
    if request.method != "POST":
        blank = {"key": uuid4(), "kind": VerbalKind.HOLD.value}
        return _page(request, order, VerbalForm(initial=blank, site=order.site), at)
    form = VerbalForm(request.POST, site=order.site)
    if not form.is_valid():
        return _page(request, order, form, at, status=422)
    given = form.cleaned_data
    try:
        actions.give_verbal_order(
            order=order,
            kind=given["kind"],
            words=given["said"],
            prescriber=given["prescriber"],
            read_back=given["read_back"],
            said_at=form.said_at(at),
            by=request.user,
            at=at,
            key=given["key"],
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _page(request, order, form, at, status=422, problems=refused.problems)
    say(
        request,
        f"Verbal order recorded: order {order.number} is held. {given['prescriber'].name} signs it in 24 h.",
    )
    return redirect("infusions:order", pk=pk)


def _page(
    request: StaffRequest,
    order: Order,
    form: VerbalForm,
    at: datetime,
    *,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    people = [(one.person.pk, one.label) for one in sayers(order.site, at)]
    form.offer(people, kinds=(VerbalKind.HOLD,))
    context = {
        "order": order,
        "tone": TONES[order.state],
        "form": form,
        "problems": [problem for problem in problems if problem.field not in SHOWN],
        "today": request.user.site.today(at),
    }
    return page(request, "infusions/verbal_new.html", context, status=status)
