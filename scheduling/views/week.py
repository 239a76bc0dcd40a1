"""The scheduler's home: places left, this week's board, who waits."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.roles import Permission
from scheduling.actions import copy_roster, open_weeks
from scheduling.queries.readiness import strips
from scheduling.queries.week import week_page
from scheduling.rules.capacity import date_words


def day_of(text: str) -> date:
    """Return the date of an address; 404 for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404("There is no such day.") from error


@requires(Permission.SEE_SCHEDULE)
def week(request: StaffRequest) -> HttpResponse:
    user = request.user
    asked = request.GET.get("day", "")
    at = timezone.now()
    facts = week_page(user.site, chosen=day_of(asked) if asked else None, at=at)
    waiting = [request.patient for request in facts.requests] if user.may(Permission.FIND_PATIENTS) else []
    context = {
        "week": facts,
        "strips": strips(waiting, site=user.site, at=at, reader=user),
        "may_assess": user.may(Permission.REGISTER_PATIENTS),
        "may_book": user.may(Permission.BOOK),
        "may_plan": user.may(Permission.BOOK) or user.may(Permission.RUN_CLINIC),
        "may_find": user.may(Permission.FIND_PATIENTS),
    }
    return page(request, "scheduling/week.html", context, partial="scheduling/_week_board.html")


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
    return redirect("scheduling:suite_day", day)
