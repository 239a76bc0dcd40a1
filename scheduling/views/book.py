"""Booking one of the offers: five days or nothing, with the group visit where it comes along."""

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from kitclinic.access import StaffRequest, requires
from kitclinic.db import explain
from kitclinic.http import is_htmx, page, say
from kitclinic.problems import NeedsConfirmation, Problem, Refused
from kitclinic.roles import Permission
from scheduling.actions import book_sequence
from scheduling.forms.sequences import BookForm
from scheduling.models import GroupVisit, Patient, Sequence
from scheduling.rules.capacity import clock, date_words
from scheduling.rules.offers import SCH_15
from scheduling.states import SequenceState
from scheduling.views.offers import PAGE, PART, facts

SAY_WHY = "Not booked yet: say why, then confirm again."
CHOOSE_AGAIN = "Not booked. The offers below are fresh; choose again."


@requires(Permission.BOOK)
@require_POST
def book(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    form = BookForm(request.POST)
    if not form.is_valid():
        return _fresh(
            request, patient, (Problem(SCH_15.id, "Choose one of the offers, then confirm."),), status=422
        )
    group = get_object_or_404(GroupVisit, site=request.clinic, pk=form.group) if form.group else None
    try:
        booked = book_sequence(
            patient=patient,
            group=group,
            confirmed=frozenset(request.POST.getlist("confirmed")),
            reason=_reason(request),
            by=request.user,
            at=timezone.now(),
            **form.facts(),
        )
    except Refused as refused:
        return _fresh(request, patient, refused.problems, status=409)
    except IntegrityError as error:
        return _fresh(request, patient, (explain(error),), status=409)
    say(request, _said(booked, group))
    address = reverse("scheduling:patient", args=[patient.pk])
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)


def _reason(request: StaffRequest) -> str:
    """The reason given beside a soft rule; one is enough for all of them."""
    given = (request.POST.get(name, "") for name in request.POST if name.startswith("reason_"))
    return next(filter(None, given), "")


def _said(booked: Sequence, group: GroupVisit | None) -> str:
    """What was booked, and what comes next."""
    visits = booked.visits.order_by("day_index")
    first, last = visits[0], visits.last() or visits[0]
    days = f"{date_words(first.date)} to {date_words(last.date)}, every day at {first.from_clock}"
    along = f" The group visit on {date_words(group.date)} is booked with it." if group else ""
    if booked.state == SequenceState.HELD and booked.held_until:
        return f"Held until {clock(booked.site.minute(booked.held_until))}: {days}.{along} Confirm before that."
    if booked.state == SequenceState.TENTATIVE:
        return f"Tentative: {days}; the time may still move a little.{along}"
    return f"Booked: {days}.{along} Name who drives home next."


def _fresh(request: StaffRequest, patient: Patient, problems: tuple[Problem, ...], *, status: int) -> HttpResponse:
    """The refusal, with the offers as they stand now; the one that was chosen stays chosen."""
    asks = all(isinstance(problem, NeedsConfirmation) for problem in problems)
    context = facts(request, patient) | {
        "stale": problems,
        "stale_title": SAY_WHY if asks else CHOOSE_AGAIN,
        "chosen": request.POST.get("start", ""),
    }
    answer = page(request, PAGE, context, partial=PART, status=status)
    return retarget(reswap(answer, "outerHTML"), "#kc-offers") if is_htmx(request) else answer
