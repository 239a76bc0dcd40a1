"""What every act at the chair shares: find the chart, read the form, say that it is saved."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import escape

from infusions.forms.chart import ActForm
from infusions.forms.vitals import NO_TRACE, PAIN, UNABLE
from infusions.models import Infusion, VitalSet
from infusions.queries.chart import Chart
from infusions.queries.chart import chart as chart_of
from infusions.states import Rhythm, Sedation
from infusions.views.sheets import sheet_of
from kitclinic.access import StaffRequest
from kitclinic.http import is_htmx, say
from kitclinic.problems import Blocker, Refused
from scheduling.models import Visit


def visit_of(request: StaffRequest, pk: int) -> Visit:
    """The visit, at this site only."""
    visit = get_object_or_404(Visit.objects.select_related("patient", "sequence"), site=request.clinic, pk=pk)
    # One clinic, one patient: each is read once.
    visit.site = visit.patient.site = visit.sequence.site = request.clinic
    if visit.sequence.patient_id == visit.patient_id:
        visit.sequence.patient = visit.patient
    return visit


def infusion_of(request: StaffRequest, visit_pk: int) -> Infusion:
    """The infusion of a visit whose patient has arrived, at this site only."""
    infusion = get_object_or_404(Infusion, site=request.clinic, visit_id=visit_pk)
    infusion.site = request.clinic
    return infusion  # the action reads what hangs on it, under its lock


def chart_context(chart: Chart, **more: Any) -> dict[str, Any]:
    """Context of the chart's templates. new_key makes a fresh key wherever it is printed."""
    return {
        "chart": chart,
        "visit": chart.visit,
        "new_key": uuid4,
        "now": chart.at,
        "rhythm_choices": [*Rhythm.choices, (NO_TRACE, "No ECG")],
        "sedation_choices": Sedation.choices,
        "pain_choices": PAIN,
        "symptom_choices": [("none", "None"), *VitalSet.Symptom.choices],
        "unable_choices": UNABLE,
        "asked": chart.asked,
    } | more


def read(form: Form) -> dict[str, Any]:
    """The form's values; raises Refused with every sentence at once."""
    if form.is_valid():
        return form.cleaned_data
    problems = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            said = "choose or enter it." if str(error) == "This field is required." else str(error)
            named = label and said.startswith(str(label))
            problems.append(Blocker("", said if named else f"{label or name}: {said}", name))
    raise Refused(problems)


@dataclass(frozen=True)
class Act:
    """One act under way."""

    request: StaffRequest
    infusion: Infusion
    form: ActForm
    data: dict[str, Any]
    who: dict[str, Any]

    @property
    def stamped(self) -> dict[str, Any]:
        """``who``, and the tablet's own clock with how far it is from the server's."""
        return self.who | {name: self.data.get(name) for name in ("device_at", "clock_offset_ms")}

    def done(self, said: str) -> HttpResponse:
        return answer(self.request, self.infusion.visit_id, said)


def begin(request: StaffRequest, visit_pk: int, form: type[ActForm] = ActForm) -> Act:
    """Find the infusion and read the form; raises Refused when the form does not hold."""
    infusion = infusion_of(request, visit_pk)
    bound = form(request.POST, site=infusion.site)
    data = read(bound)
    who = {"by": request.user, "at": timezone.now(), "key": data["key"]}
    return Act(request, infusion, bound, data, who)


def answer(request: StaffRequest, visit_pk: int, said: str) -> HttpResponse:
    """After commit: for htmx what was saved, and the page asks for its chart by itself; else back to the chart.

    The nurse waits for the commit and nothing else: chart-saved.js empties the keypad and fetches the live part.
    """
    if not is_htmx(request):
        say(request, said)
        return redirect("infusions:chart", visit_pk)
    events = {
        "kc:close": {},
        "kc:toast": {"text": said, "tone": "success"},
        "kc:charted": {"key": str(uuid4())},
    }
    response = HttpResponse(escape(said))
    response.headers["HX-Reswap"] = "none"
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def open_sheet(request: StaffRequest, visit_pk: int, sheet: str) -> HttpResponse:
    """After commit: the next sheet in the place of this one, for htmx; else the page with it open."""
    if not is_htmx(request):
        return redirect("infusions:chart_sheet", visit_pk, sheet)
    chart = chart_of(visit_of(request, visit_pk), at=timezone.now())
    context = chart_context(chart, sheet=sheet_of(sheet, chart, request))
    response = render(request, "infusions/_chart_sheet.html", context)
    response.headers["HX-Retarget"] = "#chart-dialogs"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def refresh(request: StaffRequest, visit_pk: int, said: str) -> HttpResponse:
    """After an act that changes the whole page: load it anew."""
    say(request, said)
    return redirect("infusions:chart", visit_pk)
