"""One safety task: what was answered, how to reach the patient, what was done."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import acknowledge_safety_task
from outcomes.forms import AcknowledgeForm
from outcomes.models import SafetyTask
from outcomes.queries.safety import task_page


@requires(Permission.ANSWER_SAFETY_TASKS)
def safety_task(request: StaffRequest, pk: int) -> HttpResponse:
    """Acknowledging needs what was done, in words."""
    tasks = SafetyTask.objects.select_related("patient", "response", "acknowledged_by")
    task = get_object_or_404(tasks, site=request.user.site, pk=pk)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            acknowledge_safety_task(
                task=task, action=form.cleaned_data["action"], by=request.user, at=timezone.now()
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Recorded for {task.patient.name}: the safety task is acknowledged.")
            return redirect("outcomes:safety")
    context = {"facts": task_page(task), "task": task, "patient": task.patient, "form": form}
    return page(request, "outcomes/safety_task.html", context, status=422 if form.errors else 200)
