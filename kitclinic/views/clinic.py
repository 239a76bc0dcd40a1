"""The page from which whoever runs the clinic reaches everything that belongs to running it."""

from django.http import HttpResponse

from kitclinic.access import StaffRequest, requires
from kitclinic.clinic_links import links_of
from kitclinic.http import page
from kitclinic.roles import Permission


@requires(Permission.RUN_CLINIC)
def clinic(request: StaffRequest) -> HttpResponse:
    return page(request, "kitclinic/clinic.html", {"groups": links_of(request.user)})
