"""What every act at the chair shares: find the chart, read the form, answer with the live part of the page."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from infusions.forms.chart import ActForm
from infusions.forms.vitals import NO_TRACE, PAIN, UNABLE
from infusions.models import Infusion, VitalSet
from infusions.queries.chart import Chart
from infusions.queries.chart import chart as chart_of
from infusions.queries.next_day import to_ask
from infusions.states import Rhythm, Sedation
from infusions.views.sheets import sheet_of
from kitclinic.access import StaffRequest
from kitclinic.http import is_htmx, say
from kitclinic.problems import Blocker, Refused
from scheduling.models import Visit


def visit_of(request: StaffRequest, pk: int) -> Visit:
    """The visit, at this site only."""
    rows = Visit.objects.select_related("site", "patient", "sequence__patient", "sequence__site")
    return get_object_or_404(rows, site=request.user.site, pk=pk)


def infusion_of(request: StaffRequest, visit_pk: int) -> Infusion:
    """The infusion of a visit whose patient has arrived, at this site only."""
    rows = Infusion.objects.select_related("site", "visit", "patient", "order__protocol")
    return get_object_or_404(rows, site=request.user.site, visit_id=visit_pk)


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
        "asked": lambda: to_ask(chart.visit, at=chart.at) if chart.infusion and chart.phase != "over" else (),
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

    def done(self, said: str, *, fresh_pad: bool = False) -> HttpResponse:
        return answer(self.request, self.infusion.visit_id, said, fresh_pad=fresh_pad)


def begin(request: StaffRequest, visit_pk: int, form: type[ActForm] = ActForm) -> Act:
    """Find the infusion and read the form; raises Refused when the form does not hold."""
    infusion = infusion_of(request, visit_pk)
    bound = form(request.POST, site=infusion.site)
    data = read(bound)
    who = {"by": request.user, "at": timezone.now(), "key": data["key"]}
    return Act(request, infusion, bound, data, who)


def answer(request: StaffRequest, visit_pk: int, said: str, *, fresh_pad: bool = False) -> HttpResponse:
    """After commit: the live part of the chart for htmx, else back to the chart."""
    if not is_htmx(request):
        say(request, said)
        return redirect("infusions:chart", visit_pk)
    chart = chart_of(visit_of(request, visit_pk), at=timezone.now())
    context = chart_context(chart, fresh_pad=fresh_pad)
    response = render(request, "infusions/_chart_live.html", context)
    response.headers["HX-Retarget"] = "#chart-live"
    response.headers["HX-Reswap"] = "outerHTML"
    response.headers["HX-Trigger"] = json.dumps({"kc:close": {}, "kc:toast": {"text": said, "tone": "success"}})
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
