"""Changing or cancelling a group visit that is planned; its patients are told."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from scheduling.actions import cancel_group_visit, change_group_visit
from scheduling.forms.group_plans import GroupForm, WhyForm
from scheduling.models import GroupVisit
from scheduling.queries.groups import group_row
from scheduling.views.group_new import confirmed_of


@requires(Permission.BOOK, Permission.RUN_CLINIC)
def group_change(request: StaffRequest, pk: int) -> HttpResponse:
    group, at = _group(request, pk), timezone.now()
    form = GroupForm(request.POST or None, site=request.clinic, initial=GroupForm.initial_of(group))
    if request.method != "POST" or not form.is_valid():
        return _show(request, group, form, WhyForm(), status=422 if form.errors else 200)
    facts: dict[str, Any] = {"group": group, "by": request.user, "at": at, "confirmed": confirmed_of(request)}
    try:
        change_group_visit(**facts, **form.plan())
    except Refused as refused:
        return _show(request, group, form, WhyForm(), problems=refused.problems, status=422)
    say(request, "The group visit is changed. Where day or time is another one, the patients are told.")
    return redirect("scheduling:group", group.pk)


@requires(Permission.BOOK, Permission.RUN_CLINIC)
@require_POST
def group_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    group, why = _group(request, pk), WhyForm(request.POST)
    if why.is_valid():
        try:
            cancel_group_visit(group=group, by=request.user, at=timezone.now(), **why.cleaned_data)
        except Refused as refused:
            add_problems_to_form(why, refused.problems)
        else:
            say(request, "The group visit is cancelled. Its patients are told and wait for another seat.")
            return redirect("scheduling:groups")
    form = GroupForm(site=request.clinic, initial=GroupForm.initial_of(group))
    return _show(request, group, form, why, status=422)


def _group(request: StaffRequest, pk: int) -> GroupVisit:
    return get_object_or_404(GroupVisit.objects.select_related("site"), site=request.clinic, pk=pk)


def _show(
    request: StaffRequest,
    group: GroupVisit,
    form: GroupForm,
    why: WhyForm,
    *,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    context = {"group": group, "row": group_row(group), "form": form, "why": why, "problems": problems}
    return page(request, "scheduling/group_change.html", context, status=status)
