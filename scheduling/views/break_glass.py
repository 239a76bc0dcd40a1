"""Emergency access: one patient's record for an hour, ended early, reviewed by a second person."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, key_in, page, say
from kitclinic.problems import Refused
from kitclinic.proving import prove
from kitclinic.roles import Permission
from kitclinic.trail import Asked, events, lines, part
from scheduling import actions
from scheduling.forms.break_glass import BreakGlassForm, ReviewForm
from scheduling.models import Patient
from scheduling.queries.break_glass import glass_lines, glasses

A_LIST = 100


@requires(Permission.BREAK_GLASS)
def break_glass(request: StaffRequest) -> HttpResponse:
    """Ask for a record by its number; ?patient= fills it in for whoever finds patients anyway."""
    form = BreakGlassForm(request.POST or None, initial={"number": _number(request)})
    if request.method == "POST" and form.is_valid():
        given, number = form.cleaned_data, form.cleaned_data["number"].strip()
        patient = Patient.objects.filter(site=request.clinic, record_number__iexact=number).first()
        if patient is None:
            form.add_error("number", "No patient of this clinic has this record number.")
        else:
            at = timezone.now()
            try:
                proof = prove(request, given["password"], at=at)
                actions.break_glass(patient=patient, reason=given["reason"], proof=proof, by=request.user, at=at)
            except Refused as refused:
                add_problems_to_form(form, refused.problems)
            else:
                say(request, f"The record of {patient.name} is open to you for 60 minutes, for reading.")
                return redirect("scheduling:patient", patient.pk)
    return page(request, "scheduling/break_glass.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.BREAK_GLASS)
@require_POST
def break_glass_end(request: StaffRequest, pk: int) -> HttpResponse:
    glass = get_object_or_404(glasses(request.clinic).filter(by=request.user), pk=pk)
    actions.end_break_glass(glass=glass, by=request.user, at=timezone.now())
    say(request, "Emergency access is ended. It will be reviewed.")
    return redirect("home")


@requires(Permission.REVIEW_ACCESS)
@require_safe
def break_glass_queue(request: StaffRequest) -> HttpResponse:
    """What waits for review, the oldest first; below, the newest that were reviewed."""
    rows, at = glasses(request.clinic), timezone.now()
    waiting = list(rows.filter(review__isnull=True).order_by("opened_at", "pk")[:A_LIST])
    reviewed = list(rows.filter(review__isnull=False).order_by("-opened_at", "-pk")[:A_LIST])
    context = {
        "waiting": glass_lines(waiting, reader=request.user, at=at),
        "reviewed": glass_lines(reviewed, reader=request.user, at=at),
    }
    return page(request, "scheduling/break_glass_queue.html", context)


@requires(Permission.REVIEW_ACCESS)
def break_glass_review(request: StaffRequest, pk: int) -> HttpResponse:
    """One access with everything that was looked at through it, and its review."""
    glass, at = get_object_or_404(glasses(request.clinic), pk=pk), timezone.now()
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_break_glass(glass=glass, by=request.user, at=at, **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The review is recorded.")
            return redirect("scheduling:break_glass_queue")
    looked = events(request.clinic, Asked(patient=glass.patient_id, act="looked"))
    looked = looked.filter(at__gte=glass.opened_at, detail__break_glass=glass.pk)
    found, later = part(looked, request.GET.get("before", ""))
    (line,) = glass_lines([glass], reader=request.user, at=at)
    context = {
        "line": line,
        "lines": lines(found, site=request.clinic, reader=request.user),
        "later": later,
        "is_first": not request.GET.get("before"),
        "form": form,
    }
    return page(request, "scheduling/break_glass_review.html", context, status=422 if form.errors else 200)


def _number(request: StaffRequest) -> str:
    """The record number of ?patient=, for whoever may find patients; "" otherwise."""
    if not request.user.may(Permission.FIND_PATIENTS):
        return ""
    found = Patient.objects.filter(site=request.clinic, pk=key_in(request.GET.get("patient")))
    return found.values_list("record_number", flat=True).first() or ""
