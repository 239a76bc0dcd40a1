"""Five offers for one patient; nothing is booked here."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.forms.sequences import WishForm
from scheduling.models import Patient
from scheduling.queries.offers import offers_page

PAGE, PART = "scheduling/offers.html", "scheduling/_offers.html"


@requires(Permission.BOOK)
def offers(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    return page(request, PAGE, facts(request, patient), partial=PART)


def facts(request: StaffRequest, patient: Patient) -> dict[str, Any]:
    """The context of the page: the offers as they stand this second, for the wish in the address."""
    at = timezone.now()
    return {
        "offers": offers_page(patient, wish=WishForm(request.GET).wish(), at=at),
        "patient": patient,
        "checked_at": at,
        "asked": request.GET.urlencode(),
    }
