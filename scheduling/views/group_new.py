"""Planning a group visit."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import plan_group_visit
from scheduling.forms.groups import GroupForm


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def group_new(request: StaffRequest) -> HttpResponse:
    site = request.clinic
    form = GroupForm(request.POST or None, site=site)
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/group_new.html", {"form": form}, status=422 if form.errors else 200)
    try:
        group = plan_group_visit(site=site, by=request.user, at=timezone.now(), **form.plan())
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return page(request, "scheduling/group_new.html", {"form": form}, status=422)
    say(request, "The group visit is planned.")
    return redirect("scheduling:group", group.pk)
