"""Help, shown at once after an answer that asks for it. It never repeats the answer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import public
from outcomes.models import Sitting
from outcomes.opened import opened, patient_page
from outcomes.queries.clinic_hours import next_open
from outcomes.queries.questionnaires import support as find_support


@public("the patient's own form, on the device that opened its link")
@require_safe
@opened
def support(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse:
    """The page after question ``number``."""
    at, assessment = timezone.now(), sitting.assessment
    site = assessment.site
    facts = find_support(assessment, number, at=at, opens=next_open(site, at))
    if facts is None:
        raise Http404
    context = {"facts": facts, "number": number, "clinic_phone": site.phone}
    return patient_page(request, "outcomes/support.html", context, sitting=sitting)
