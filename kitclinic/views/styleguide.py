"""Every component in every state, for people who build pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import public
from kitclinic.styleguide import examples


@public("demonstration and debug mode only; shows no data")
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    return render(request, "kitclinic/styleguide.html", examples(now=timezone.now()))
