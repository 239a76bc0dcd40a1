"""The reminder ladder is climbed, each step once for ever with a fresh link; calls; a patient's no."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.states import move
from outcomes.actions.invitations import link_of
from outcomes.actions.sending import issue_link, start_assessment
from outcomes.models import AskCall, AskStep, Assessment, PlannedAssessment, ReminderChoice
from outcomes.queries.asking import Plans, clinics, language_of, protocol_of, wants_reminders
from outcomes.queries.planning import Picture
from outcomes.queries.questionnaires import LIVE
from outcomes.queries.steps import KEY, last_channel, reach_of, waiting_steps
from outcomes.rules.ladder import LEFT_OUT, NO_REMINDERS, NO_WAY
from outcomes.rules.plans import Step, Way
from outcomes.rules.reaching import call_problems, invitation, resend_problems
from outcomes.states import AskState, CallResult, LinkChannel, StepChannel
from scheduling.models import Patient


def take_steps(*, at: datetime, site: Site | None = None, people: Collection[int] | None = None) -> int:
    """Take every step of every ladder that is due now; return how many. Each ask is one transaction (PRO-88).

    people: keys of patients, to look at these only.
    """
    sites = [site] if site else list(clinics())
    waiting = [one for each in sites for one in waiting_steps(each, at=at, people=people)]
    return sum(_climb(one.ask, at=at) for one in waiting)


@transaction.atomic
def _climb(ask: PlannedAssessment, *, at: datetime) -> int:
    """Lock patient, questionnaires and ask, look again what is due, and do it; 0 when another worker has it."""
    site = ask.site
    if not Patient.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ask.patient_id).exists():
        return 0
    list(Assessment.objects.select_for_update().filter(site=site, patient=ask.patient_id, state__in=LIVE))
    list(PlannedAssessment.objects.select_for_update().filter(site=site, pk=ask.pk))
    again = waiting_steps(site, at=at, only=[ask.pk])
    if not again:
        return 0
    ask, ladder = again[0].ask, Plans(site, today=site.today(at)).of(again[0].ask).ladder
    taken = 0
    for due in again[0].due:
        assert due.step is not None
        for number in due.left_out:
            _step(ask, number, StepChannel.BEST, at=at, problem=LEFT_OUT)
        if ladder[due.step].way is Way.CALL:
            _step(ask, due.step, StepChannel.CALL, at=at)
            taken += 1
        else:
            taken += _tell(ask, due.step, ladder[due.step], at=at)
    return taken


def _tell(ask: PlannedAssessment, number: int, step: Step, *, at: datetime) -> int:
    """One message of the ladder, or why there is none; 0 while nothing is left to ask."""
    try:
        form = _form(ask, at=at)
    except Refused as refused:
        _asked(ask, at=at)
        _step(ask, number, StepChannel.BEST, at=at, problem=str(refused)[:200])
        return 1
    if form is None:
        return 0
    _asked(ask, at=at)
    patient = ask.patient
    reach = reach_of(patient, wants=wants_reminders(ask.site, [patient.pk]).get(patient.pk, True))
    channel = reach.channel(step.way, before=last_channel(ask))
    if not reach.wants or channel is None:
        _step(ask, number, StepChannel.BEST, at=at, problem=NO_WAY if reach.wants else NO_REMINDERS)
        return 1
    message = _message(ask, form, channel, key=f"{KEY}:{ask.pk}:{number}", at=at, step=number)
    _step(ask, number, channel, at=at, message=message)
    return 1


def _form(ask: PlannedAssessment, *, at: datetime) -> Assessment | None:
    """The questionnaire of an ask: the one that is out, else a new one with what is missing; None: nothing is."""
    live = Assessment.objects.filter(site=ask.site, ask=ask, state__in=LIVE, expires_at__gt=at)
    form = live.select_related("site", "patient").first()
    if form is not None:
        return form
    plans = Plans(ask.site, today=ask.site.today(at))
    left = Picture(ask.site, at=at, people=[ask.patient_id], plans=plans).left(ask.patient_id, ask)
    if not left:
        return None
    plan = plans.of(ask)
    return start_assessment(
        patient=ask.patient,
        instruments=left,
        occasion=ask.occasion,
        by=None,
        at=at,
        ask=ask,
        language=language_of(ask.patient),
        stop_rule=plan.stop_rule,
        screen_first=plan.screen_first,
    )


def _asked(ask: PlannedAssessment, *, at: datetime) -> None:
    if ask.state == AskState.PLANNED:
        ask.asked_at = at
        ask.plan = Plans(ask.site, today=ask.site.today(at)).now(protocol_of(ask))[0]
        move(ask, AskState.ASKED, by=None, at=at, also=("asked_at", "plan"))


def _message(
    ask: PlannedAssessment, form: Assessment, channel: StepChannel, *, key: str, at: datetime, step: int | None
) -> OutboxMessage | None:
    token = issue_link(assessment=form, channel=LinkChannel(channel.value), at=at, step=step)
    patient, site = ask.patient, ask.site
    link = form.links.order_by("-pk").values_list("expires_at", flat=True)[0]
    return queue_message(
        site=site,
        key=key,
        channel=channel.value,
        to=patient.phone if channel is StepChannel.SMS else patient.email,
        text=invitation(form.language, link_of(token), until=site.today(link), again=bool(step) or step is None),
        due_at=at,
        expires_at=form.expires_at,
    )


def _step(
    ask: PlannedAssessment,
    number: int,
    channel: StepChannel,
    *,
    at: datetime,
    message: OutboxMessage | None = None,
    problem: str = "",
) -> AskStep:
    return AskStep.objects.create(
        site=ask.site, ask=ask, step=number, channel=channel, message=message, problem=problem, at=at
    )


@transaction.atomic
def record_call(
    *, ask: PlannedAssessment, result: str, by: StaffUser, at: datetime, key: UUID, note: str = ""
) -> AskCall:
    """Record what came of calling about questions that wait. The same key returns the first row."""
    ask = _lock(ask)
    earlier = AskCall.objects.filter(site=ask.site, key=key).first()
    if earlier is not None:
        return earlier
    refuse_if(call_problems(result, state=ask.state))
    call = AskCall.objects.create(
        site=ask.site, ask=ask, result=CallResult(result), note=note.strip()[:300], by=by, at=at, key=key
    )
    _audit("call about questions", ask, by=by, at=at, detail={"result": result})
    return call


@transaction.atomic
def send_again(*, ask: PlannedAssessment, channel: str, by: StaffUser, at: datetime, key: UUID) -> bool:
    """Send the questions again, after a number or a consent was put right; False when this key has sent them."""
    patient = (
        Patient.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=ask.patient_id, site=by.site_id)
    )
    list(Assessment.objects.select_for_update().filter(site=ask.site, patient=patient, state__in=LIVE))
    ask = _lock(ask)
    name = f"{KEY}:{ask.pk}:again:{key}"
    if OutboxMessage.objects.filter(site=ask.site, key=name).exists():
        return False
    reach = reach_of(patient, wants=wants_reminders(ask.site, [patient.pk]).get(patient.pk, True))
    way = reach.channel(Way(channel)) if channel in (Way.SMS, Way.EMAIL, Way.BEST) else None
    refuse_if(resend_problems(state=ask.state, wants=reach.wants, channel=way))
    form = _form(ask, at=at)
    if form is None or way is None:
        raise Refused([Blocker("PRO-90", "Everything is answered. There is nothing to send.")])
    _message(ask, form, way, key=name, at=at, step=None)
    _audit("questions sent again", ask, by=by, at=at, detail={"channel": way.value})
    return True


@transaction.atomic
def stop_reminders(*, patient: Patient, by: StaffUser | None, at: datetime) -> ReminderChoice:
    """Record that a patient wants no messages about questions. by: None for the patient, from the form itself."""
    return _choose(patient, wanted=False, by=by, at=at)


@transaction.atomic
def want_reminders(*, patient: Patient, by: StaffUser | None, at: datetime) -> ReminderChoice:
    """Record that a patient wants messages about questions again."""
    return _choose(patient, wanted=True, by=by, at=at)


def _choose(patient: Patient, *, wanted: bool, by: StaffUser | None, at: datetime) -> ReminderChoice:
    patient = (
        Patient.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=patient.pk, site=patient.site_id)
    )
    newest = ReminderChoice.objects.filter(site=patient.site, patient=patient).order_by("at", "pk").last()
    if newest is not None and newest.wanted == wanted:
        return newest
    choice = ReminderChoice.objects.create(site=patient.site, patient=patient, wanted=wanted, by=by, at=at)
    audit.record(
        event="messages about questions wanted" if wanted else "messages about questions not wanted",
        by=by,
        actor="" if by else "patient",
        at=at,
        site=patient.site,
        subject=choice,
        patient_id=patient.pk,
    )
    return choice


def _lock(ask: PlannedAssessment) -> PlannedAssessment:
    rows = PlannedAssessment.objects.select_for_update(of=("self",)).select_related(
        "site", "patient", "plan", "sequence__protocol"
    )
    return rows.get(pk=ask.pk, site_id=ask.site_id)


def _audit(event: str, ask: PlannedAssessment, *, by: StaffUser, at: datetime, detail: dict[str, object]) -> None:
    audit.record(event=event, by=by, at=at, site=ask.site, subject=ask, patient_id=ask.patient_id, detail=detail)
