"""A tablet of the clinic in a patient's hands: locked for the staff, open for one questionnaire, then cleared."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kitclinic.tablets import LOCKED_AT
from outcomes.models import Sitting
from outcomes.opened import forget, remember


def hand_to_patient(request: HttpRequest, sitting: Sitting, *, at: datetime) -> HttpResponse:
    """Lock the staff's session and open the patient's first page; only a PIN or a password leads back."""
    request.session[LOCKED_AT] = int(at.timestamp())
    return remember(redirect("outcomes:kiosk"), sitting)


def clear() -> HttpResponse:
    """Forget the questionnaire on this device and show the page that says so."""
    return forget(redirect("outcomes:kiosk"))
