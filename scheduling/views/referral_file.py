"""An uploaded list of referrals: what is wrong, what is new, what is here already; then the import."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.roles import Permission
from scheduling.actions import choose_date_order, discard_referral_file, start_import
from scheduling.forms.referrals import OrderForm
from scheduling.models import ReferralFile
from scheduling.queries.referral_files import preview


@requires(Permission.REGISTER_PATIENTS)
@require_safe
def referral_file(request: StaffRequest, pk: int) -> HttpResponse:
    file = _found(request, pk)
    is_waiting = file.asked_at is not None and file.imported_at is None and not file.problem
    context = {"file": file, "is_waiting": is_waiting}
    if file.asked_at is None:
        context["found"] = preview(file, site=request.clinic, at=timezone.now())
        context["order"] = OrderForm(initial={"date_order": file.date_order})
    return page(request, "scheduling/referral_file.html", context, partial="scheduling/_referral_file_done.html")


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_file_order(request: StaffRequest, pk: int) -> HttpResponse:
    file, form = _found(request, pk), OrderForm(request.POST)
    if form.is_valid():
        choose_date_order(file=file, by=request.user, at=timezone.now(), **form.cleaned_data)
    return redirect("scheduling:referral_file", pk)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_file_start(request: StaffRequest, pk: int) -> HttpResponse:
    wanted = request.POST.get("with_patients") == "yes"
    file = _found(request, pk)
    start_import(file=file, with_patients=wanted, by=request.user, at=timezone.now())
    return redirect("scheduling:referral_file", pk)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_file_discard(request: StaffRequest, pk: int) -> HttpResponse:
    discard_referral_file(file=_found(request, pk), by=request.user, at=timezone.now())
    say(request, "The file is thrown away; nothing of it was taken in.")
    return redirect("scheduling:referral_import")


def _found(request: StaffRequest, pk: int) -> ReferralFile:
    found = ReferralFile.objects.select_related("site", "asked_by", "uploaded_by")
    return get_object_or_404(found, site=request.clinic, pk=pk)
