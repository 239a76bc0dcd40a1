"""Where monitors send readings: a device token, no session, an answer in words for every request."""

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from infusions import actions
from infusions.forms.observations import READERS, read_body
from infusions.models import Monitor
from infusions.queries.monitors import monitor_by_token, received_lately
from infusions.rules.monitors import BODY_MOST, MON_01, MON_02, MON_14, is_too_much, too_many_problem
from kitclinic.access import public
from kitclinic.bodies import measures_itself
from kitclinic.fhir import bearer, is_from_a_page, issue, outcome, refuse, unacceptable
from kitclinic.problems import Blocker, Conflict, Refused


@public("a monitor has no account: its device token is the key, and it can be ended")
@measures_itself
@csrf_exempt  # no cookie is read here, so there is nothing that another page could borrow
def observations(request: HttpRequest) -> JsonResponse:
    """Take readings: 201 when one is new, 200 when all were known, else words and nothing stored."""
    at = timezone.now()
    if request.method != "POST":
        return refuse(405, Blocker("", "Readings are sent by POST."), Allow="POST")
    if is_from_a_page(request):
        return refuse(403, Blocker(MON_01.id, "Readings are sent by monitors, not by web pages."))
    token = bearer(request)
    monitor = monitor_by_token(token) if token else None
    if monitor is None or monitor.ended_at is not None:
        return _unknown(request, token, at)
    refusal = unacceptable(request, rule=MON_02.id, most=BODY_MOST, types=READERS)
    return refusal or _receive(request, monitor, at)


def _receive(request: HttpRequest, monitor: Monitor, at: datetime) -> JsonResponse:
    try:
        body = request.read(BODY_MOST + 1)
    except OSError:
        return refuse(400, Blocker(MON_02.id, "The request broke off. Nothing was stored; send it again."))
    parsed = read_body(body, request.content_type or "")
    if parsed.problems:
        return refuse(400 if parsed.unreadable else 422, *parsed.problems)
    if is_too_much(received_lately(monitor, at=at), new=len(parsed.sent)):
        return refuse(429, too_many_problem(), **{"Retry-After": "60"})
    try:
        received = actions.receive_readings(monitor=monitor, sent=parsed.sent, at=at)
    except Refused as refused:
        return refuse(409 if isinstance(refused, Conflict) else 422, *refused.problems)
    issues = [_told(one) for one in received]
    return outcome(201 if any(one.is_new for one in received) else 200, issues)


def _told(one: actions.Received) -> dict[str, str]:
    """What became of one reading; no name and no record number goes back."""
    reading = one.reading
    said = "Stored" if one.is_new else "Received before; stored once"
    if reading.problem:
        return issue("warning", "not-found", f"{said}, reading {reading.pk}: on the review list of the clinic.")
    return issue("information", "informational", f"{said}, reading {reading.pk}: proposed at the chart.")


def _unknown(request: HttpRequest, token: str, at: datetime) -> JsonResponse:
    """A token that opens nothing: written down, and after too many of them told to wait."""
    address = request.META.get("REMOTE_ADDR") or ""
    if not actions.note_refused_token(token=token, address=address, at=at):
        sentence = "Too many unknown device tokens came from this address. Wait a minute."
        return refuse(429, Blocker(MON_14.id, sentence), **{"Retry-After": "60"})
    sentence = "This device token is not known, or its monitor was ended. Ask the clinic for a new one."
    return refuse(401, Blocker(MON_01.id, sentence), **{"WWW-Authenticate": "Bearer"})
