"""The adaptive engine as a service: ``POST /fhir/Questionnaire/$next-question`` of FHIR SDC."""

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from kitclinic.access import public
from kitclinic.bodies import measures_itself
from kitclinic.fhir import bearer, is_from_a_page, refuse, resource, unacceptable
from kitclinic.problems import Blocker, Conflict, Refused
from outcomes.actions import note_served
from outcomes.models import EngineClient
from outcomes.queries.engines import client_by_token
from outcomes.queries.engines import next_question as find_next
from outcomes.rules.engines import TOKEN
from outcomes.rules.fhir import BODY_MOST, READABLE, SERVED, TYPES, read_request


@public("another system has no account: its token is the key, and it can be ended")
@measures_itself
@csrf_exempt  # no cookie is read here, so there is nothing that another page could borrow
def next_question(request: HttpRequest) -> JsonResponse:
    """200 with the QuestionnaireResponse, its next question or its scores; else an OperationOutcome."""
    if request.method != "POST":
        return refuse(405, Blocker(SERVED.id, "The next question is asked by POST."), Allow="POST")
    if is_from_a_page(request):
        return refuse(403, Blocker(TOKEN.id, "The engine is asked by other systems, not by web pages."))
    token = bearer(request)
    client = client_by_token(token) if token else None
    if client is None or client.ended_at is not None:
        sentence = "This token is not known, or it was ended. Ask the clinic for a new one."
        return refuse(401, Blocker(TOKEN.id, sentence), **{"WWW-Authenticate": "Bearer"})
    refusal = unacceptable(request, rule=READABLE.id, most=BODY_MOST, types=TYPES)
    return refusal or _answer(request, client, timezone.now())


def _answer(request: HttpRequest, client: EngineClient, at: datetime) -> JsonResponse:
    try:
        body = request.read(BODY_MOST + 1)
    except OSError:
        return refuse(400, Blocker(READABLE.id, "The request broke off. Send it again."))
    asked, problems = read_request(body)
    if asked is None:
        return refuse(400, *problems)
    try:
        served = find_next(client.site, asked, at=at)
    except Refused as refused:
        return refuse(409 if isinstance(refused, Conflict) else 422, *refused.problems)
    note_served(client=client, served=served, at=at)
    return resource(served.body)
