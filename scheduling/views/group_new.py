"""Planning a group visit."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import plan_group_visit
from scheduling.forms.group_plans import GroupForm

PAGE = "scheduling/group_new.html"


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def group_new(request: StaffRequest) -> HttpResponse:
    site = request.clinic
    form = GroupForm(request.POST or None, site=site)
    if request.method != "POST" or not form.is_valid():
        return page(request, PAGE, {"form": form}, status=422 if form.errors else 200)
    facts: dict[str, Any] = {"site": site, "by": request.user, "confirmed": confirmed_of(request)}
    try:
        group = plan_group_visit(at=timezone.now(), **facts, **form.plan())
    except Refused as refused:
        return page(request, PAGE, {"form": form, "problems": refused.problems}, status=422)
    say(request, "The group visit is planned.")
    return redirect("scheduling:group", group.pk)


def confirmed_of(request: StaffRequest) -> dict[str, str]:
    """What the person confirmed on the form: rule id → reason."""
    return {rule: request.POST.get(f"reason_{rule}", "") for rule in request.POST.getlist("confirmed")}
