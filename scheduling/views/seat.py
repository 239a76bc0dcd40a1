"""One patient of the roster, and the acts of the team on the day; each act writes its own fields only."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Conflict, NeedsFields, Refused
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.forms.groups import WeighForm
from scheduling.forms.roster import MeasureForm, ScreenForm, SupportForm, yes_no
from scheduling.views.roster_answers import (
    acted,
    answer,
    overtaken_answer,
    refused_form,
    roster_context,
    seat_of,
)


@requires(Permission.LEAD_GROUPS, Permission.BOOK)
@require_safe
def seat(request: StaffRequest, pk: int) -> HttpResponse:
    """The roster with this patient open; for htmx the open patient and the list."""
    found = seat_of(request, pk)
    context = roster_context(request, found.group, found.pk)
    return page(request, "scheduling/group.html", context, partial="scheduling/_seat_opened.html")


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_check_in(request: StaffRequest, pk: int) -> HttpResponse:
    found, form = seat_of(request, pk), SupportForm(request.POST)
    support = yes_no(request.POST.get("support", ""))
    if not form.is_valid() or support is None:
        return refused_form(request, found, "support", form=form)
    try:
        actions.check_in_seat(
            seat=found,
            support_attended=support,
            support=form.changes(),
            seen=form.seen(),
            first=form.cleaned_data["first"] == "yes",
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as conflict:
        return overtaken_answer(request, found, "support", conflict)
    if request.POST.get("from") == "list":
        return answer(request, found, "line", opened=request.POST.get("open") == str(pk))
    return answer(request, found, "panel")


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_support(request: StaffRequest, pk: int) -> HttpResponse:
    found, form = seat_of(request, pk), SupportForm(request.POST)
    if not form.is_valid():
        return refused_form(request, found, "support", form=form)
    act = partial(actions.name_support, seat=found, support=form.changes(), seen=form.seen())
    return acted(request, found, "support", act)


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_absent(request: StaffRequest, pk: int) -> HttpResponse:
    found = seat_of(request, pk)
    actions.mark_seat_absent(seat=found, by=request.user, at=timezone.now())
    return answer(request, found, "panel")


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_weigh(request: StaffRequest, pk: int) -> HttpResponse:
    """Store a weight; where a rule asks, the part comes back with the question and what was typed."""
    found, form = seat_of(request, pk), WeighForm(request.POST)
    if not form.is_valid():
        return refused_form(request, found, "weight", form=form)
    corrects = found.weight if request.POST.get("corrects") == str(found.weight_id) else None
    try:
        actions.weigh_seat(seat=found, by=request.user, at=timezone.now(), corrects=corrects, **form.cleaned_data)
    except Conflict as conflict:
        return overtaken_answer(request, found, "weight", conflict)
    except Refused as refused:
        if not any(isinstance(problem, NeedsFields) or problem.field for problem in refused.problems):
            raise
        return refused_form(request, found, "weight", form=form, asked=refused.problems)
    return answer(request, found, "weight")


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_measure(request: StaffRequest, pk: int) -> HttpResponse:
    found, form = seat_of(request, pk), MeasureForm(request.POST)
    if not form.is_valid():
        return refused_form(request, found, "measure", form=form)
    confirmed = frozenset(request.POST.getlist("confirmed"))
    act = partial(actions.measure_seat, seat=found, confirmed=confirmed, **form.cleaned_data)
    return acted(request, found, "measure", act)


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_screen(request: StaffRequest, pk: int) -> HttpResponse:
    found, form = seat_of(request, pk), ScreenForm(request.POST)
    if not form.is_valid():
        return refused_form(request, found, "screen", screen_form=form, form=form)
    said = {"answers": form.answers(), "note": form.cleaned_data["note"], "seen": form.cleaned_data["seen"]}
    return acted(
        request, found, "screen", partial(actions.screen_health, patient=found.patient, seat=found, **said)
    )


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_teach(request: StaffRequest, pk: int) -> HttpResponse:
    found, item = seat_of(request, pk), request.POST.get("item", "")
    act = actions.take_back_teaching if request.POST.get("back") == "yes" else actions.teach_seat
    act(seat=found, item=item, by=request.user, at=timezone.now())
    return answer(request, found, "education")


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_questions(request: StaffRequest, pk: int) -> HttpResponse:
    found, asked = seat_of(request, pk), request.POST.get("questions", "")[:1000]
    act = partial(actions.note_questions, seat=found, questions=asked, seen=request.POST.get("was_questions"))
    return acted(request, found, "questions", act)


@requires(Permission.BOOK)
@require_POST
def seat_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    found, reason = seat_of(request, pk), request.POST.get("reason", "")
    actions.cancel_seat(seat=found, by=request.user, at=timezone.now(), reason=reason)
    say(request, "The seat is given back. Another one can be booked.")
    return redirect("scheduling:patient", found.patient_id)
