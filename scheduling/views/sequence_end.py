"""Ending a sequence before its fifth day, or cancelling it before the first."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import cancel_sequence
from scheduling.forms.sequences import ReasonForm
from scheduling.models import Sequence


@requires(Permission.BOOK)
def sequence_end(request: StaffRequest, pk: int) -> HttpResponse:
    found = Sequence.objects.select_related("patient", "site")
    sequence = get_object_or_404(found, site=request.user.site, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = cancel_sequence(sequence=sequence, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(
                request, f"Sequence {ended.number} is {ended.get_state_display().lower()}; its open days are free."
            )
            return redirect("scheduling:patient", sequence.patient_id)
    visits = sequence.visits.order_by("date", "day_index")
    context = {"sequence": sequence, "visits": visits, "patient": sequence.patient, "form": form}
    return page(request, "scheduling/sequence_end.html", context, status=422 if form.errors else 200)
