"""A tablet of the clinic in a patient's hands: its first page, and the page after it was cleared."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kitclinic.access import public
from outcomes.kiosk import clear
from outcomes.opened import closed, is_kiosk, patient_page, remembered
from outcomes.queries.questionnaires import first_open, parts_of, standing_problems


@public("a tablet of the clinic in a patient's hands: one form, opened by the staff, and nothing else")
def kiosk(request: HttpRequest) -> HttpResponse:
    """GET: begin, or give the tablet back. POST: clear what is on it; answers are saved already."""
    if request.method == "POST":
        return clear()
    sitting = remembered(request)
    if sitting is None or not is_kiosk(sitting):
        return patient_page(request, "outcomes/kiosk.html", {"number": 0})
    problems = standing_problems(sitting.assessment, at=timezone.now())
    if problems:
        return closed(request, sitting.assessment, problems[0])
    number = first_open(parts_of(sitting.assessment))
    return patient_page(request, "outcomes/kiosk.html", {"number": number}, sitting=sitting)
