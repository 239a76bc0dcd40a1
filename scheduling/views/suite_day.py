"""One suite-day: who works, who is missing, its hours and cap, and whether it is open."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Permission, Role
from scheduling.actions import (
    change_hours,
    close_suite_day,
    put_on_shift,
    put_provider_on_site,
    reopen_suite_day,
    set_daily_cap,
    take_off_shift,
    take_provider_off_site,
)
from scheduling.forms.suite import CapForm, CloseForm, DayHoursForm, RosterForm
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.suite_day import day_page
from scheduling.views.roster import done, may_roster
from scheduling.views.week import day_of


@requires(Permission.SEE_SCHEDULE)
@require_safe
def suite_day(request: StaffRequest, day: str) -> HttpResponse:
    found = _day(request, day)
    return _show(request, found)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def roster_add(request: StaffRequest, day: str) -> HttpResponse:
    found = _day(request, day)
    form = RosterForm(request.POST, site=found.site, day=found)
    if form.is_valid():
        person: StaffUser = form.cleaned_data["person"]
        facts: dict[str, Any] = {"by": request.user, "at": timezone.now(), **form.span()}
        try:
            if person.role == Role.NURSE:
                put_on_shift(suite_day=found, nurse=person, **facts)
            else:
                put_provider_on_site(suite_day=found, provider=person, **facts)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{person.name} is on the roster.")
            return redirect("scheduling:suite_day", day)
    return _show(request, found, form=form)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def shift_remove(request: StaffRequest, pk: int) -> HttpResponse:
    found = NurseShift.objects.select_related("suite_day", "nurse")
    shift = get_object_or_404(found, site=request.user.site, pk=pk)
    take_off_shift(shift=shift, by=request.user, at=timezone.now())
    return done(request, shift.suite_day.date, f"{shift.nurse.name} is off that time.")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def provider_remove(request: StaffRequest, pk: int) -> HttpResponse:
    found = ProviderPresence.objects.select_related("suite_day", "provider")
    presence = get_object_or_404(found, site=request.user.site, pk=pk)
    take_provider_off_site(presence=presence, by=request.user, at=timezone.now())
    return done(request, presence.suite_day.date, f"{presence.provider.name} is off that time.")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def suite_day_hours(request: StaffRequest, day: str) -> HttpResponse:
    found, form = _day(request, day), DayHoursForm(request.POST)
    if form.is_valid():
        try:
            change_hours(suite_day=found, by=request.user, at=timezone.now(), **form.minutes())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The hours of this day are changed.")
            return redirect("scheduling:suite_day", day)
    return _show(request, found, hours=form)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def suite_day_cap(request: StaffRequest, day: str) -> HttpResponse:
    found, form = _day(request, day), CapForm(request.POST)
    if form.is_valid():
        cap = form.cleaned_data["daily_cap"]
        try:
            set_daily_cap(suite_day=found, daily_cap=cap, by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"This day takes {cap} visits at most." if cap else "This day takes as many as fit.")
            return redirect("scheduling:suite_day", day)
    return _show(request, found, cap=form)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def suite_day_close(request: StaffRequest, day: str) -> HttpResponse:
    found, form = _day(request, day), CloseForm(request.POST)
    if form.is_valid():
        try:
            close_suite_day(suite_day=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The day is closed. Its week is not offered any more.")
            return redirect("scheduling:suite_day", day)
    return _show(request, found, close=form)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def suite_day_reopen(request: StaffRequest, day: str) -> HttpResponse:
    reopen_suite_day(suite_day=_day(request, day), by=request.user, at=timezone.now())
    say(request, "The day is open again.")
    return redirect("scheduling:suite_day", day)


def _day(request: StaffRequest, day: str) -> SuiteDay:
    found = SuiteDay.objects.select_related("site")
    return get_object_or_404(found, site=request.user.site, date=day_of(day))


def _show(request: StaffRequest, day: SuiteDay, **refused: Form) -> HttpResponse:
    """The day with its forms; refused: forms that come back with what stands against them, by name."""
    at = timezone.now()
    facts = {
        "page": day_page(day, at=at),
        "form": RosterForm(site=day.site, day=day),
        "hours": DayHoursForm(initial=DayHoursForm.initial_of(day)),
        "cap": CapForm(initial={"daily_cap": day.daily_cap}),
        "close": CloseForm(),
        "may_edit": may_roster(request.user),
        "cover": cover_banner(day.site, reader=request.user, at=at, ahead=True),
    }
    return page(request, "scheduling/suite_day.html", facts | refused, status=422 if refused else 200)
