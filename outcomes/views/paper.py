"""A form from paper: one instrument on one page, saved whole or not at all."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import PaperSaved, record_paper
from outcomes.queries.asking import language_of
from outcomes.queries.staff_ways import on_hand
from outcomes.queries.staff_ways import paper_forms as forms_of
from outcomes.rules.links import OCCASIONS
from outcomes.rules.staff_entry import differences
from outcomes.rules.structure import Instrument
from outcomes.staff_forms import PaperForm
from outcomes.views.send import find_patient
from scheduling.models import Patient


@requires(Permission.SEND_QUESTIONNAIRES)
@require_safe
def paper_forms(request: StaffRequest, pk: int) -> HttpResponse:
    """Which form lies on the desk. Those chosen on the page before are entered one after the other."""
    patient = find_patient(request, pk)
    found = forms_of(patient, at=timezone.now(), language=language_of(patient))
    wanted = request.GET.getlist("form")
    for one in found:
        if one.name in wanted:
            return redirect(f"{reverse('outcomes:paper', args=[pk, one.name])}?{request.GET.urlencode()}")
    context = {"patient": patient, "forms": found, "query": request.GET.urlencode()}
    return page(request, "outcomes/paper_forms.html", context)


@requires(Permission.SEND_QUESTIONNAIRES)
def paper(request: StaffRequest, pk: int, name: str) -> HttpResponse:
    """GET: the empty page. POST: every answer of it in one transaction; typed twice where that was chosen."""
    patient = find_patient(request, pk)
    forms = {one.name: one for one in forms_of(patient, at=timezone.now(), language=language_of(patient))}
    asked = forms.get(name)
    if asked is None:
        raise Http404
    if request.method != "POST":
        return _show(request, patient, asked, PaperForm(instrument=asked, initial={"key": uuid4()}))
    form = PaperForm(request.POST, instrument=asked)
    if not form.is_valid():
        return _show(request, patient, asked, form, status=422)
    if form.cleaned_data["twice"] and not form.cleaned_data["first"]:
        return _again(request, patient, asked, form)
    if unlike := _differences(form):
        for number, first in unlike:
            form.add_error(f"item_{number}", f"Question {number} was {first} the first time. Look at the paper.")
        return _show(request, patient, asked, form, status=422)
    try:
        saved = record_paper(
            patient=patient,
            instrument=name,
            answers=form.answers(),
            day=form.cleaned_data["day"],
            key=form.cleaned_data["key"],
            reason=form.cleaned_data["reason"],
            occasion=_occasion(request),
            language=asked.language,
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _show(request, patient, asked, form, status=422)
    return _saved(request, patient, asked, saved)


def _occasion(request: StaffRequest) -> str:
    said = request.GET.get("occasion", "")
    return said if said in OCCASIONS else "unplanned"


def _again(request: StaffRequest, patient: Patient, asked: Instrument, form: PaperForm) -> HttpResponse:
    """The page once more, empty; the first entry waits in it, signed. Nothing is saved yet."""
    initial = {
        "key": form.cleaned_data["key"],
        "day": form.cleaned_data["day"],
        "reason": form.cleaned_data["reason"],
        "twice": True,
        "first": form.as_first(),
    }
    return _show(request, patient, asked, PaperForm(instrument=asked, initial=initial))


def _differences(form: PaperForm) -> list[tuple[int, str]]:
    """Questions typed otherwise than the first time, with what it was; none where it was typed once."""
    if not form.cleaned_data["first"]:
        return []
    first = form.cleaned_data["first"]
    words = {None: "left blank"}
    unlike = differences(first, form.answers())
    return [(number, str(words.get(first.get(number), first.get(number)))) for number in unlike]


def _show(
    request: StaffRequest, patient: Patient, asked: Instrument, form: PaperForm, *, status: int = 200
) -> HttpResponse:
    same = len({item.options for item in asked.items}) == 1
    context: dict[str, Any] = {
        "patient": patient,
        "asked": asked,
        "form": form,
        "rows": [(item, form[f"item_{item.number}"]) for item in asked.items],
        "legend": asked.options if same else (),
        "again": bool(form["first"].value()),
        "today": patient.site.today(timezone.now()),
        "rest": [name for name in request.GET.getlist("form") if name != asked.name],
    }
    return page(request, "outcomes/paper.html", context, status=status)


def _saved(request: StaffRequest, patient: Patient, asked: Instrument, saved: PaperSaved) -> HttpResponse:
    """What to do at once where an answer asks for help; else the next form, or the patient's page."""
    rest = request.GET.copy()
    rest.setlist("form", [name for name in request.GET.getlist("form") if name != asked.name])
    following = ""
    if rest.getlist("form"):
        following = f"{reverse('outcomes:paper_forms', args=[patient.pk])}?{rest.urlencode()}"
    say(request, f"{asked.title} of {patient.name} is saved.")
    if saved.tasks:
        context = {"patient": patient, "task": saved.tasks[-1], "asked": asked, "following": following}
        context["may_answer"] = request.user.may(Permission.ANSWER_SAFETY_TASKS)
        context["on_hand"] = on_hand(request.clinic, at=timezone.now(), but=request.user)
        return page(request, "outcomes/paper_safety.html", context)
    return redirect(following) if following else redirect("scheduling:patient", patient.pk)
