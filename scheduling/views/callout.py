"""The call-out assistant: who is not there, what the day lacks, two or three plans, whom to call."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import report_call_out, withdraw_call_out
from scheduling.forms.staffing import AbsentForm
from scheduling.models import CallOut, SuiteDay
from scheduling.queries.callout import call_out_page, rostered_people
from scheduling.queries.cover_banner import cover_banner
from scheduling.views.week import day_of


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def callout_new(request: StaffRequest, day: str) -> HttpResponse:
    """Record that somebody rostered is not there."""
    at = timezone.now()
    found = get_object_or_404(SuiteDay.objects.select_related("site"), site=request.clinic, date=day_of(day))
    people = rostered_people(found)
    staff = StaffUser.objects.at(request.clinic, ended=True).filter(pk__in=[one.person.pk for one in people])
    asked = {"person": request.GET.get("person", "")}
    form = AbsentForm(request.POST or None, initial=asked, staff=staff, day=found, at=at)
    context = {"day": found, "people": people, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            made = report_call_out(
                suite_day=found, person=form.cleaned_data["person"], by=request.user, at=at, **form.facts()
            )
        except Refused as refused:
            context["problems"] = refused.problems
        else:
            say(request, f"The call-out of {made.person.name} is recorded.")
            return redirect("scheduling:callout", made.pk)
    return page(request, "scheduling/callout_new.html", context, status=422 if request.method == "POST" else 200)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_safe
def callout(request: StaffRequest, pk: int) -> HttpResponse:
    """What the day lacks, and the plans, refreshed while the solver looks for better ones."""
    at = timezone.now()
    context = {
        "shown": call_out_page(_call_out(request, pk), at=at),
        "cover": cover_banner(request.clinic, reader=request.user, at=at, ahead=True),
        "may_plan": request.user.may(Permission.BOOK),
    }
    return page(request, "scheduling/callout.html", context, partial="scheduling/_callout.html")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def callout_back(request: StaffRequest, pk: int) -> HttpResponse:
    found = withdraw_call_out(call_out=_call_out(request, pk), by=request.user, at=timezone.now())
    say(request, f"{found.person.name} is there after all.")
    return redirect("scheduling:callout", found.pk)


def _call_out(request: StaffRequest, pk: int) -> CallOut:
    rows = CallOut.objects.select_related("suite_day", "suite_day__site", "person", "recorded_by", "taken_back_by")
    return get_object_or_404(rows, site=request.clinic, pk=pk)
