"""Settings: the protocols with their versions; a version is never changed. A physician reads them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import write_protocol
from scheduling.forms.clinic import ProtocolForm
from scheduling.queries.clinic import protocols
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC, Permission.WRITE_ORDERS)
def settings_protocols(request: StaffRequest) -> HttpResponse:
    site, at, may_write = request.clinic, timezone.now(), request.user.may(Permission.RUN_CLINIC)
    if request.method == "POST" and not may_write:
        raise PermissionDenied("Your role reads the protocols; the clinic lead writes them.")
    found = protocols(site, site.today(at))
    start = ProtocolForm.initial_of(found.now, found.ordered)
    form = ProtocolForm(request.POST or None, choices=found.choices, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            row = write_protocol(site=site, by=request.user, at=at, **form.facts())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Version {row.number} is written. What is booked already keeps its own.")
            return redirect("scheduling:settings_protocols")
    facts = {"protocols": found, "form": form, "may_write": may_write}
    return settings_page(request, "scheduling/settings_protocols.html", facts, status=422 if form.errors else 200)
