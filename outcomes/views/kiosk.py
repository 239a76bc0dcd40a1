"""A tablet of the clinic in a patient's hands: its first page, its touches, and the page after it was cleared."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import public
from outcomes.kiosk import clear
from outcomes.opened import closed, forget, is_kiosk, patient_page, remember, remembered
from outcomes.queries.questionnaires import first_open, parts_of, standing_problems


@public("a tablet of the clinic in a patient's hands: one form, opened by the staff, and nothing else")
def kiosk(request: HttpRequest) -> HttpResponse:
    """GET: begin, or give the tablet back. POST: clear what is on it; answers are saved already."""
    if request.method == "POST":
        return clear()
    sitting = remembered(request)
    if sitting is None or not is_kiosk(sitting):
        over = patient_page(request, "outcomes/kiosk.html", {"number": 0})
        return over if sitting else forget(over)
    problems = standing_problems(sitting.assessment, at=timezone.now())
    if problems:
        return closed(request, sitting.assessment, problems[0], sitting=sitting)
    number = first_open(parts_of(sitting.assessment))
    return remember(patient_page(request, "outcomes/kiosk.html", {"number": number}, sitting=sitting), sitting)


@public("a tablet of the clinic in a patient's hands: somebody reads or writes, and the form stays open")
@require_POST
def touched(request: HttpRequest) -> HttpResponse:
    """Somebody is at the tablet: 10 minutes from now (PRO-72). What is over stays over, a phone is left alone."""
    sitting = remembered(request)
    answer = HttpResponse(status=204)
    return remember(answer, sitting) if sitting is not None and is_kiosk(sitting) else answer
