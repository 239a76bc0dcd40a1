"""The first page: each role's own home."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.navigation import home_of
from kitclinic.roles import Permission


@requires(Permission.SIGNED_IN)
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    return redirect(home_of(request.user))
