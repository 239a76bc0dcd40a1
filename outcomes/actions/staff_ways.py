"""What the staff do about a questionnaire: hand its link over again, permit a day, take it back."""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.roles import Permission
from kitclinic.states import move
from outcomes.actions.closing import close_parts
from outcomes.actions.invitations import address_of, send_link
from outcomes.actions.ladder import record_call
from outcomes.actions.sending import issue_link
from outcomes.models import AnswerDayOverride, Assessment, PlannedAssessment
from outcomes.queries import questionnaires as queries
from outcomes.queries.asking import LIVE_ASK
from outcomes.rules import links, staff_entry
from outcomes.states import AssessmentState, CallResult, LinkChannel
from scheduling.models import Patient

STOPPED = "the patient does not want to go on"
MAY_PERMIT = (Permission.CHART, Permission.SIGN_ORDERS)


@transaction.atomic
def permit_answers_today(*, patient: Patient, reason: str, by: StaffUser, at: datetime) -> AnswerDayOverride:
    """Let a patient answer on the day of an infusion, after its start, for this one day (PRO-106).

    Permitted once a day: asked again, the first row is returned. Raises Refused without a reason, without an
    infusion today, or for somebody who neither charts nor signs orders: they judge how awake the patient is.
    """
    locked = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patient = locked.get(pk=patient.pk, site=by.site)
    if not any(map(by.may, MAY_PERMIT)):
        sentence = "Only who charts at the chair or signs orders permits this. Ask a nurse or a physician."
        raise Refused([Blocker(staff_entry.PERMITTED_DAY.id, sentence)])
    today = patient.site.today(at)
    earlier = AnswerDayOverride.objects.filter(site=patient.site, patient=patient, day=today).first()
    if earlier is not None:
        return earlier
    started = queries.infusion_days(patient, at=at)
    refuse_if(
        [
            *staff_entry.may_permit(started, today=today, reason=reason),
            *staff_entry.reason_problems(reason, rule=staff_entry.PERMITTED_DAY.id),
        ]
    )
    row = AnswerDayOverride.objects.create(
        site=patient.site, patient=patient, day=today, reason=reason.strip(), by=by, at=at
    )
    audit.record(
        event="answers on the day of an infusion permitted",
        by=by,
        at=at,
        site=patient.site,
        subject=row,
        patient_id=patient.pk,
        detail={"reason": row.reason},
    )
    return row


@transaction.atomic
def hand_over_link(*, assessment: Assessment, message: bool, by: StaffUser, at: datetime) -> str:
    """Give a live questionnaire one more link; what is answered stays. Return its token, shown once.

    message: send it to the patient as well. Raises Refused when the questionnaire is over, or when a message
    was wanted and the patient agreed to none.
    """
    assessment = _lock(assessment, by)
    refuse_if(_over(assessment, at=at))
    address = address_of(assessment)
    if message and address is None:
        sentence = "The patient has not agreed to text messages or e-mail. Show the code instead."
        raise Refused([Blocker(links.ONE_LINK.id, sentence)])
    token = issue_link(assessment=assessment, channel=LinkChannel.HAND, at=at)
    if message and address is not None:
        sent = issue_link(assessment=assessment, channel=LinkChannel(address[0]), at=at)
        send_link(assessment, sent, at=at, again=assessment.links.count())
    audit.record(
        event="link handed over again",
        by=by,
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail={"message": message},
    )
    return token


@transaction.atomic
def withdraw_questionnaire(*, assessment: Assessment, reason: str, by: StaffUser, at: datetime) -> Assessment:
    """Take a live questionnaire back; what was answered whole is scored, nothing is deleted (PRO-107).

    Withdrawn already, it is returned as it is.
    """
    assessment = _lock(assessment, by)
    if assessment.state == AssessmentState.WITHDRAWN:
        return assessment
    refuse_if([*_over(assessment, at=at), *staff_entry.reason_problems(reason)])
    close_parts(assessment, queries.parts_of(assessment), at=at)
    move(assessment, AssessmentState.WITHDRAWN, by=by, at=at, reason=reason.strip()[:300])
    audit.record(
        event="questionnaire withdrawn",
        by=by,
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail={"reason": reason.strip()},
    )
    return assessment


@transaction.atomic
def stop_questionnaire(*, assessment: Assessment, by: StaffUser, at: datetime, note: str = "") -> Assessment:
    """End a questionnaire that the patient does not want to go on with (PRO-107).

    The window that asked for it hears the same no, so that its ladder and its calls end too (PRO-87, PRO-89).
    """
    said = f"{STOPPED}: {note.strip()}" if note.strip() else STOPPED
    assessment = withdraw_questionnaire(assessment=assessment, reason=said, by=by, at=at)
    waiting = PlannedAssessment.objects.select_for_update(of=("self",)).filter(
        site=assessment.site, assessments=assessment, state__in=LIVE_ASK
    )
    for ask in waiting:
        key = uuid5(NAMESPACE_OID, f"stopped questionnaire {assessment.pk}")  # told twice, recorded once
        record_call(ask=ask, result=CallResult.DECLINED, by=by, at=at, key=key, note=note)
    return assessment


def _over(assessment: Assessment, *, at: datetime) -> list[Blocker]:
    """Why nothing more is done about this questionnaire, in words for the staff."""
    if assessment.state == AssessmentState.COMPLETED:
        return [Blocker(links.LIFE.id, "This questionnaire is finished. Its answers and scores stand.")]
    if assessment.state not in queries.LIVE or assessment.expires_at <= at:
        return [Blocker(links.LIFE.id, "This questionnaire is over. Send a new one.")]
    return []


def _lock(assessment: Assessment, by: StaffUser) -> Assessment:
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("site", "patient__site")
    return rows.get(pk=assessment.pk, site=by.site)
