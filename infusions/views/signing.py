"""The prescriber's queue: read the arithmetic, sign exactly the text; the next one opens by itself."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from infusions import actions
from infusions.forms.orders import ReasonForm, ReleaseForm, SignForm
from infusions.forms.verbal import CoSignForm
from infusions.models import Order, VerbalOrder
from infusions.queries.adverse_events import number_overdue
from infusions.queries.flags import waiting_flags, waiting_version
from infusions.queries.order_new import draft_page
from infusions.queries.order_sheet import order_sheet
from infusions.queries.orders import orders
from infusions.queries.signing import Waiting, waiting
from infusions.queries.signing_text import cosign_sheet, settle
from infusions.queries.verbal import verbal_orders
from infusions.states import OrderState
from kitclinic import looks
from kitclinic import signing as signatures
from kitclinic.access import StaffRequest, requires, signed_in_at
from kitclinic.display import show
from kitclinic.http import add_problems_to_form, key_in, page, say
from kitclinic.problems import Problem, Refused
from kitclinic.proving import prove_to_sign
from kitclinic.roles import Permission
from scheduling.models import Sequence
from scheduling.queries.cover_banner import cover_banner


@requires(Permission.SIGN_ORDERS)
def signing(request: StaffRequest) -> HttpResponse:
    """Show what waits and the sheet of the line that is open; POST signs the order of that line."""
    at = timezone.now()
    order = _order(request)
    if request.method != "POST":
        return signing_page(request, at=at, order=order, verbal=_verbal(request))
    form = SignForm(request.POST)
    if order is None or not form.is_valid():
        return signing_page(request, at=at, order=order, form=form, status=422)
    given, next_url = form.cleaned_data, after(request, ("order", order.pk), at=at)
    try:
        proof = prove_to_sign(request, given["password"], at=at)
        signed = actions.sign_order(
            order=order, proof=proof, by=request.user, at=at, shown_digest=given["shown_digest"]
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return signing_page(request, at=at, order=order, form=form, status=422, problems=refused.problems)
    say(request, f"Order {order.number} is signed: {show(signed.dose_mg, 'mg')} on each day.")
    return redirect(next_url)


def after(request: StaffRequest, key: tuple[str, int], *, at: datetime) -> str:
    """Where to go once this line is signed: to the line below it, at the end to the top."""
    queue, url = waiting(request.user.site, at, request.user), reverse("infusions:signing")
    place = next((number for number, line in enumerate(queue) if line.key == key), len(queue))
    return url + queue[place + 1].address if place + 1 < len(queue) else url


def signing_page(
    request: StaffRequest,
    *,
    at: datetime,
    order: Order | None = None,
    verbal: VerbalOrder | None = None,
    form: SignForm | None = None,
    cosign_form: CoSignForm | None = None,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    """The queue with one line open. form, cosign_form: what was posted and not signed; problems: why."""
    queue = waiting(request.user.site, at, request.user)
    asked = ("order", order.pk) if order else ("verbal", verbal.pk) if verbal else _asked_sequence(request)
    here = next((line for line in queue if line.key == asked), None)
    if order is not None and here is None and order.state != OrderState.DRAFT:
        return redirect("infusions:order", pk=order.pk)
    if verbal is not None and here is None:
        return redirect("infusions:order", pk=verbal.order_id)
    chosen = here or (queue[0] if queue else None)
    if chosen is not None:
        looks.about(request, chosen.sequence.patient_id)
    flags = waiting_flags(request.user.site, at)
    context = {
        "flags": flags,
        "flags_version": waiting_version(flags),
        "queue": queue,
        "here": chosen,
        "is_chosen": here is not None,
        "called": sum(1 for line in queue if line.call),
        "now_waiting": next(((number, line) for number, line in enumerate(queue, 1) if line.today), None),
        "refused": [problem for problem in problems if problem.field != "password"],
        "too_old": signatures.is_too_old(signed_in_at(request), at=at),
        "today": request.user.site.today(at),
        "events_overdue": number_overdue(request.clinic, at=at),
        "cover": cover_banner(request.clinic, reader=request.user, at=at),
        **_opened(request, chosen, form, cosign_form, at=at),
        **_neighbours(queue, chosen),
    }
    return page(request, "infusions/signing.html", context, status=status)


def _opened(
    request: StaffRequest,
    line: Waiting | None,
    form: SignForm | None,
    cosign_form: CoSignForm | None,
    *,
    at: datetime,
) -> dict[str, Any]:
    """What the middle and the right of the page need for the line that is open."""
    if line is None:
        return {}
    if line.cosign:
        disputes = (cosign_form.data.get("disputes", "") if cosign_form else "").strip()[:300]
        told = cosign_sheet(line.cosign.verbal, disputes=disputes)
        return {"told": told, "cosign_form": cosign_form or CoSignForm(initial={"shown_digest": told.digest})}
    if line.order is None:
        return {"facts": draft_page(line.sequence)}
    sheet = order_sheet(line.order, reader=request.user, at=at)
    return {
        "sheet": sheet,
        "to_settle": settle(line.order, sheet.problems),
        "form": form or SignForm(initial={"shown_digest": sheet.digest}),
        "return_form": ReasonForm(),
        "release_form": ReleaseForm(initial={"shown_digest": sheet.affirm_digest}),
    }


def _asked(request: StaffRequest, name: str) -> int | None:
    """The key that the address names; 0, which nothing has, for what is none; None when nothing is named."""
    asked = request.GET.get(name, "")
    return key_in(asked) if asked else None


def _order(request: StaffRequest) -> Order | None:
    pk = _asked(request, "order")
    return None if pk is None else get_object_or_404(orders(request.user.site), pk=pk)


def _verbal(request: StaffRequest) -> VerbalOrder | None:
    """The verbal order named in the address, said by the reader."""
    pk = _asked(request, "verbal")
    rows = verbal_orders(request.user.site).filter(prescriber=request.user)
    return None if pk is None else get_object_or_404(rows, pk=pk)


def _asked_sequence(request: StaffRequest) -> tuple[str, int] | None:
    pk = _asked(request, "sequence")
    if pk is None:
        return None
    return "sequence", get_object_or_404(Sequence, site=request.user.site, pk=pk).pk


def _neighbours(queue: list[Waiting], here: Waiting | None) -> dict[str, str]:
    """Addresses of the lines below and above, for the keys J and K."""
    if here is None:
        return {}
    place, url = queue.index(here), reverse("infusions:signing")
    return {
        "next_url": url + queue[min(place + 1, len(queue) - 1)].address,
        "previous_url": url + queue[max(place - 1, 0)].address,
    }
