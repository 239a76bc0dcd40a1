"""Settings: versions of the protocol, each with its lengths; a version is never changed."""

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


@requires(Permission.RUN_CLINIC)
def settings_protocols(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    found = protocols(site, site.today(at))
    form = ProtocolForm(request.POST or None, initial=ProtocolForm.initial_of(found.now))
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("name", "valid_from", "because")}
        try:
            row = write_protocol(site=site, lengths=form.lengths(), by=request.user, at=at, **facts)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Version {row.number} is written. What is booked already keeps its lengths.")
            return redirect("scheduling:settings_protocols")
    facts = {"protocols": found, "form": form}
    return settings_page(request, "scheduling/settings_protocols.html", facts, status=422 if form.errors else 200)
