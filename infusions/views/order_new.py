"""Write the order of a sequence, or a new version of it, as a draft."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from infusions import actions
from infusions.forms.orders import DraftForm
from infusions.queries.order_new import draft_page
from infusions.queries.orders import current_order
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.models import Sequence


@requires(Permission.WRITE_ORDERS)
def order_new(request: StaffRequest, sequence_pk: int) -> HttpResponse:
    rows = Sequence.objects.select_related("patient", "site")
    sequence = get_object_or_404(rows, site=request.user.site, pk=sequence_pk)
    at, old = timezone.now(), current_order(sequence)
    form = DraftForm(request.POST if request.method == "POST" else None, first=old is None)
    context = {"form": form, "sequence": sequence, "old": old, "facts": draft_page(sequence)}
    context["today"] = sequence.site.today(at)
    if request.method != "POST":
        return page(request, "infusions/order_new.html", context)
    if not form.is_valid():
        return page(request, "infusions/order_new.html", context, status=422)
    given = form.choices()
    try:
        if old is None:
            order = actions.draft_order(sequence=sequence, by=request.user, at=at, **given)
        else:
            reason = form.cleaned_data["reason"]
            order = actions.supersede_order(order=old, by=request.user, at=at, reason=reason, **given)
    except Refused as refused:
        return page(request, "infusions/order_new.html", context | {"problems": refused.problems}, status=422)
    say(request, "The draft is written. Nothing is ordered until it is signed.")
    return redirect(f"{reverse('infusions:signing')}?order={order.pk}")
