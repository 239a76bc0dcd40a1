"""Sending a questionnaire: choose, send, and hand over the link once."""

import segno
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import link_of, send_questionnaire
from outcomes.forms import SendForm
from outcomes.queries.panel import sent_lines
from outcomes.states import AssessmentState
from scheduling.models import Patient

LIVE_WORDS = (AssessmentState.OPEN, AssessmentState.STARTED)


@requires(Permission.SEND_QUESTIONNAIRES)
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """GET: the choice. POST: the link and its QR code, shown on this answer only."""
    site = request.user.site
    patient = get_object_or_404(Patient.objects.select_related("site"), site=site, pk=pk)
    form = SendForm(request.POST or None, initial={"instruments": ["PHQ-9", "GAD-7"], "occasion": "baseline"})
    if request.method == "POST" and form.is_valid():
        try:
            assessment, token = send_questionnaire(
                patient=patient,
                instruments=form.cleaned_data["instruments"],
                occasion=form.cleaned_data["occasion"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            link = link_of(token)
            context = {"patient": patient, "assessment": assessment, "link": link, "code": qr_code(link)}
            return page(request, "outcomes/sent.html", context)
    earlier = [line for line in sent_lines(patient, at=timezone.now()) if line.assessment.state in LIVE_WORDS]
    context = {"patient": patient, "form": form, "earlier": earlier}
    return page(request, "outcomes/send.html", context, status=422 if form.errors else 200)


def qr_code(link: str) -> str:
    """An inline SVG, black on white whatever the theme, with presentation attributes only."""
    code = segno.make(link, error="m", micro=False)
    return str(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))
