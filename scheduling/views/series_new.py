"""Beginning a series of group visits, and ending it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import end_series, start_series
from scheduling.forms.group_plans import EndForm, SeriesForm
from scheduling.models import GroupSeries
from scheduling.rules.capacity import date_words
from scheduling.views.group_new import confirmed_of

PAGE = "scheduling/series_new.html"


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def series_new(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    form = SeriesForm(request.POST or None, site=site, initial={"starts_on": site.today(at)})
    if request.method != "POST" or not form.is_valid():
        return page(request, PAGE, {"form": form}, status=422 if form.errors else 200)
    facts: dict[str, Any] = {"site": site, "by": request.user, "at": at, "confirmed": confirmed_of(request)}
    try:
        _, planned = start_series(new=form.series(), **facts)
    except Refused as refused:
        return page(request, PAGE, {"form": form, "problems": refused.problems}, status=422)
    say(request, f"{len(planned.groups)} group visits are planned.")
    for day, why in sorted(planned.left_out.items()):
        say(request, f"Left out: {date_words(day)}. {why}")
    return redirect("scheduling:groups")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def series_end(request: StaffRequest, pk: int) -> HttpResponse:
    found = GroupSeries.objects.select_related("site", "physician", "psychologist")
    series, at = get_object_or_404(found, site=request.clinic, pk=pk), timezone.now()
    form = EndForm(request.POST or None, initial={"last_day": request.clinic.today(at)})
    context = {"form": form, "series": series}
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/series_end.html", context, status=422 if form.errors else 200)
    try:
        kept = end_series(series=series, by=request.user, at=at, **form.cleaned_data)
    except Refused as refused:
        return page(request, "scheduling/series_end.html", context | {"problems": refused.problems}, status=422)
    days = ", ".join(date_words(group.date) for group in kept)
    say(
        request,
        f"The series ends. These still have patients and stay planned: {days}." if kept else "The series ends.",
    )
    return redirect("scheduling:groups")
