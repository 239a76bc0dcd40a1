"""One suite-day: who is on the floor, who is on site, and whether it is open."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Permission, Role
from scheduling.actions import (
    close_suite_day,
    put_on_shift,
    put_provider_on_site,
    reopen_suite_day,
    take_off_shift,
    take_provider_off_site,
)
from scheduling.forms.suite import CloseForm, RosterForm
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.days import day_page
from scheduling.views.week import day_of


@requires(Permission.SEE_SCHEDULE)
def suite_day(request: StaffRequest, day: str) -> HttpResponse:
    found = _day(request, day)
    return _show(request, found, RosterForm(site=found.site, day=found), CloseForm())


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
    return _show(request, found, form, CloseForm(), status=422)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def shift_remove(request: StaffRequest, pk: int) -> HttpResponse:
    found = NurseShift.objects.select_related("suite_day", "nurse")
    shift = get_object_or_404(found, site=request.user.site, pk=pk)
    take_off_shift(shift=shift, by=request.user, at=timezone.now())
    say(request, f"{shift.nurse.name} is off that time.")
    return redirect("scheduling:suite_day", f"{shift.suite_day.date:%Y-%m-%d}")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def provider_remove(request: StaffRequest, pk: int) -> HttpResponse:
    found = ProviderPresence.objects.select_related("suite_day", "provider")
    presence = get_object_or_404(found, site=request.user.site, pk=pk)
    take_provider_off_site(presence=presence, by=request.user, at=timezone.now())
    say(request, f"{presence.provider.name} is off that time.")
    return redirect("scheduling:suite_day", f"{presence.suite_day.date:%Y-%m-%d}")


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
    return _show(request, found, RosterForm(site=found.site, day=found), form, status=422)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def suite_day_reopen(request: StaffRequest, day: str) -> HttpResponse:
    reopen_suite_day(suite_day=_day(request, day), by=request.user, at=timezone.now())
    say(request, "The day is open again.")
    return redirect("scheduling:suite_day", day)


def _day(request: StaffRequest, day: str) -> SuiteDay:
    found = SuiteDay.objects.select_related("site")
    return get_object_or_404(found, site=request.user.site, date=day_of(day))


def _show(
    request: StaffRequest, day: SuiteDay, form: RosterForm, close: CloseForm, *, status: int = 200
) -> HttpResponse:
    may_edit = request.user.may(Permission.BOOK) or request.user.may(Permission.RUN_CLINIC)
    facts = {"page": day_page(day, at=timezone.now()), "form": form, "close": close, "may_edit": may_edit}
    return page(request, "scheduling/suite_day.html", facts, status=status)
