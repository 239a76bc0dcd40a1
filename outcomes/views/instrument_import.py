"""Choosing a file of licensed content; it is looked through before anything is installed."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.bodies import takes_files
from kitclinic.http import add_problems_to_form, page
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from outcomes.actions import look_through
from outcomes.licence_forms import ImportForm
from outcomes.models import InstrumentLicence, PieceUpload
from outcomes.queries.instrument_pages import InstrumentLine, instrument_line, usable_licences
from outcomes.rules.wording_text import MOST_BYTES


@requires(Permission.RUN_CLINIC)
@takes_files(most=MOST_BYTES)
def instrument_import(request: StaffRequest, name: str) -> HttpResponse:
    today = request.clinic.today(timezone.now())
    line = instrument_line(request.clinic, name, today=today)
    if line is None or not line.kinds:
        raise Http404
    held = usable_licences(request.clinic, today=today)
    form = ImportForm(request.POST or None, request.FILES or None, definition=line.definition, licences=held)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            upload = _look_through(request, form, held={one.pk: one for one, _ in held}, line=line)
        except Refused as refused:
            add_problems_to_form(form, tuple(one for one in refused.problems if one.field in form.fields))
            problems = [one for one in refused.problems if one.field not in form.fields]
        else:
            return redirect("outcomes:instrument_upload", upload.pk)
    context = {"line": line, "form": form, "faults": problems, "has_licence": bool(held)}
    status = 422 if form.errors or problems else 200
    return page(request, "outcomes/instrument_import.html", context, status=status)


def _look_through(
    request: StaffRequest, form: ImportForm, *, held: Mapping[int, InstrumentLicence], line: InstrumentLine
) -> PieceUpload:
    return look_through(
        site=request.clinic,
        definition=line.definition,
        label=form.label(),
        licence=held[form.cleaned_data["licence"]],
        file_name=form.cleaned_data["file"].name,
        data=form.bytes(),
        by=request.user,
        at=timezone.now(),
    )
