"""Entries kept aside: read what was typed against what is stored, and say what was done."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions.actions.aside import answer_kept_aside
from infusions.forms.aside import AsideForm
from infusions.queries.aside import lines, seen_by
from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.roles import Permission


@requires(Permission.SIGNED_IN)
@require_safe
def kept_aside(request: StaffRequest) -> HttpResponse:
    """Everybody sees their own; who may see charts sees those of the charts."""
    waiting, answered = lines(request.clinic, request.user)
    return render(request, "infusions/kept_aside.html", {"lines": waiting, "answered": answered})


@requires(Permission.SIGNED_IN)
@require_POST
def kept_aside_answer(request: StaffRequest, pk: int) -> HttpResponse:
    aside = get_object_or_404(seen_by(request.clinic, request.user), pk=pk)
    form = AsideForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    answer_kept_aside(aside=aside, words=words, by=request.user, at=timezone.now())
    say(request, "Answered. The entry stays in the list below, with your words.")
    return redirect("infusions:kept_aside")
