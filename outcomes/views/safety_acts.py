"""What is done about a safety task besides acknowledging it: being on it, a try, the follow-up."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import close_safety_task, hand_back_safety_task, note_not_reached, take_safety_task
from outcomes.forms import FollowUpForm, NotReachedForm, TakeForm
from outcomes.views.safety_task import shown, tasks
from scheduling.forms.typed import read


@requires(Permission.ANSWER_SAFETY_TASKS)
@require_POST
def safety_take(request: StaffRequest, pk: int) -> HttpResponse:
    """ "I am on it"; from somebody else only when the page named them."""
    task = get_object_or_404(tasks(), site=request.clinic, pk=pk)
    instead_of = read(TakeForm(request.POST))["instead_of"]
    take_safety_task(task=task, by=request.user, at=timezone.now(), instead_of=instead_of)
    return redirect("outcomes:safety_task", pk)


@requires(Permission.ANSWER_SAFETY_TASKS)
@require_POST
def safety_hand_back(request: StaffRequest, pk: int) -> HttpResponse:
    """No longer be on it."""
    task = get_object_or_404(tasks(), site=request.clinic, pk=pk)
    hand_back_safety_task(task=task, by=request.user, at=timezone.now())
    say(request, "Nobody is on it now. Its time goes on.")
    return redirect("outcomes:safety")


@requires(Permission.ANSWER_SAFETY_TASKS)
@require_POST
def safety_not_reached(request: StaffRequest, pk: int) -> HttpResponse:
    """A try that reached nobody."""
    task = get_object_or_404(tasks(), site=request.clinic, pk=pk)
    words = read(NotReachedForm(request.POST))["words"]
    note_not_reached(task=task, words=words, by=request.user, at=timezone.now())
    say(request, "Recorded: not reached. The task still waits.")
    return redirect("outcomes:safety_task", pk)


@requires(Permission.ANSWER_SAFETY_TASKS)
@require_POST
def safety_close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close it with what the follow-up was."""
    task = get_object_or_404(tasks(), site=request.clinic, pk=pk)
    form = FollowUpForm(request.POST)
    if form.is_valid():
        try:
            close_safety_task(task=task, words=form.cleaned_data["words"], by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Closed: the safety task of {task.patient.name}.")
            return redirect("outcomes:safety")
    return shown(request, task, follow_up=form)
