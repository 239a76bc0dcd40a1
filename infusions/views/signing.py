"""The prescriber's queue: read the arithmetic, sign exactly the text."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from infusions import actions
from infusions.forms.orders import ReasonForm, ReleaseForm, SignForm
from infusions.models import Order
from infusions.queries.order_new import draft_page
from infusions.queries.order_sheet import order_sheet
from infusions.queries.orders import orders
from infusions.queries.signing import Waiting, waiting
from infusions.states import OrderState
from kitclinic import signing as signatures
from kitclinic.access import StaffRequest, requires
from kitclinic.display import show
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from scheduling.models import Sequence
from scheduling.queries.cover_banner import cover_banner


@requires(Permission.SIGN_ORDERS)
def signing(request: StaffRequest) -> HttpResponse:
    """Show what waits and the sheet of the line that is open; POST signs the order of that line."""
    at = timezone.now()
    order = _asked(request, orders(request.user.site), "order")
    if request.method != "POST":
        return _page(request, at=at, order=order)
    form = SignForm(request.POST)
    if order is None or not form.is_valid():
        return _page(request, at=at, order=order, form=form, status=422)
    try:
        proof = signatures.reauthenticate(user=request.user, password=form.cleaned_data["password"], at=at)
        signed = actions.sign_order(
            order=order, proof=proof, by=request.user, at=at, shown_digest=form.cleaned_data["shown_digest"]
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _page(request, at=at, order=order, form=form, status=422, problems=refused.problems)
    say(request, f"Order {order.number} is signed: {show(signed.dose_mg, 'mg')} on each day.")
    return redirect("infusions:signing")


def _page(
    request: StaffRequest,
    *,
    at: datetime,
    order: Order | None,
    form: SignForm | None = None,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    queue = waiting(request.user.site, at)
    asked = ("order", order.pk) if order else _asked_sequence(request)
    here = next((line for line in queue if line.key == asked), None)
    if order is not None and here is None and order.state != OrderState.DRAFT:
        return redirect("infusions:order", pk=order.pk)
    chosen = here or (queue[0] if queue else None)
    sheet = order_sheet(chosen.order, reader=request.user, at=at) if chosen and chosen.order else None
    context = {
        "queue": queue,
        "here": chosen,
        "is_chosen": here is not None,
        "now_waiting": next(((number, line) for number, line in enumerate(queue, 1) if line.today), None),
        "sheet": sheet,
        "facts": draft_page(chosen.sequence) if chosen and not chosen.order else None,
        "form": form or (SignForm(initial={"shown_digest": sheet.digest}) if sheet else None),
        "return_form": ReasonForm(),
        "release_form": ReleaseForm(initial={"shown_digest": sheet.affirm_digest}) if sheet else None,
        "refused": [problem for problem in problems if problem.field != "password"],
        "today": request.user.site.today(at),
        "cover": cover_banner(request.clinic, reader=request.user, at=at),
        **_neighbours(queue, chosen),
    }
    return page(request, "infusions/signing.html", context, status=status)


def _asked(request: StaffRequest, rows: QuerySet[Order], name: str) -> Order | None:
    """The order named in the address, of this site; None when none is named."""
    asked = request.GET.get(name, "")
    return get_object_or_404(rows, pk=_key(asked)) if asked else None


def _asked_sequence(request: StaffRequest) -> tuple[str, int] | None:
    asked = request.GET.get("sequence", "")
    if not asked:
        return None
    return "sequence", get_object_or_404(Sequence, site=request.user.site, pk=_key(asked)).pk


def _key(asked: str) -> int:
    """The key that an address names; 0, which nothing has, for what is none."""
    return int(asked) if asked.isdecimal() and len(asked) < 19 else 0


def _neighbours(queue: list[Waiting], here: Waiting | None) -> dict[str, str]:
    """Addresses of the lines below and above, for the keys J and K."""
    if here is None:
        return {}
    place, url = queue.index(here), reverse("infusions:signing")
    return {
        "next_url": url + queue[min(place + 1, len(queue) - 1)].address,
        "previous_url": url + queue[max(place - 1, 0)].address,
    }
