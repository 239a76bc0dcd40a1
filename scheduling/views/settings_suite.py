"""Settings: opening hours of the week, chairs out of service."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import return_chair, set_opening_hours, take_chair_out
from scheduling.forms.clinic import ChairForm, HoursForm, ReturnForm
from scheduling.models import ChairOutage
from scheduling.queries.clinic import hours_of, outages
from scheduling.rules.capacity import date_words
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def settings_suite(request: StaffRequest) -> HttpResponse:
    """Show both; POST sets the opening hours of days opened from now on."""
    if request.method != "POST":
        return _show(request)
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            set_opening_hours(site=request.clinic, hours=form.hours(), by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The hours are changed, for days opened from now on. Open days keep theirs.")
            return redirect("scheduling:settings_suite")
    return _show(request, hours=form)


@requires(Permission.RUN_CLINIC)
@require_POST
def chair_out(request: StaffRequest) -> HttpResponse:
    form = ChairForm(request.POST, chairs=request.clinic.chairs)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            take_chair_out(site=request.clinic, by=request.user, at=timezone.now(), **facts)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Chair {facts['chair']} is out of service from {date_words(facts['first_day'])}.")
            return redirect("scheduling:settings_suite")
    return _show(request, chair=form)


@requires(Permission.RUN_CLINIC)
@require_POST
def chair_return(request: StaffRequest, pk: int) -> HttpResponse:
    """The chair works again after its last day out; a day before the first takes the outage back."""
    outage = get_object_or_404(ChairOutage, site=request.clinic, pk=pk)
    form, at = ReturnForm(request.POST), timezone.now()
    last_day = form.cleaned_data["last_day"] if form.is_valid() else request.clinic.today(at) - timedelta(days=1)
    return_chair(outage=outage, last_day=last_day, by=request.user, at=at)
    say(request, f"Chair {outage.chair} works again from {date_words(last_day + timedelta(days=1))}.")
    return redirect("scheduling:settings_suite")


def _show(
    request: StaffRequest, *, hours: HoursForm | None = None, chair: ChairForm | None = None
) -> HttpResponse:
    site, today = request.clinic, request.clinic.today(timezone.now())
    facts = {
        "hours": hours or HoursForm(initial=HoursForm.initial_of(hours_of(site))),
        "chair": chair or ChairForm(chairs=site.chairs, initial={"first_day": today}),
        "outages": outages(site, today),
        "yesterday": today - timedelta(days=1),
    }
    return settings_page(request, "scheduling/settings_suite.html", facts, status=422 if hours or chair else 200)
