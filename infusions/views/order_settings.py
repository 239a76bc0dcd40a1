"""Settings: how long a signed order holds, when an unsigned one is called out."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from infusions.actions import change_order_settings
from infusions.forms.formulary import OrderSettingsForm
from infusions.queries.formulary import changes_of, order_settings_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def order_settings(request: StaffRequest) -> HttpResponse:
    """Set the days and the hour; an order keeps the days it was written under."""
    row = order_settings_of(request.clinic)
    form = OrderSettingsForm(request.POST or None, initial=OrderSettingsForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_order_settings(site=request.clinic, by=request.user, at=timezone.now(), **form.settings())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The settings are changed. Orders that are written already keep their days.")
            return redirect("infusions:order_settings")
    facts = {"form": form, "changes": changes_of(row)}
    return settings_page(request, "infusions/order_settings.html", facts, status=422 if form.errors else 200)
