"""Settings: who is trained for ketamine; leave to come."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.models import StaffUser
from kitclinic.roles import Permission, Role
from scheduling.actions import set_ketamine_training
from scheduling.queries.clinic import team
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
@require_safe
def settings_team(request: StaffRequest) -> HttpResponse:
    found = team(request.clinic, request.clinic.today(timezone.now()))
    return settings_page(request, "scheduling/settings_team.html", {"team": found})


@requires(Permission.RUN_CLINIC)
@require_POST
def training(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a nurse on the list of those trained for ketamine (trained=yes), or take them off it."""
    nurse = get_object_or_404(StaffUser.objects.at(request.clinic, roles=[Role.NURSE]), pk=pk)
    is_trained = request.POST.get("trained") == "yes"
    set_ketamine_training(nurse=nurse, trained=is_trained, by=request.user, at=timezone.now())
    word = "is on the list of those trained for ketamine" if is_trained else "is off the list of those trained"
    say(request, f"{nurse.name} {word}.")
    return redirect("scheduling:settings_team")
