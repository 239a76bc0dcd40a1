"""The roster of a week: who works when, entered in place."""

import json
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page, say
from kitclinic.models import StaffUser
from kitclinic.roles import Permission
from scheduling.actions import cancel_leave, plan_presences, plan_shifts, record_leave
from scheduling.forms.staffing import LeaveForm, ShiftForm, SpanForm
from scheduling.forms.typed import read
from scheduling.models import Leave
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.roster_person import PersonDay, person_day
from scheduling.queries.roster_week import roster_staff, roster_week
from scheduling.rules.capacity import date_words
from scheduling.views.week import day_of


def may_roster(user: StaffUser) -> bool:
    return user.may(Permission.BOOK) or user.may(Permission.RUN_CLINIC)


@requires(Permission.SEE_SCHEDULE)
@require_safe
def roster(request: StaffRequest) -> HttpResponse:
    asked = request.GET.get("day", "")
    day = day_of(asked) if asked else request.clinic.today(timezone.now())
    return page(request, "scheduling/roster.html", _context(request, day), partial="scheduling/_roster_week.html")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def roster_person(request: StaffRequest, day: str, pk: int) -> HttpResponse:
    """One person's day, to enter, change or clear; the days ticked are entered in one act."""
    at, person = timezone.now(), get_object_or_404(roster_staff(request.clinic), pk=pk)
    shown = person_day(request.clinic, person, day_of(day), at=at)
    form = _form(request, shown)
    if request.method != "POST":
        facts = {"sheet": shown, "form": form, "whole_week": "week" in request.GET}
        facts["back"] = request.GET.get("back", "week")
        return _sheet(request, "scheduling/_roster_person.html", facts, day_of(day))
    days: list[date] = read(form)["days"]
    entered: dict[str, Any] = {"dates": days, **form.span(), "by": request.user, "at": at}
    if isinstance(form, ShiftForm):
        plan_shifts(nurse=person, breaks=form.breaks(), **entered)
    else:
        plan_presences(provider=person, **entered)
    return done(request, day_of(day), f"{person.name} is on the roster of {_days(days)}.")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def roster_leave(request: StaffRequest, day: str) -> HttpResponse:
    """Enter days on which somebody is not rostered."""
    first = day_of(day)
    form = LeaveForm(
        request.POST or None,
        staff=roster_staff(request.clinic),
        initial={"first_day": first, "last_day": first, "person": request.GET.get("person", "")},
    )
    if request.method != "POST":
        return _sheet(request, "scheduling/_roster_leave.html", {"leave_form": form, "day": first}, first)
    person: StaffUser = read(form)["person"]
    record_leave(by=request.user, at=timezone.now(), **form.cleaned_data)
    return done(request, first, f"Leave of {person.name} is entered.")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def leave_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    leave = get_object_or_404(Leave.objects.select_related("person"), site=request.clinic, pk=pk)
    cancel_leave(leave=leave, by=request.user, at=timezone.now())
    return done(request, leave.first_day, f"Leave of {leave.person.name} is taken back.")


def done(request: StaffRequest, day: date, sentence: str) -> HttpResponse:
    """What an act on the roster answers: the week again in place, else the page it came from."""
    back = request.POST.get("back")
    if not is_htmx(request) or back == "day":
        say(request, sentence)
        if back == "team":
            return redirect("scheduling:settings_team")
        if back == "week":
            return redirect(f"{reverse('scheduling:roster')}?day={day:%Y-%m-%d}")
        return redirect("scheduling:suite_day", f"{day:%Y-%m-%d}")
    response = render(request, "scheduling/_roster_week.html", _context(request, day))
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#roster-week", "outerHTML"
    toast = {"text": sentence, "tone": "success"}
    response.headers["HX-Trigger"] = json.dumps({"kc:close": {}, "kc:toast": toast})
    return response


def _context(request: StaffRequest, day: date) -> dict[str, Any]:
    at = timezone.now()
    return {
        "roster": roster_week(request.clinic, day, at=at),
        "may_edit": may_roster(request.user),
        "cover": cover_banner(request.clinic, reader=request.user, at=at, ahead=True),
    }


def _sheet(request: StaffRequest, template: str, facts: dict[str, Any], day: date) -> HttpResponse:
    """A sheet alone for htmx, else open over its page."""
    if is_htmx(request):
        return render(request, template, facts)
    return render(request, "scheduling/roster.html", _context(request, day) | facts | {"open_sheet": template})


def _form(request: StaffRequest, shown: PersonDay) -> ShiftForm | SpanForm:
    initial: dict[str, Any] = {"days": shown.week if "week" in request.GET else [shown.day]}
    kind = ShiftForm if shown.is_nurse else SpanForm
    first = shown.first
    if first is not None:
        initial |= ShiftForm.initial_of(first)
    else:
        initial |= SpanForm.hours_of(shown.hours)
    return kind(request.POST or None, days=shown.choices, initial=initial)


def _days(dates: list[date]) -> str:
    return date_words(dates[0]) if len(dates) == 1 else f"{len(dates)} days"
