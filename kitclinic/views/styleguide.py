"""Every component in every state, for people who build pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kitclinic.access import public
from kitclinic.problems import Blocker, NeedsConfirmation, Notice


@public("demonstration and debug mode only; shows no data")
def styleguide(request: HttpRequest) -> HttpResponse:
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    problems = [
        Blocker("INF-01", "No signed order for today. Ask the physician to sign it."),
        NeedsConfirmation("DOS-05", "82 kg after 28 kg last week: read the scale again and type it once more."),
        Notice("SCH-04", "This week has a holiday on Thursday."),
    ]
    return render(request, "kitclinic/styleguide.html", {"problems": problems})
