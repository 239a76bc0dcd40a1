"""Who drives the patient home, for one day or all five."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from scheduling.actions import confirm_driver, name_driver
from scheduling.forms.sequences import DriverForm
from scheduling.models import Sequence, Visit
from scheduling.rules.visits import TO_COME


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


@requires(Permission.BOOK, Permission.CHART)
@require_POST
def drivers_confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Record that the named driver comes: on one day, or on all whose driver is named."""
    sequence = get_object_or_404(Sequence, site=request.user.site, pk=pk)
    chosen = request.POST.get("days", "")
    open_days = [visit for visit in _days(sequence) if visit.driver_named and not visit.driver_confirmed]
    visits = [visit for visit in open_days if chosen in ("all", str(visit.pk))]
    confirm_driver(visits=visits, by=request.user, at=timezone.now())
    say(
        request, f"Confirmed: {visits[0].driver_name} comes on {len(visits)} day{'' if len(visits) == 1 else 's'}."
    )
    return redirect("scheduling:drivers", sequence.pk)


def _days(sequence: Sequence) -> list[Visit]:
    visits = sequence.visits.filter(state__in=TO_COME).select_related("site", "driver_confirmed_by")
    return list(visits.order_by("date", "pk"))


def _show(
    request: StaffRequest,
    sequence: Sequence,
    form: DriverForm,
    problems: tuple[Problem, ...] = (),
    *,
    status: int,
) -> HttpResponse:
    named = [visit for visit in _days(sequence) if visit.driver_named]
    context = {
        "sequence": sequence,
        "patient": sequence.patient,
        "form": form,
        "refused": problems,
        "named": named,
        "to_confirm": sum(not visit.driver_confirmed for visit in named),
    }
    return page(request, "scheduling/drivers.html", context, status=status)
