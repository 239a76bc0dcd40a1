"""Putting a licence on record."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, key_in, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import record_licence
from outcomes.licence_forms import LicenceForm
from outcomes.queries.licences import licences


@requires(Permission.RUN_CLINIC)
def licence_new(request: StaffRequest) -> HttpResponse:
    """?renews=KEY: a licence that prolongs this one begins with its words."""
    rows = licences(request.clinic)
    earlier = next((row for row in rows if row.pk == key_in(request.GET.get("renews"))), None)
    start = {"holder": earlier.holder, "scope": earlier.scope, "renews": earlier.pk} if earlier else {}
    form = LicenceForm(request.POST or None, earlier=rows, initial=start)
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "confirmed"}
        data["renews"] = next((row for row in rows if row.pk == data["renews"]), None)
        try:
            held = record_licence(site=request.clinic, by=request.user, at=timezone.now(), **data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"The licence {held} is on record. Content can be imported under it.")
            return redirect("outcomes:instruments")
    return page(request, "outcomes/licence_new.html", {"form": form}, status=422 if form.errors else 200)
