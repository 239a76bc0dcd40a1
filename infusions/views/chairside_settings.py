"""Settings: what the clinic decides about charting at the chair."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from infusions.actions import set_chairside
from infusions.forms.chairside_settings import ChairsideSettingsForm
from infusions.queries.chairside import chairside_settings as settings_of
from infusions.queries.chairside import settings_told
from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.roles import Permission
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def chairside_settings(request: StaffRequest) -> HttpResponse:
    """Each setting with its default, what it affects and who changed it last."""
    initial = ChairsideSettingsForm.initial_of(settings_of(request.clinic))
    form = ChairsideSettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_chairside(site=request.clinic, by=request.user, at=timezone.now(), **form.settings())
        say(request, "The settings hold from now on. What is charted already stays as it is.")
        return redirect("infusions:chairside_settings")
    told = [(one, form[one.name]) for one in settings_told(request.clinic)]
    facts = {"form": form, "told": told}
    return settings_page(request, "infusions/chairside_settings.html", facts, status=422 if form.errors else 200)
