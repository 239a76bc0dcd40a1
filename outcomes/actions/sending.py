"""Questionnaires are sent: parts pinned to what is installed, single-use links, an end."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.states import begin, move
from kitclinic.tokens import token_digest
from outcomes.actions.closing import close_parts
from outcomes.actions.invitations import send_link
from outcomes.models import Assessment, AssessmentLink, AssessmentPart, PlannedAssessment
from outcomes.queries import questionnaires as queries
from outcomes.queries.instruments import Available, askable, wording_for
from outcomes.rules import links
from outcomes.states import AssessmentState, LinkChannel
from scheduling.models import Patient
from scheduling.queries.patients import leads_to
from scheduling.rules.merging import merged_problems


@transaction.atomic
def start_assessment(
    *,
    patient: Patient,
    instruments: Sequence[str],
    occasion: str,
    by: StaffUser | None,
    at: datetime,
    ask: PlannedAssessment | None = None,
    language: str = "en",
    stop_rule: str = "adult",
    screen_first: bool = False,
    beside: bool = False,
) -> Assessment:
    """Make a questionnaire with its parts pinned to what is installed now; one sent before is withdrawn.

    beside: leave one sent before as it is; for a form on paper, which is finished in the same transaction.
    instruments: names in the order they are asked. It has no link yet: see ``send_questionnaire``,
    ``issue_link`` and ``begin_sitting``. Raises Refused when something cannot be asked here.
    """
    locked = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patient = locked.get(pk=patient.pk, site=by.site if by else patient.site)
    refuse_if(merged_problems(leads_to(patient)))
    found = askable(patient.site, today=patient.site.today(at), language=language)
    refuse_if(
        links.may_send(
            instruments, known=list(found), occasion=occasion, has_birth_date=patient.birth_date is not None
        )
    )
    for earlier in () if beside else queries.live(patient).select_for_update():
        close_parts(earlier, queries.parts_of(earlier), at=at)
        move(earlier, AssessmentState.WITHDRAWN, by=by, at=at, reason="a new questionnaire was sent")
    assessment = Assessment.objects.create(
        site=patient.site,
        patient=patient,
        ask=ask,
        occasion=occasion,
        language=language,
        sent_by=by,
        sent_at=at,
        expires_at=_expiry(ask, patient, at),
        remind_at=None if ask else at + links.REMIND_AFTER,
    )
    for position, name in enumerate(instruments, start=1):
        _add_part(assessment, position, found[name], stop_rule=stop_rule, screen_first=screen_first)
    begin(assessment, by=by, at=at)
    audit.record(
        event="questionnaire sent",
        by=by,
        actor="" if by else "plan",
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail={"instruments": list(instruments)},
    )
    return assessment


@transaction.atomic
def send_questionnaire(
    *,
    patient: Patient,
    instruments: Sequence[str],
    occasion: str,
    by: StaffUser,
    at: datetime,
    language: str = "en",
    message: bool = True,
    **more: Any,
) -> tuple[Assessment, str]:
    """Send a new link, withdraw the questionnaire sent before, and return the new one with its token.

    The token is returned once: only its SHA-256 is stored. message: tell the patient, where that was agreed to;
    otherwise the link is handed over. more: ask, stop_rule and screen_first, see ``start_assessment``.
    """
    assessment = start_assessment(
        patient=patient, instruments=instruments, occasion=occasion, by=by, at=at, language=language, **more
    )
    token = issue_link(assessment=assessment, channel=LinkChannel.HAND, at=at)
    if message:
        send_link(assessment, token, at=at)
    return assessment, token


def issue_link(*, assessment: Assessment, channel: LinkChannel, at: datetime, step: int | None = None) -> str:
    """Give a live questionnaire one more link and return its token; the links before it go on working.

    step: of the reminder ladder. Called inside the transaction of the action that hands the link over.
    """
    token = secrets.token_urlsafe(32)
    AssessmentLink.objects.create(
        site=assessment.site,
        assessment=assessment,
        token_digest=token_digest(token),
        channel=channel,
        step=step,
        issued_at=at,
        expires_at=min(at + links.LINK_LASTS, assessment.expires_at),
    )
    return token


@transaction.atomic
def expire_questionnaires(*, at: datetime) -> int:
    """Close every questionnaire whose time is over; what was answered whole is scored (PRO-12)."""
    over = Assessment.objects.select_for_update(skip_locked=True, of=("self",)).select_related("site")
    expired = list(over.filter(state__in=queries.LIVE, expires_at__lte=at).order_by("expires_at", "pk"))
    for assessment in expired:
        close_parts(assessment, queries.parts_of(assessment), at=at)
        move(assessment, AssessmentState.EXPIRED, by=None, at=at, reason=links.LIFE.id)
    return len(expired)


@transaction.atomic
def close_left_parts(*, at: datetime) -> int:
    """Score the instruments that were answered whole and left for 45 minutes; return how many scores (PRO-21)."""
    left = at - links.PAGE_LASTS
    rows = (
        Assessment.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("site")
        .filter(state=AssessmentState.STARTED, parts__closed_at__isnull=True)
        .exclude(responses__answered_at__gt=left)
        .order_by("pk")
    )
    made = 0
    for pk in dict.fromkeys(rows.values_list("pk", flat=True)):
        assessment = Assessment.objects.select_related("site").get(pk=pk)
        made += len(close_parts(assessment, queries.parts_of(assessment), at=at))
    return made


def _expiry(ask: PlannedAssessment | None, patient: Patient, at: datetime) -> datetime:
    """A planned questionnaire lives to the end of its window's last day, any other as long as its link."""
    if ask is None:
        return at + links.LINK_LASTS
    return patient.site.instant(ask.closes_on, 24 * 60)


def _add_part(
    assessment: Assessment, position: int, one: Available, *, stop_rule: str, screen_first: bool
) -> AssessmentPart:
    assert one.instrument is not None
    adaptive = one.instrument.is_adaptive
    return AssessmentPart.objects.create(
        site=assessment.site,
        assessment=assessment,
        position=position,
        instrument=one.definition.name,
        content_sha256=one.instrument.content_sha256,
        wording=wording_for(one.definition, one.pieces, assessment.language),
        bank=one.pieces.bank,
        table=one.pieces.table,
        remote=one.remote,
        stop_rule=stop_rule if adaptive else "",
        screen_first=screen_first and adaptive,
    )
