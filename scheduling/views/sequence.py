"""One sequence and its days: confirm, undo, release, make up, go on with four, stay longer."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import PRESCRIBERS, Permission
from scheduling import actions
from scheduling.forms.sequence_days import LongerForm, MakeUpForm, ReleaseForm
from scheduling.forms.typed import read
from scheduling.models import Sequence, Visit
from scheduling.queries.moves import make_up_options
from scheduling.queries.sequence_page import sequence_page


@requires(Permission.BOOK, Permission.CHART)
@require_safe
def sequence(request: StaffRequest, pk: int) -> HttpResponse:
    found = _sequence(request, pk)
    shown = sequence_page(found, reader=request.user, at=timezone.now())
    return page(request, "scheduling/sequence.html", {"shown": shown, "patient": found.patient})


@requires(Permission.BOOK)
@require_POST
def sequence_confirm(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.confirm_sequence, "The times are confirmed.")


@requires(Permission.BOOK)
@require_POST
def sequence_release(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.release_hold, "The held places are free again; the request stays.")


@requires(Permission.BOOK)
@require_POST
def sequence_undo(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.undo_booking, "The booking is taken back; the request stays.")


@requires(Permission.BOOK)
@require_POST
def sequence_four(request: StaffRequest, pk: int) -> HttpResponse:
    """The patient agrees to go on with four days."""
    return _act(request, pk, actions.agree_to_four, "The patient's consent to four days is recorded.")


@requires(Permission.BOOK, Permission.CHART)
def visit_release(request: StaffRequest, pk: int) -> HttpResponse:
    """Release one day ahead of time, or this and every following one."""
    visit, form = _visit(request, pk), ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        act = actions.cancel_rest if given.pop("scope") == "rest" else actions.cancel_day
        try:
            act(visit=visit, by=request.user, at=timezone.now(), **given)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "Released; the place is free for somebody else.")
            return redirect("scheduling:sequence", visit.sequence_id)
    context = {"visit": visit, "patient": visit.patient, "form": form}
    return page(request, "scheduling/visit_release.html", context, status=422 if form.errors else 200)


@requires(Permission.BOOK)
def visit_make_up(request: StaffRequest, pk: int) -> HttpResponse:
    """Another day for a missed one: in its own week, or the next clinic day with a physician's approval."""
    visit, at = _visit(request, pk), timezone.now()
    staff = StaffUser.objects.at(request.clinic, roles=PRESCRIBERS)
    form = MakeUpForm(request.POST if request.method == "POST" else None, staff=staff.order_by("name"))
    problems: tuple[Any, ...] = ()
    if request.method == "POST" and form.is_valid():
        confirmed = frozenset(request.POST.getlist("confirmed"))
        try:
            made = actions.make_up(visit=visit, confirmed=confirmed, by=request.user, at=at, **form.facts())
        except Refused as refused:
            problems = refused.problems
        else:
            say(
                request, f"Day {made.day_index} is made up on {made.date:%A} {made.date.day} at {made.from_clock}."
            )
            return redirect("scheduling:sequence", visit.sequence_id)
    context = {"visit": visit, "patient": visit.patient, "form": form, "problems": problems}
    context["options"] = make_up_options(visit, at)
    return page(request, "scheduling/visit_make_up.html", context, status=422 if problems or form.errors else 200)


@requires(Permission.BOOK)
@require_POST
def visit_reinstate(request: StaffRequest, pk: int) -> HttpResponse:
    visit = _visit(request, pk)
    actions.reinstate(visit=visit, by=request.user, at=timezone.now())
    say(request, f"Day {visit.day_index} has its place back.")
    return redirect("scheduling:sequence", visit.sequence_id)


@requires(Permission.CHART, Permission.BOOK)
@require_POST
def visit_longer(request: StaffRequest, pk: int) -> HttpResponse:
    """The patient in the chair stays some minutes longer."""
    visit = _visit(request, pk)
    minutes = read(LongerForm(request.POST))["minutes"]
    confirmed = frozenset(request.POST.getlist("confirmed"))
    actions.prolong_observation(
        visit=visit, minutes=minutes, confirmed=confirmed, by=request.user, at=timezone.now()
    )
    say(request, f"{minutes} minutes more are planned; whoever comes next has made room.")
    return redirect("scheduling:sequence", visit.sequence_id)


def _act(request: StaffRequest, pk: int, act: Callable[..., object], sentence: str) -> HttpResponse:
    found = _sequence(request, pk)
    act(sequence=found, by=request.user, at=timezone.now())
    say(request, sentence)
    return redirect("scheduling:patient", found.patient_id)


def _sequence(request: StaffRequest, pk: int) -> Sequence:
    rows = Sequence.objects.select_related("patient", "patient__site", "site", "seat__group", "booked_by")
    return get_object_or_404(rows, site=request.clinic, pk=pk)


def _visit(request: StaffRequest, pk: int) -> Visit:
    rows = Visit.objects.select_related("patient", "sequence__site", "sequence__patient", "site", "suite_day")
    return get_object_or_404(rows, site=request.clinic, pk=pk)
