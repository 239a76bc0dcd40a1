"""Sending a questionnaire: what the plan asks, by whichever way reaches the patient; the link is shown once."""

from typing import Any
from urllib.parse import urlencode

import segno
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page
from kitclinic.models import Tablet
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.roles import Permission
from kitclinic.tablets import tablet_of
from outcomes.actions import link_of, send_questionnaire, start_assessment, start_kiosk
from outcomes.actions.staff_ways import MAY_PERMIT
from outcomes.kiosk import hand_to_patient
from outcomes.models import Assessment
from outcomes.queries.asking import language_of
from outcomes.queries.staff_ways import LANGUAGES, SendFacts, send_facts
from outcomes.rules.links import KIOSK, OCCASIONS
from outcomes.rules.staff_entry import may_be_by_telephone
from outcomes.staff_forms import SendForm
from scheduling.models import Patient


@requires(Permission.SEND_QUESTIONNAIRES)
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """GET: the choice for one occasion. POST: by message or code the link, shown on this answer only."""
    patient, at = find_patient(request, pk), timezone.now()
    said = request.POST if request.method == "POST" else request.GET
    language = said.get("language") or language_of(patient)
    facts = send_facts(patient, occasion=said.get("occasion", ""), language=language, at=at)
    form = SendForm(request.POST if request.method == "POST" else None, facts=facts)
    if request.method == "POST" and form.is_valid():
        try:
            return _by_way(request, patient, facts, form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
    planned = [one.instrument.name for one in facts.choices if one.chosen]
    context = {
        "patient": patient,
        "form": form,
        "facts": facts,
        "chosen": set(request.POST.getlist("instruments") if form.is_bound else planned),
        "occasions": OCCASIONS,
        "languages": LANGUAGES,
        "may_permit": may_permit(request),
        "on_tablet": tablet_of(request) is not None,
    }
    return page(request, "outcomes/send.html", context, status=422 if form.errors else 200)


def _by_way(request: StaffRequest, patient: Patient, facts: SendFacts, said: dict[str, Any]) -> HttpResponse:
    if said["way"] == "paper":
        forms = [one.instrument for one in facts.choices if one.instrument.name in said["instruments"]]
        names = [one.name for one in forms if not one.is_adaptive]
        query = urlencode({"occasion": said["occasion"], "form": names}, doseq=True)
        return redirect(f"{reverse('outcomes:paper_forms', args=[patient.pk])}?{query}")
    asked = {
        "patient": patient,
        "instruments": said["instruments"],
        "occasion": said["occasion"],
        "language": said["language"],
        "by": request.user,
        "at": timezone.now(),
        "ask": facts.ask if facts.ask and facts.ask.occasion == said["occasion"] else None,
        "stop_rule": facts.plan.stop_rule,
        "screen_first": facts.plan.screen_first,
    }
    if said["way"] == "phone":
        chosen = [one.instrument for one in facts.choices if one.instrument.name in said["instruments"]]
        refuse_if(may_be_by_telephone(chosen))  # before the questionnaire that is out is withdrawn
        assessment = start_assessment(**asked)
        return redirect("outcomes:interview", assessment.pk)
    if said["way"] == "tablet":
        this_tablet(request)
        return on_tablet(request, start_assessment(**asked))
    assessment, token = send_questionnaire(**asked, message=said["way"] == "message")
    return show_link(request, assessment, token, message=said["way"] == "message")


@requires(Permission.SEND_QUESTIONNAIRES)
@require_POST
def on_this_tablet(request: StaffRequest, pk: int) -> HttpResponse:
    """Put this tablet into the patient's hands for a questionnaire that is out."""
    found = Assessment.objects.select_related("patient__site", "site")
    return on_tablet(request, get_object_or_404(found, site=request.user.site, pk=pk))


def on_tablet(request: StaffRequest, assessment: Assessment) -> HttpResponse:
    """Lock this tablet for the staff and open the patient's first page. Refused on any other device."""
    at = timezone.now()
    sitting = start_kiosk(assessment=assessment, tablet=this_tablet(request), by=request.user, at=at)
    return hand_to_patient(request, sitting, at=at)


def this_tablet(request: StaffRequest) -> Tablet:
    """The tablet of the clinic in somebody's hands. Raises Refused for any other device."""
    tablet = tablet_of(request)
    if tablet is None:
        raise Refused([Blocker(KIOSK.id, "This device is not a tablet of the clinic. Show the patient a code.")])
    return tablet


def may_permit(request: StaffRequest) -> bool:
    """Whether this person may let a patient answer on the day of an infusion (PRO-106)."""
    return any(map(request.user.may, MAY_PERMIT))


def find_patient(request: StaffRequest, pk: int) -> Patient:
    return get_object_or_404(Patient.objects.select_related("site", "merged_into"), site=request.user.site, pk=pk)


def show_link(request: StaffRequest, assessment: Assessment, token: str, *, message: bool) -> HttpResponse:
    """The link with its code, on this answer only."""
    link = link_of(token)
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "link": link,
        "code": qr_code(link),
        "message": message,
    }
    return page(request, "outcomes/sent.html", context)


def qr_code(link: str) -> str:
    """An inline SVG, black on white whatever the theme, with presentation attributes only."""
    code = segno.make(link, error="m", micro=False)
    return str(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))
