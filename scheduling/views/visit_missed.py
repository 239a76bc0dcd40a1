"""A missed day: the reason, and the place is free for somebody else."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import mark_missed
from scheduling.forms.sequences import ReasonForm
from scheduling.models import Visit


@requires(Permission.BOOK, Permission.CHART)
def visit_missed(request: StaffRequest, pk: int) -> HttpResponse:
    found = Visit.objects.select_related("patient", "sequence", "site")
    visit = get_object_or_404(found, site=request.user.site, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {"visit": visit, "patient": visit.patient, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            mark_missed(visit=visit, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Day {visit.day_index} is recorded as missed; chair {visit.chair} is free at that time.")
            return redirect("scheduling:patient", visit.patient_id)
    return page(request, "scheduling/visit_missed.html", context, status=422 if form.errors else 200)
