"""The scheduler's home: places left, this week's board, who waits."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.roles import Permission
from scheduling.actions import copy_roster, open_weeks
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.move_page import SCOPES
from scheduling.queries.readiness import strips
from scheduling.queries.week import WeekPage, week_page
from scheduling.rules.capacity import date_words


def day_of(text: str) -> date:
    """Return the date of an address; 404 for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404("There is no such day.") from error


@requires(Permission.SEE_SCHEDULE)
@require_safe
def week(request: StaffRequest) -> HttpResponse:
    asked = request.GET.get("day", "")
    at = timezone.now()
    facts = week_page(request.user.site, chosen=day_of(asked) if asked else None, at=at)
    cover = cover_banner(request.clinic, reader=request.user, at=at, ahead=True)
    context = week_facts(request, facts) | {"cover": cover}
    return page(request, "scheduling/week.html", context, partial="scheduling/_week_board.html")


def week_facts(request: StaffRequest, facts: WeekPage) -> dict[str, Any]:
    """The context of the week: what stands on it, and what this person may do there."""
    user = request.user
    waiting = [request.patient for request in facts.requests] if user.may(Permission.FIND_PATIENTS) else []
    return {
        "week": facts,
        "strips": strips(waiting, site=user.site, at=timezone.now(), reader=user),
        "scopes": SCOPES,
        "may_assess": user.may(Permission.REGISTER_PATIENTS),
        "may_book": user.may(Permission.BOOK),
        "may_plan": user.may(Permission.BOOK) or user.may(Permission.RUN_CLINIC),
        "may_find": user.may(Permission.FIND_PATIENTS),
    }


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def weeks_open(request: StaffRequest) -> HttpResponse:
    opened = open_weeks(site=request.user.site, by=request.user, at=timezone.now())
    if opened:
        say(request, f"{len(opened)} clinic days are open, up to {date_words(opened[-1].date)}.")
    else:
        say(request, "The coming 8 weeks were open already; nothing was changed.")
    return redirect("scheduling:week")


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def roster_copy(request: StaffRequest, day: str) -> HttpResponse:
    made = copy_roster(site=request.user.site, week_of=day_of(day), by=request.user, at=timezone.now())
    say(request, f"{made} roster entries were copied from the week before.")
    if request.POST.get("back") == "week":
        return redirect(f"{reverse('scheduling:roster')}?day={day}")
    return redirect("scheduling:suite_day", day)
