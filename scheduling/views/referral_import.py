"""Importing a list of referrals: choose the file, look it through, import it."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.bodies import takes_files
from kitclinic.http import add_problems_to_form, page
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import upload_referrals
from scheduling.forms.referrals import UploadForm
from scheduling.rules.referral_columns import COLUMNS
from scheduling.rules.referral_file import MOST_LINES, MOST_MEGABYTES, template


@requires(Permission.REGISTER_PATIENTS)
@takes_files(most=MOST_MEGABYTES * 1_000_000)
def referral_import(request: StaffRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, order = form.cleaned_data["file"], form.cleaned_data["date_order"]
        # One byte more than is allowed is enough to say that the file is too large.
        data = upload.read(MOST_MEGABYTES * 1_000_000 + 1)
        try:
            file = upload_referrals(
                site=request.clinic,
                name=upload.name,
                data=data,
                date_order=order,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            return redirect("scheduling:referral_file", file.pk)
    limits = {"most_lines": f"{MOST_LINES:,}", "most_megabytes": MOST_MEGABYTES}
    context = {"form": form, "columns": COLUMNS, **limits}
    return page(request, "scheduling/referral_import.html", context, status=422 if form.errors else 200)


@requires(Permission.REGISTER_PATIENTS)
@require_safe
def referral_template(request: StaffRequest) -> HttpResponse:
    """A file with the header line, to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="referrals.csv"'}
    return HttpResponse(template(), content_type="text/csv; charset=utf-8", headers=headers)
