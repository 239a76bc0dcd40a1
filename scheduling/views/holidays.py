"""The holiday planner: closed days ahead, what they do to booked sequences, decided before anything is saved."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import close_date, decide_week, keep_open
from scheduling.forms.holidays import ClosureForm, DateForm, WeekForm
from scheduling.forms.typed import read
from scheduling.models import SuiteDay
from scheduling.queries.closures import public_holidays
from scheduling.queries.holidays import choices_of, effects_on, holiday_weeks
from scheduling.rules.blocks import VISITS, clinic_week
from scheduling.rules.capacity import clock, date_words
from scheduling.states import WeekRule
from scheduling.views.roster import may_roster
from scheduling.views.week import day_of


@requires(Permission.SEE_SCHEDULE, Permission.BOOK)
@require_safe
def holidays(request: StaffRequest) -> HttpResponse:
    today = request.clinic.today(timezone.now())
    form = DateForm(request.GET if request.GET else None)
    if request.GET and form.is_valid():
        return redirect("scheduling:holiday", f"{form.chosen():%Y-%m-%d}")
    context = {
        "weeks": holiday_weeks(request.clinic, today=today),
        "rules": WeekRule.choices,
        "may_edit": may_roster(request.user),
        "form": form,
        "today": today,
    }
    return page(request, "scheduling/holidays.html", context)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def holiday(request: StaffRequest, day: str) -> HttpResponse:
    """What closing this date would do, for each rule; saved by POST."""
    at, closes = timezone.now(), day_of(day)
    name = public_holidays(request.clinic, closes, closes).get(closes, "")
    form = ClosureForm(request.POST or request.GET or None, initial={"because": name})
    form.is_valid()
    if request.method != "POST":
        return page(
            request, "scheduling/holiday.html", _facts(request, closes, form), partial="scheduling/_holiday.html"
        )
    try:
        facts = read(form)
        close_date(
            site=request.clinic,
            date=closes,
            because=facts["because"],
            rule=facts["rule"],
            from_minute=form.minute(),
            by=request.user,
            at=at,
        )
    except Refused as refused:
        context = _facts(request, closes, form) | {"problems": refused.problems}
        return page(request, "scheduling/holiday.html", context, partial="scheduling/_holiday.html", status=422)
    from_clock = f" from {clock(form.minute() or 0)}" if form.minute() else ""
    say(request, f"{date_words(closes)} is closed{from_clock}. {_next(facts['rule'])}")
    return redirect("scheduling:holidays")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def holiday_open(request: StaffRequest, day: str) -> HttpResponse:
    opened = keep_open(site=request.clinic, date=day_of(day), by=request.user, at=timezone.now())
    say(request, f"The clinic works on {date_words(opened.date)}. Put nurses and a provider on the roster.")
    return redirect("scheduling:holidays")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def holiday_week(request: StaffRequest, day: str) -> HttpResponse:
    """Decide what a week with a closed day does."""
    form = WeekForm(request.POST)
    rule = read(form)["rule"]
    first = clinic_week(day_of(day), request.clinic.first_weekday)[0]
    decide_week(site=request.clinic, first_day=first, rule=rule, because="", by=request.user, at=timezone.now())
    say(request, f"The week of {date_words(first)}: {WeekRule(rule).label}. {_next(rule)}")
    if rule == WeekRule.SATURDAY and request.POST.get("back") == "roster":
        return redirect(f"{reverse('scheduling:roster')}?day={first:%Y-%m-%d}")
    return redirect("scheduling:holidays")


def _next(rule: str) -> str:
    """What to do after this rule was chosen, if anything."""
    if rule == WeekRule.SATURDAY:
        return "Put nurses and a provider on the Saturday before it is offered."
    if rule == WeekRule.SKIP:
        return "Patients who went back to the requests wait for another offer."
    return ""


def _facts(request: StaffRequest, day: date, form: ClosureForm) -> dict[str, Any]:
    at, from_minute = timezone.now(), form.minute()
    found = effects_on(request.clinic, day, from_minute=from_minute, at=at)
    asked = form["rule"].value()
    rule = WeekRule(asked) if asked in WeekRule.values else WeekRule.SKIP
    saturday = clinic_week(day, request.clinic.first_weekday)[-1] + timedelta(days=1)
    opened = SuiteDay.objects.filter(site=request.clinic, date=saturday, closed_because="")
    return {
        "day": day,
        "form": form,
        "from_minute": from_minute,
        "choices": choices_of(found) if found else (),
        "lines": found.by_rule[rule] if found else (),
        "staying": found.staying if found else (),
        "rule": rule,
        "saturday": saturday,
        "saturday_open": opened.exists(),
        "days_left": VISITS - 1,
    }
