"""One person's scores over time: one measure large, all measures side by side, and one page of paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission
from outcomes.queries.trajectory import Trajectory, alert_counts
from outcomes.queries.trajectory import trajectory as find_trajectory
from outcomes.queries.trajectory_page import course_choices, definitions_sentence, mcid_choices, one_measure
from outcomes.queries.trajectory_strips import strips
from outcomes.queries.trajectory_table import counts_sentence, measure_rows
from outcomes.rules.measures import McidSet
from scheduling.models import Patient


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what it names wrongly is the default."""

    patient: Patient
    found: Trajectory
    at: datetime

    @property
    def context(self) -> dict[str, Any]:
        return {
            "patient": self.patient,
            "found": self.found,
            "courses": course_choices(self.found),
            "sets": mcid_choices(self.found),
            "definitions": definitions_sentence(self.found),
        }


def _asked(request: StaffRequest, pk: int) -> Asked:
    at = timezone.now()
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    number = request.GET.get("course", "")
    mcid_set: McidSet = "evidence" if request.GET.get("mcid") == "evidence" else "paper"
    try:
        as_of = parse_date(request.GET.get("as_of", ""))
    except ValueError:
        as_of = None
    course = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None
    return Asked(patient, find_trajectory(patient, at=at, mcid_set=mcid_set, course=course, as_of=as_of), at)


@requires(Permission.SEE_SCORES)
@require_safe
def trajectory(request: StaffRequest, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    shown = one_measure(asked.found, request.GET.get("measure", ""))
    return page(request, "outcomes/trajectory.html", asked.context | {"shown": shown})


@requires(Permission.SEE_SCORES)
@require_safe
def side_by_side(request: StaffRequest, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    counts = counts_sentence(measure_rows(asked.found))
    return page(
        request, "outcomes/side_by_side.html", asked.context | {"strips": strips(asked.found), "counts": counts}
    )


@requires(Permission.SEE_SCORES)
@require_safe
def trajectory_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """One page for the visit."""
    asked = _asked(request, pk)
    context = asked.context | {
        "site": request.user.site,
        "now": asked.at,
        "strips": strips(asked.found, paper=True),
        "counts": counts_sentence(measure_rows(asked.found)),
        "alerts": alert_counts(asked.patient, at=asked.at),
        "printed_by": request.user,
    }
    response = HttpResponse(render_pdf("outcomes/pdf/trajectory.html", context), content_type="application/pdf")
    name = f"scores-{asked.patient.pk}-{asked.found.as_of.isoformat()}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
