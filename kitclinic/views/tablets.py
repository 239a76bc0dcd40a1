"""The clinic's shared tablets: the list, enrolling this device, ending one; and everybody's own PIN."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires, signed_in_at
from kitclinic.actions import end_tablet, enrol_tablet, record_password, set_pin
from kitclinic.forms import EnrolForm, PinForm
from kitclinic.foundation_rules import TOKEN_BYTES
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.locking import hold
from kitclinic.models import StaffPin, Tablet
from kitclinic.problems import Refused
from kitclinic.proving import prove
from kitclinic.roles import Permission
from kitclinic.tablets import LOCKED_AT, ON_TABLET, TOUCHED_AT, tablet_of, tablets_of

COOKIE_LASTS = timedelta(days=400)  # as long as browsers keep one


@requires(Permission.RUN_CLINIC)
def tablets(request: StaffRequest) -> HttpResponse:
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _enrol(request, form.cleaned_data["name"])
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
    rows = tablets_of(request.clinic)
    here = tablet_of(request)
    context = {"form": form, "tablets": rows, "here": here if here and here.site_id == request.clinic.pk else None}
    return page(request, "kitclinic/tablets.html", context, status=422 if form.errors else 200)


@requires(Permission.RUN_CLINIC)
@require_POST
def tablet_end(request: StaffRequest, pk: int) -> HttpResponse:
    tablet = get_object_or_404(Tablet.objects.select_related("site"), site=request.clinic, pk=pk)
    end_tablet(tablet=tablet, by=request.user, at=timezone.now())
    say(request, f"{tablet.name} is ended: nobody comes in on it by PIN, and whoever is on it is signed out.")
    response = redirect("tablets")
    if (here := tablet_of(request)) and here.pk == tablet.pk:
        response.delete_cookie(settings.TABLET_COOKIE_NAME, samesite="Strict")
        for key in (ON_TABLET, LOCKED_AT, TOUCHED_AT):
            request.session.pop(key, None)  # who ended it from itself stays signed in, as on any computer
    return response


@requires(Permission.SIGNED_IN)
@sensitive_post_parameters()
def pin(request: StaffRequest) -> HttpResponse:
    """Set one's own PIN."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            at, given = timezone.now(), form.cleaned_data
            proof = prove(request, given.pop("password"), at=at)
            set_pin(by=request.user, at=at, proof=proof, **given)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "Your PIN is set. It counts on every tablet where you signed in today.")
            return redirect("pin")
    known = StaffPin.objects.filter(site=request.clinic, user=request.user).first()
    return render(
        request, "kitclinic/pin.html", {"form": form, "known": known}, status=422 if form.errors else 200
    )


def _enrol(request: StaffRequest, name: str) -> HttpResponse:
    """The token goes into this browser's cookie and nowhere else."""
    at, token = timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
    tablet = enrol_tablet(site=request.clinic, name=name, token=token, by=request.user, at=at)
    since = signed_in_at(request) or at
    record_password(tablet=tablet, person=request.user, at=since)
    hold(request, tablet, password_at=since, at=at)
    say(request, f"This device is enrolled as {tablet.name}. Whoever signs in here can lock it and change by PIN.")
    response = redirect("tablets")
    age = int(COOKIE_LASTS.total_seconds())
    response.set_cookie(
        settings.TABLET_COOKIE_NAME, token, max_age=age, secure=settings.HTTPS, httponly=True, samesite="Strict"
    )
    return response
