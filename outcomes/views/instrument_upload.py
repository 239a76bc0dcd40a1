"""A file that was looked through: what it holds, what it would do; then the import."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import discard_upload, import_upload
from outcomes.models import PieceUpload
from outcomes.queries.instrument_pages import preview


@requires(Permission.RUN_CLINIC)
def instrument_upload(request: StaffRequest, pk: int) -> HttpResponse:
    """GET: the preview. POST: import it, or (act=discard) throw it away."""
    rows = PieceUpload.objects.select_related("site", "licence", "uploaded_by")
    upload = get_object_or_404(rows, site=request.clinic, pk=pk)
    if request.method != "POST":
        found = preview(upload)
        return page(request, "outcomes/instrument_upload.html", {"found": found, "faults": found.problems})
    if request.POST.get("act") == "discard":
        discard_upload(upload=upload, by=request.user, at=timezone.now())
        say(request, "The file is thrown away. Nothing of it was installed.")
        return redirect("outcomes:instrument", upload.instrument)
    confirmed = frozenset(request.POST.getlist("confirmed"))
    try:
        piece = import_upload(upload=upload, confirmed=confirmed, by=request.user, at=timezone.now())
    except Refused as refused:
        context = {"found": preview(upload), "faults": refused.problems}
        return page(request, "outcomes/instrument_upload.html", context, status=422)
    say(
        request,
        "It is imported and waits: a second person compares it with the licensed document and activates it.",
    )
    return redirect("outcomes:piece", piece.pk)
