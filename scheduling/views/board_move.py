"""Moving a visit on the week board: where it may go, how that would look, and the one act that writes it."""

from datetime import date
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import push_url, reswap, retarget, trigger_client_event

from kitclinic.access import StaffRequest, requires
from kitclinic.db import explain
from kitclinic.http import is_htmx, page, say
from kitclinic.problems import Blocker, Problem, Refused
from kitclinic.roles import Permission
from scheduling.actions import move_day, move_rest, move_sequence
from scheduling.forms.moves import MoveForm
from scheduling.models import Visit
from scheduling.queries.move_page import (
    DAY,
    GONE,
    REST,
    Asked,
    MovePage,
    first_day_of,
    move_page,
    moved_words,
    shading,
)
from scheduling.queries.week import week_page
from scheduling.rules.moves import SCH_60
from scheduling.states import VisitState
from scheduling.views.week import week_facts

PAGE, DIALOG, REFUSED = (
    "scheduling/board_move.html",
    "scheduling/_board_move.html",
    "scheduling/_board_move_no.html",
)
ONE_VISIT = ("site", "patient__site", "sequence__site", "sequence__patient__site", "sequence__seat__group")


@requires(Permission.BOOK)
@require_safe
def board_targets(request: StaffRequest, pk: int) -> HttpResponse:
    """The starts that are open now, for the board to shade while a visit is dragged."""
    visit = _visit(request, pk)
    return JsonResponse(shading(visit, MoveForm(request.GET).asked(), at=timezone.now()))


@requires(Permission.BOOK)
def board_move(request: StaffRequest, pk: int) -> HttpResponse:
    visit = _visit(request, pk)
    if visit.state != VisitState.BOOKED:
        raise Refused([Blocker(SCH_60.id, GONE)])
    if request.method == "POST":
        return _write(request, visit)
    asked = MoveForm(request.GET).asked()
    move = move_page(visit, asked, at=timezone.now())
    if asked.is_drop and move.refused:
        return page(request, PAGE, {"move": move, "problems": move.refused}, partial=REFUSED)
    opening = asked.is_drop or "scope" not in request.GET
    return page(request, PAGE, {"move": move, "opening": opening}, partial=DIALOG)


def _visit(request: StaffRequest, pk: int) -> Visit:
    return get_object_or_404(Visit.objects.select_related(*ONE_VISIT), site=request.user.site, pk=pk)


def _write(request: StaffRequest, visit: Visit) -> HttpResponse:
    asked = MoveForm(request.POST).asked()
    before = move_page(visit, asked, at=timezone.now())
    if asked.on is None or asked.minute is None:
        return _again(request, before, (Blocker(SCH_60.id, "Choose a day and a time first.", "start"),))
    try:
        _act(request, visit, asked, asked.on, asked.minute)
    except Refused as refused:
        return _again(request, before, refused.problems)
    except IntegrityError as error:
        return _again(request, before, (explain(error),))
    words = moved_words(before, _visit(request, visit.pk))
    if not is_htmx(request):
        say(request, words)
        return redirect(f"{reverse('scheduling:week')}?day={asked.on}")
    return _moved(request, before, words, asked.on)


def _act(request: StaffRequest, visit: Visit, asked: Asked, day: date, minute: int) -> None:
    """Write the move, of one day or of several."""
    sent = request.POST
    reasons = [sent[name].strip() for name in sent if name.startswith("reason") and sent[name].strip()]
    at = timezone.now()
    told: dict[str, Any] = {
        "start_minute": minute,
        "chair": asked.chair,
        "by": request.user,
        "at": at,
        "confirmed": frozenset(sent.getlist("confirmed")),
        "reason": "; ".join(dict.fromkeys(reasons)),
    }
    if asked.scope == DAY:
        move_day(visit=visit, date=day, **told)
    elif asked.scope == REST:
        move_rest(visit=visit, date=day, **told)
    else:
        move_sequence(sequence=visit.sequence, first_day=first_day_of(visit, day, at=at), **told)


def _again(request: StaffRequest, move: MovePage, problems: tuple[Problem, ...]) -> HttpResponse:
    """The form again, with everything that stands in the way; nothing was moved."""
    answer = page(request, PAGE, {"move": move, "problems": problems}, partial=DIALOG, status=422)
    return retarget(reswap(answer, "innerHTML"), "#kc-move") if is_htmx(request) else answer


def _moved(request: StaffRequest, before: MovePage, words: str, day: date) -> HttpResponse:
    """The week as it is after the move, with the way back."""
    facts = week_page(request.user.site, chosen=day, at=timezone.now())
    context = week_facts(request, facts) | {"moved": before.visit.pk, "before": before, "words": words}
    answer = page(request, "scheduling/_board_moved.html", context)
    address = f"{reverse('scheduling:week')}?day={day}"
    return trigger_client_event(push_url(answer, address), "kc:close")
