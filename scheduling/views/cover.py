"""The red banner: cover that is needed, and who takes it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, say
from kitclinic.models import StaffUser
from kitclinic.roles import Permission
from scheduling.actions import take_covers
from scheduling.forms.staffing import CoverForm
from scheduling.forms.typed import read
from scheduling.models import CoverNeeded
from scheduling.queries.cover_banner import cover_banner

BANNER = "components/_cover_needed.html"


@requires(Permission.SEE_SCHEDULE)
@require_safe
def cover(request: StaffRequest) -> HttpResponse:
    """The banner again; 204 while it would look the same (``v`` is the version on the screen)."""
    ahead = "ahead" in request.GET
    found = cover_banner(request.clinic, reader=request.user, at=timezone.now(), ahead=ahead)
    if request.GET.get("v") == found.version:
        return HttpResponse(status=204)
    return render(request, BANNER, {"cover": found})


@requires(Permission.CHART, Permission.CLEAR_FOR_START, Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def cover_take(request: StaffRequest) -> HttpResponse:
    """A named person takes one or more times of cover; the rule says who can."""
    form, at = (
        CoverForm(request.POST, staff=StaffUser.objects.at(request.clinic)),
        timezone.now(),
    )
    person: StaffUser = read(form)["person"]
    rows = CoverNeeded.objects.filter(site=request.clinic).select_related("suite_day")
    chosen = [get_object_or_404(rows, pk=pk) for pk in form.cleaned_data["covers"]]
    take_covers(covers=chosen, person=person, by=request.user, at=at)
    if not is_htmx(request):
        say(request, f"{person.name} takes the cover.")
        return redirect("home")
    found = cover_banner(request.clinic, reader=request.user, at=at, ahead="ahead" in request.POST)
    return render(request, BANNER, {"cover": found})
