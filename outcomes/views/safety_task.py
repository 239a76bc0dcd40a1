"""One safety task: what was answered, how to reach the patient, who is on it, what was done."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import acknowledge_safety_task
from outcomes.forms import AcknowledgeForm, FollowUpForm
from outcomes.models import SafetyTask
from outcomes.queries.safety import task_page


@requires(Permission.ANSWER_SAFETY_TASKS, Permission.SEE_OUTCOMES)
def safety_task(request: StaffRequest, pk: int) -> HttpResponse:
    """Acknowledging needs what was done, in words; reading does not need the right to acknowledge."""
    task = get_object_or_404(tasks(), site=request.clinic, pk=pk)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST":
        if not request.user.may(Permission.ANSWER_SAFETY_TASKS):
            raise PermissionDenied("Your role does not allow you to acknowledge safety tasks.")
        if form.is_valid():
            words, at = form.cleaned_data["words"], timezone.now()
            try:
                acknowledge_safety_task(task=task, action=words, by=request.user, at=at)
            except Refused as refused:
                add_problems_to_form(form, refused.problems)
            else:
                say(request, f"Recorded for {task.patient.name}: the safety task is acknowledged.")
                return redirect("outcomes:safety")
    return shown(request, task, form=form)


def tasks() -> QuerySet[SafetyTask]:
    """Return the tasks with everything their page names."""
    related = ("site", "patient", "response__sitting__tablet", "response__sitting__by", "score", "acknowledged_by")
    return SafetyTask.objects.select_related(*related)


def shown(request: StaffRequest, task: SafetyTask, **forms: Any) -> HttpResponse:
    """Return the page of a task; 422 where one of its forms was refused."""
    context: dict[str, Any] = {
        "facts": task_page(task, at=timezone.now()),
        "task": task,
        "patient": task.patient,
        "form": AcknowledgeForm(),
        "follow_up": FollowUpForm(),
        "may_act": request.user.may(Permission.ANSWER_SAFETY_TASKS),
    } | forms
    refused = any(form.errors for form in forms.values())
    return page(request, "outcomes/safety_task.html", context, status=422 if refused else 200)
