"""A test that another engine runs: it is asked for the next question, and its reply is kept."""

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from kitclinic import audit
from kitclinic.fhir import MEDIA_TYPE
from kitclinic.outside import NoAnswerError, post
from outcomes.actions.answering import Recorded
from outcomes.actions.closing import finish
from outcomes.models import Assessment, RemoteItem, RemoteResult
from outcomes.queries import questionnaires as queries
from outcomes.rules.measures import measure
from outcomes.rules.remote import ANSWERS_WITHIN_S, REPLY_MOST, Reply, read_reply, request_body
from outcomes.states import AssessmentState

logger = logging.getLogger("kitclinic.engines")
OPERATION = "/Questionnaire/$next-question"


@dataclass(frozen=True, slots=True)
class AskedRemote:
    """What came of asking. silent: the engine did not answer as agreed; everything answered is kept."""

    completed: bool = False
    silent: bool = False


def chosen_elsewhere(recorded: Recorded, *, assessment: Assessment, at: datetime) -> Recorded:
    """After an answer: ask another engine where it chooses what comes next. ``recorded`` as it is then."""
    if not recorded.waits:
        return recorded
    return replace(recorded, completed=ask_remote(assessment=assessment, at=at).completed)


def ask_remote(*, assessment: Assessment, at: datetime) -> AskedRemote:
    """Ask another engine for the next question where one has to choose it; nothing to do where none has.

    The network call is outside of any transaction; what comes back is kept in one of its own.
    """
    part = queries.waiting_part(queries.parts_of(assessment))
    if part is None or part.row.remote is None:
        return AskedRemote()
    engine, items = part.row.remote, sorted(part.row.remote_items.all(), key=lambda one: one.item)
    answered = [(one.link_id, one.content, part.answers[one.item]) for one in items]
    body = request_body(engine.questionnaire, assessment.language, answered)
    try:
        came = post(
            engine.address + OPERATION,
            json.dumps(body).encode(),
            content_type=MEDIA_TYPE,
            token=settings.ENGINE_TOKENS.get(engine.credential, ""),
            within_s=ANSWERS_WITHIN_S,
            most=REPLY_MOST,
        )
        reply = read_reply(
            came,
            known=[one.link_id for one in items],
            definition=part.instrument.definition,
            measure=measure(part.instrument.measure),
            demo_site=assessment.site.is_demo,
        )
    except (NoAnswerError, ValueError) as error:
        logger.warning("The engine of %s at %s gave no question: %s", engine.instrument, engine.address, error)
        return AskedRemote(silent=True)
    return _keep(assessment=assessment, reply=reply, known=dict(part.answers), at=at)


@transaction.atomic
def _keep(*, assessment: Assessment, reply: Reply, known: dict[int, int | None], at: datetime) -> AskedRemote:
    """Write down what came. known: the answers it was chosen from; other answers by now leave it unused."""
    locked = Assessment.objects.select_for_update(of=("self",)).select_related("site", "patient__site")
    assessment = locked.get(pk=assessment.pk, site_id=assessment.site_id)
    part = queries.waiting_part(queries.parts_of(assessment))
    if assessment.state != AssessmentState.STARTED or part is None or part.answers != known:
        return AskedRemote(completed=assessment.state == AssessmentState.COMPLETED)
    own = {"site": assessment.site, "part": part.row, "at": at}
    for number, question in enumerate(reply.questions, start=len(part.instrument.items) + 1):
        RemoteItem.objects.create(item=number, link_id=question.link_id, content=question.content, **own)
    if reply.score is not None:
        found = reply.score
        RemoteResult.objects.create(
            tenths=found.tenths, theta=found.theta, standard_error=found.standard_error, **own
        )
    audit.record(
        event="remote engine answered",
        by=None,
        actor=f"engine {part.row.remote_id}",
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail={"instrument": part.row.instrument, "ended": reply.score is not None},
    )
    completed = all(one.is_over for one in queries.parts_of(assessment))
    if completed:
        finish(assessment, at=at)
    return AskedRemote(completed=completed)
