"""Calendar addresses: one's own, a patient's, and what a calendar program reads there."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic import calendars
from kitclinic.access import StaffRequest, public, requires
from kitclinic.http import page, say
from kitclinic.roles import Permission
from scheduling.actions.feeds import feed_address, make_feed, revoke_feed
from scheduling.models import CalendarFeed, Patient
from scheduling.queries.feeds import entries_of, feed_by_token, feed_of, own_kind


@public("a calendar program has no account: the address itself is the key, and it can be closed")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind an address."""
    found, at = feed_by_token(token), timezone.now()
    if found is None:
        raise Http404("There is no such calendar.")
    text = calendars.feed(entries_of(found, at=at), zone=found.site.zone, stamped=at)
    headers = {"Content-Disposition": 'inline; filename="calendar.ics"', "X-Robots-Tag": "noindex"}
    return HttpResponse(text, content_type=f"{calendars.TYPE}; charset=utf-8", headers=headers)


@requires(Permission.SIGNED_IN)
def feeds(request: StaffRequest) -> HttpResponse:
    """The reader's own calendar. POST makes its address, shown on this answer only."""
    context: dict[str, Any] = {"kind": own_kind(request.user), "address": ""}
    if request.method == "POST":
        _, token = make_feed(by=request.user, at=timezone.now())
        context["address"] = feed_address(token)
    context["feed"] = feed_of(person=request.user)
    return page(request, "scheduling/feeds.html", context)


@requires(Permission.BOOK)
def patient_feed(request: StaffRequest, pk: int) -> HttpResponse:
    """A patient's calendar. POST makes its address, shown on this answer only."""
    patient = get_object_or_404(Patient, site=request.clinic, pk=pk)
    context: dict[str, Any] = {"patient": patient, "address": ""}
    if request.method == "POST":
        _, token = make_feed(patient=patient, by=request.user, at=timezone.now())
        context["address"] = feed_address(token)
    context["feed"] = feed_of(patient=patient)
    return page(request, "scheduling/patient_feed.html", context)


@requires(Permission.SIGNED_IN)
@require_POST
def feed_revoke(request: StaffRequest, pk: int) -> HttpResponse:
    """Close one's own address, or a patient's when one books."""
    found = get_object_or_404(CalendarFeed, site=request.clinic, pk=pk)
    if found.person_id != request.user.pk and not (found.patient_id and request.user.may(Permission.BOOK)):
        raise Http404("There is no such calendar.")
    revoke_feed(feed=found, by=request.user, at=timezone.now())
    say(request, "The address is closed. Calendars that used it are no longer filled.")
    if found.patient_id:
        return redirect("scheduling:patient_feed", found.patient_id)
    return redirect("scheduling:feeds")
