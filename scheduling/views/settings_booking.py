"""Settings: how long a hold lasts, the daily cap, when messages rest."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import change_booking_settings
from scheduling.forms.clinic import BookingForm
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def settings_booking(request: StaffRequest) -> HttpResponse:
    site = request.clinic
    form = BookingForm(request.POST or None, initial=BookingForm.initial_of(site))
    if request.method == "POST" and form.is_valid():
        try:
            change_booking_settings(site=site, new=form.settings(), by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The settings are changed. What is booked or held already stays as it is.")
            return redirect("scheduling:settings_booking")
    return settings_page(
        request, "scheduling/settings_booking.html", {"form": form}, status=422 if form.errors else 200
    )
