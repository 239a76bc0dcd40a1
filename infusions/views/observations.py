"""Where monitors send readings: a device token, no session, an answer in words for every request."""

from collections.abc import Iterable
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
from kitclinic.problems import Blocker, Conflict, Problem, Refused

TOKEN_MOST = 200  # characters; ours are shorter
CHARSETS = {"", "utf-8", "utf8", "us-ascii"}
CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    405: "not-supported",
    409: "conflict",
    411: "required",
} | {
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
}


@public("a monitor has no account: its device token is the key, and it can be ended")
@csrf_exempt  # no cookie is read here, so there is nothing that another page could borrow
def observations(request: HttpRequest) -> JsonResponse:
    """Take readings: 201 when one is new, 200 when all were known, else words and nothing stored."""
    at = timezone.now()
    if request.method != "POST":
        return _refused(405, Blocker("", "Readings are sent by POST."), Allow="POST")
    if request.headers.get("Sec-Fetch-Site", "none") != "none" or request.headers.get("Origin"):
        return _refused(403, Blocker(MON_01.id, "Readings are sent by monitors, not by web pages."))
    token = _bearer(request)
    monitor = monitor_by_token(token) if token else None
    if monitor is None or monitor.ended_at is not None:
        return _unknown(request, token, at)
    refusal = _unacceptable(request)
    return refusal or _receive(request, monitor, at)


def _receive(request: HttpRequest, monitor: Monitor, at: datetime) -> JsonResponse:
    try:
        body = request.read(BODY_MOST + 1)
    except OSError:
        return _refused(400, Blocker(MON_02.id, "The request broke off. Nothing was stored; send it again."))
    parsed = read_body(body, request.content_type or "")
    if parsed.problems:
        return _refused(400 if parsed.unreadable else 422, *parsed.problems)
    if is_too_much(received_lately(monitor, at=at), new=len(parsed.sent)):
        return _refused(429, too_many_problem(), **{"Retry-After": "60"})
    try:
        received = actions.receive_readings(monitor=monitor, sent=parsed.sent, at=at)
    except Refused as refused:
        return _refused(409 if isinstance(refused, Conflict) else 422, *refused.problems)
    issues = [_told(one) for one in received]
    return _answer(201 if any(one.is_new for one in received) else 200, issues)


def _told(one: actions.Received) -> dict[str, str]:
    """What became of one reading; no name and no record number goes back."""
    reading = one.reading
    said = "Stored" if one.is_new else "Received before; stored once"
    if reading.problem:
        return _issue("warning", "not-found", f"{said}, reading {reading.pk}: on the review list of the clinic.")
    return _issue("information", "informational", f"{said}, reading {reading.pk}: proposed at the chart.")


def _unacceptable(request: HttpRequest) -> JsonResponse | None:
    """The answer to a request that is not even read: by what its head says."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal()):
        return _refused(411, Blocker(MON_02.id, "Say how long the request is, with Content-Length."))
    if len(length) > 9 or int(length) > BODY_MOST:
        sentence = f"The request is longer than {BODY_MOST // 1024} KB. Nothing was stored; send it in parts."
        return _refused(413, Blocker(MON_02.id, sentence))
    charset = (request.content_params or {}).get("charset", "").lower()
    if request.content_type not in READERS or charset not in CHARSETS or request.headers.get("Content-Encoding"):
        sentence = f"Send {', '.join(READERS)}, in UTF-8 and not compressed. Nothing was stored."
        return _refused(415, Blocker(MON_02.id, sentence))
    return None


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) <= TOKEN_MOST else ""


def _unknown(request: HttpRequest, token: str, at: datetime) -> JsonResponse:
    """A token that opens nothing: written down, and after too many of them told to wait."""
    address = request.META.get("REMOTE_ADDR") or ""
    if not actions.note_refused_token(token=token, address=address, at=at):
        sentence = "Too many unknown device tokens came from this address. Wait a minute."
        return _refused(429, Blocker(MON_14.id, sentence), **{"Retry-After": "60"})
    sentence = "This device token is not known, or its monitor was ended. Ask the clinic for a new one."
    return _refused(401, Blocker(MON_01.id, sentence), **{"WWW-Authenticate": "Bearer"})


def _refused(status: int, *problems: Problem, **headers: str) -> JsonResponse:
    said = [
        _issue("error", CODES[status], f"{one.sentence} ({one.rule})" if one.rule else one.sentence)
        for one in problems
    ]
    return _answer(status, said, headers)


def _issue(severity: str, code: str, text: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "diagnostics": text}


def _answer(status: int, issues: Iterable[dict[str, str]], headers: dict[str, str] | None = None) -> JsonResponse:
    body = {"resourceType": "OperationOutcome", "issue": list(issues)}
    return JsonResponse(body, status=status, headers=headers, content_type="application/fhir+json")
