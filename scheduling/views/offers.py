"""Five offers for one patient; nothing is booked here."""

from secrets import token_urlsafe
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.forms.wishes import WishForm
from scheduling.models import Patient
from scheduling.queries.offers import offers_page
from scheduling.queries.protocols import slug_of
from scheduling.queries.wishes import request_of, wish_of
from scheduling.rules.wishes import Wish

PAGE, PART = "scheduling/offers.html", "scheduling/_offers.html"


@requires(Permission.BOOK)
@require_safe
def offers(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    return page(request, PAGE, facts(request, patient), partial=PART)


def facts(request: StaffRequest, patient: Patient) -> dict[str, Any]:
    """The context of the page: the offers as they stand this second, for the wish in the address.

    Without one, for the wish that the patient's request keeps. The key makes a second click find the first.
    """
    at, asked = timezone.now(), request_of(patient)
    kept = wish_of(asked) if asked else Wish()
    form = WishForm(request.GET) if request.GET else WishForm.showing(kept, slug_of(asked))
    wish = form.wish() if request.GET else kept
    protocol = form.chosen() if request.GET else slug_of(asked)
    return {
        "offers": offers_page(patient, wish=wish, at=at, protocol=protocol),
        "patient": patient,
        "request_row": asked,
        "wish_form": form,
        "is_kept": wish == kept and protocol == slug_of(asked),
        "checked_at": at,
        "asked": request.GET.urlencode(),
        "key": token_urlsafe(16),
    }
