"""Who drives the patient home, for one day or all five."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from scheduling.actions import name_driver
from scheduling.forms.sequences import DriverForm
from scheduling.models import Sequence


@requires(Permission.BOOK, Permission.CHART)
def drivers(request: StaffRequest, pk: int) -> HttpResponse:
    found = Sequence.objects.select_related("patient", "site")
    sequence = get_object_or_404(found, site=request.user.site, pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = DriverForm(sent, sequence=sequence, initial=DriverForm.initial_for(sequence))
    if request.method != "POST" or not form.is_valid():
        return _show(request, sequence, form, status=422 if form.errors else 200)
    try:
        visits = name_driver(
            by=request.user,
            at=timezone.now(),
            confirmed=frozenset(request.POST.getlist("confirmed")),
            **form.driver(),
        )
    except Refused as refused:
        return _show(request, sequence, form, refused.problems, status=422)
    say(request, f"{visits[0].driver_name} drives home on {len(visits)} day{'' if len(visits) == 1 else 's'}.")
    return redirect("scheduling:patient", sequence.patient_id)


def _show(
    request: StaffRequest,
    sequence: Sequence,
    form: DriverForm,
    problems: tuple[Problem, ...] = (),
    *,
    status: int,
) -> HttpResponse:
    context = {"sequence": sequence, "patient": sequence.patient, "form": form, "refused": problems}
    return page(request, "scheduling/drivers.html", context, status=status)
