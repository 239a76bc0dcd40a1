"""What an act on the roster answers: its own part, and beside it the line, the counts, what is missing.

Nothing else is sent, so that a field half-typed in another part stays as it is.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone

from kitclinic.access import StaffRequest
from kitclinic.http import is_htmx, refusal
from kitclinic.problems import Conflict, Refused
from kitclinic.roles import Permission
from scheduling.forms.roster import ScreenForm
from scheduling.models import GroupSeat, GroupVisit
from scheduling.queries.readiness import strips
from scheduling.queries.records import current_consent_text
from scheduling.queries.roster import booked_sequence, next_groups, roster
from scheduling.states import SeatState

MOVES_ON = (SeatState.BOOKED, SeatState.ABSENT, SeatState.NOT_CLEARED)  # another group visit may follow

FACT_PARTS = ("support", "weight", "measure", "screen", "consent", "questions")


def seat_of(request: StaffRequest, pk: int) -> GroupSeat:
    """The seat of this clinic, or 404."""
    seats = GroupSeat.objects.select_related(
        "group", "group__site", "patient", "patient__site", "weight", "weight__measured_by", "decided_by", "site"
    )
    return get_object_or_404(seats, site=request.clinic, pk=pk)


def roster_context(request: StaffRequest, group: GroupVisit, open_key: int = 0) -> dict[str, Any]:
    """Everything the roster shows to this person; open_key: the patient who is open, 0 for nobody."""
    at, user = timezone.now(), request.user
    shown = roster(group=group, site=request.clinic, at=at)
    context: dict[str, Any] = {
        "roster": shown,
        "group": group,
        "open_key": open_key,
        "may_lead": user.may(Permission.LEAD_GROUPS),
        "may_clear": user.may(Permission.CLEAR_PATIENTS),
        "may_book": user.may(Permission.BOOK),
        "may_find": user.may(Permission.FIND_PATIENTS),
        "may_read_notes": user.may(Permission.SEE_TEAM_NOTES),
        "fact_parts": FACT_PARTS,
    }
    row = shown.of(open_key)
    if row is None:
        return context
    patient = row.seat.patient
    strip = strips([patient], site=request.clinic, at=at, reader=user)[patient.pk]
    return context | {"row": row, "strip": strip} | _extras(row.seat, at)


def _extras(seat: GroupSeat, at: datetime) -> dict[str, Any]:
    """What only the open patient needs."""
    return {
        "next_groups": next_groups(seat=seat, at=at) if seat.state in MOVES_ON else [],
        "sequence": booked_sequence(seat),
        "screen_form": ScreenForm(),
        "text": current_consent_text(site_id=seat.site_id, language=seat.patient.language),
    }


def answer(request: StaffRequest, seat: GroupSeat, part: str, **extra: Any) -> HttpResponse:
    """The part of the seat that was acted on, with line, counts and what is missing; a whole page without htmx.

    part: "support", "weight", … (a template ``_seat_<part>``), or "panel" for the whole seat.
    """
    if not is_htmx(request):
        return redirect("scheduling:seat", seat.pk)
    context = (
        roster_context(request, seat.group, seat.pk) | {"part": part, "part_template": _template(part)} | extra
    )
    if not extra.get("opened", True):
        context["open_key"] = 0  # checked in from the list while somebody else is open
    return render(request, "scheduling/_seat_answer.html", context)


def acted(request: StaffRequest, seat: GroupSeat, part: str, act: Callable[..., object]) -> HttpResponse:
    """Act now as this person, and answer the part; where somebody was faster, the refusal beside the form."""
    try:
        act(by=request.user, at=timezone.now())
    except Conflict as conflict:
        return overtaken_answer(request, seat, part, conflict)
    return answer(request, seat, part)


def refused_form(request: StaffRequest, seat: GroupSeat, part: str, **extra: Any) -> HttpResponse:
    """The part once more with what was typed and what is wrong with it."""
    context = roster_context(request, seat.group, seat.pk) | extra
    template = _template(part) if is_htmx(request) else "scheduling/group.html"
    return render(request, template, context, status=422)


def overtaken_answer(request: StaffRequest, seat: GroupSeat, part: str, conflict: Refused) -> HttpResponse:
    """The refusal beside the form, which stays as typed; only what the form has seen is brought up to date."""
    response = refusal(request, conflict.problems, status=409 if isinstance(conflict, Conflict) else 422)
    if is_htmx(request) and isinstance(conflict, Conflict):
        context = roster_context(request, seat.group, seat.pk) | {"part": part, "oob": True}
        response.content += render_to_string("scheduling/_seat_seen.html", context, request).encode()
        response.content += render_to_string("scheduling/_seat_facts.html", context, request).encode()
    return response


def _template(part: str) -> str:
    return "scheduling/_seat.html" if part == "panel" else f"scheduling/_seat_{part}.html"
