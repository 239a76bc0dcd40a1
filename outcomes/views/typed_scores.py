"""Scores recorded elsewhere: typed, corrected by a new row, imported from a file."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.bodies import takes_files
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import correct_score, enter_score, import_scores, upload_scores
from outcomes.models import Score, ScoreFile
from outcomes.queries.typed_scores import ELSEWHERE, entered_scores, look_through
from outcomes.rules.score_entry import enterable
from outcomes.rules.score_file import COLUMNS, MOST_LINES, template
from outcomes.staff_forms import CorrectionForm, ScoreFileForm, ScoreForm
from outcomes.views.send import find_patient
from scheduling.rules.referral_file import MOST_MEGABYTES
from scheduling.rules.written_dates import DateOrder


@requires(Permission.SEE_SCORES)
def score_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter a score that stands elsewhere; what was entered before stands below."""
    patient = find_patient(request, pk)
    form = ScoreForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            score = enter_score(patient=patient, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{score.measure} {score.value.normalize():f} of {patient.name} is saved.")
            return redirect("outcomes:score_new", patient.pk)
    context = {"patient": patient, "form": form, "entered": entered_scores(patient)}
    return page(request, "outcomes/score_new.html", context, status=422 if form.errors else 200)


@requires(Permission.SEE_SCORES)
def score_correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct an entered score; the first one stays on record."""
    rows = Score.objects.select_related("patient__site", "entered_by")
    score = get_object_or_404(rows, site=request.user.site, pk=pk, source=ELSEWHERE)
    initial = {"value": f"{score.value.normalize():f}", "day": score.date, "origin": score.origin}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            correct_score(score=score, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"The {score.measure} score is corrected; the first one stays on record.")
            return redirect("outcomes:score_new", score.patient_id)
    context = {"patient": score.patient, "score": score, "form": form}
    return page(request, "outcomes/score_correct.html", context, status=422 if form.errors else 200)


@requires(Permission.SEE_SCORES)
@takes_files(most=MOST_MEGABYTES * 1_000_000)
def scores_import(request: StaffRequest) -> HttpResponse:
    """Choose a file of scores; it is looked through before anything is taken in."""
    form = ScoreFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, order = form.cleaned_data["file"], form.cleaned_data["date_order"]
        # One byte more than is allowed is enough to say that the file is too large.
        data = upload.read(MOST_MEGABYTES * 1_000_000 + 1)
        try:
            file = upload_scores(name=upload.name, data=data, date_order=order, by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            return redirect("outcomes:score_file", file.pk)
    limits = {"most_lines": f"{MOST_LINES:,}", "most_megabytes": MOST_MEGABYTES}
    context = {"form": form, "columns": COLUMNS, "measures": list(enterable().values()), **limits}
    return page(request, "outcomes/scores_import.html", context, status=422 if form.errors else 200)


@requires(Permission.SEE_SCORES)
@require_safe
def scores_template(request: StaffRequest) -> HttpResponse:
    """A file with the header line, to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="scores.csv"'}
    return HttpResponse(template(), content_type="text/csv; charset=utf-8", headers=headers)


@requires(Permission.SEE_SCORES)
@require_safe
def score_file(request: StaffRequest, pk: int) -> HttpResponse:
    """What a file would do, or what it did."""
    file = _found(request, pk)
    context: dict[str, object] = {"file": file}
    if file.imported_at is None:
        order = DateOrder(file.date_order)
        context["found"] = look_through(file.text, site=request.clinic, order=order, at=timezone.now())
    return page(request, "outcomes/score_file.html", context)


@requires(Permission.SEE_SCORES)
@require_POST
def score_file_import(request: StaffRequest, pk: int) -> HttpResponse:
    """Take in every score of the file, or none."""
    file = import_scores(file=_found(request, pk), by=request.user, at=timezone.now())
    say(request, f"{file.taken_in:,} scores are taken in.")
    return redirect("outcomes:score_file", file.pk)


def _found(request: StaffRequest, pk: int) -> ScoreFile:
    found = ScoreFile.objects.select_related("site", "uploaded_by", "imported_by")
    return get_object_or_404(found, site=request.clinic, pk=pk)
