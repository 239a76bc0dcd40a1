"""Whom the staff call about questions that wait, and which messages about questions did not arrive."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.models import OutboxMessage, Site
from outcomes.models import AskCall, AskStep, Assessment, ItemResponse, PlannedAssessment
from outcomes.queries.asking import AskLine, ask_lines, asks, infusion_today, live_assessments, wants_reminders
from outcomes.queries.steps import KEY, ask_of_key
from outcomes.rules.ladder import LEFT_OUT, NO_REMINDERS, NO_WAY
from outcomes.rules.reaching import calls_again_on
from outcomes.rules.windows import WINDOW_NAMES
from outcomes.states import AskState, StepChannel
from scheduling.models import Patient

TRIED = 3  # attempts at delivery after which a message is shown as not arriving


@dataclass(frozen=True, slots=True)
class CallLine:
    """One patient to call. since: day on which the call was due. usual: when the last questionnaire was answered.

    calls: earlier ones about these questions, oldest first. tried_today: somebody called today already.
    """

    line: AskLine
    since: date
    calls: tuple[AskCall, ...]
    form: Assessment | None
    usual: datetime | None
    tried_today: bool

    @property
    def ask(self) -> PlannedAssessment:
        return self.line.ask

    @property
    def patient(self) -> Patient:
        return self.line.ask.patient


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Questions that did not reach somebody. reason: what happened; advice: what to do."""

    ask: PlannedAssessment
    reason: str
    advice: str
    at: datetime
    to: str
    may_sms: bool
    may_email: bool

    @property
    def label(self) -> str:
        return WINDOW_NAMES[self.ask.occasion].capitalize()


def call_list(site: Site, *, at: datetime) -> list[CallLine]:
    """Return whom to call now, who waits longest first, those tried today last (PRO-89)."""
    today = site.today(at)
    rows = asks(site).filter(state=AskState.ASKED, closes_on__gte=today, patient__merged_into=None)
    due = {
        step.ask_id: site.today(step.at)
        for step in AskStep.objects.filter(site=site, ask__in=rows, message=None).order_by("-at", "-pk")
        if step.channel == StepChannel.CALL or step.problem not in ("", LEFT_OUT, NO_REMINDERS)
    }
    found = list(rows.filter(pk__in=due).exclude(patient__consent_phone=False))
    people = {ask.patient_id for ask in found}
    wants, resting = wants_reminders(site, people), infusion_today(site, people, at=at)
    calls = _calls(found)
    open_ones = []
    for ask in found:
        again = calls_again_on([(one.result, site.today(one.at)) for one in calls[ask.pk]])
        if again and again <= today and wants.get(ask.patient_id, True) and ask.patient_id not in resting:
            open_ones.append(ask)
    forms, usual = live_assessments(open_ones), _usual(site, people)
    lines = [
        CallLine(
            line,
            due[line.ask.pk],
            tuple(calls[line.ask.pk]),
            forms.get(line.ask.pk),
            usual.get(line.ask.patient_id),
            any(site.today(one.at) == today for one in calls[line.ask.pk]),
        )
        for line in ask_lines(site, open_ones, at=at)
    ]
    return sorted(lines, key=lambda one: (one.tried_today, one.since, one.ask.closes_on, one.ask.pk))


def _calls(rows: Sequence[PlannedAssessment]) -> dict[int, list[AskCall]]:
    found: dict[int, list[AskCall]] = defaultdict(list)
    for call in AskCall.objects.filter(ask__in=rows).select_related("by").order_by("at", "pk"):
        found[call.ask_id].append(call)
    return found


def _usual(site: Site, people: Iterable[int]) -> dict[int, datetime]:
    """When each of them answered a question last: a good time to call."""
    rows = ItemResponse.objects.filter(site=site, assessment__patient__in=list(people)).order_by("answered_at")
    return dict(rows.values_list("assessment__patient", "answered_at"))


def undelivered(site: Site, *, at: datetime) -> list[Undelivered]:
    """Return the questions whose newest message did not arrive, the newest first (PRO-90)."""
    today = site.today(at)
    rows = asks(site).filter(state=AskState.ASKED, closes_on__gte=today, patient__merged_into=None)
    found = {ask.pk: ask for ask in rows}
    wants = wants_reminders(site, {ask.patient_id for ask in found.values()})
    newest: dict[int, tuple[datetime, str, str]] = {}
    steps = AskStep.objects.filter(site=site, ask__in=found, message=None).exclude(problem__in=("", LEFT_OUT))
    for step in steps.order_by("at", "pk"):
        newest[step.ask_id] = (step.at, step.problem, "")
    for message in OutboxMessage.objects.filter(site=site, key__startswith=f"{KEY}:").order_by("due_at", "pk"):
        number = ask_of_key(message.key)
        if number in found and (number not in newest or newest[number][0] <= message.due_at):
            newest[number] = (message.due_at, _problem(message), message.to)
    lines = [
        _undelivered(found[key], when, reason, to, wants=wants.get(found[key].patient_id, True))
        for key, (when, reason, to) in newest.items()
        if reason
    ]
    return sorted(lines, key=lambda one: one.at, reverse=True)


def _problem(message: OutboxMessage) -> str:
    if message.problem:
        return message.problem
    if message.sent_at is None and message.attempts >= TRIED:
        channel = message.get_channel_display().lower()
        return f"Not taken by the {channel} service; {message.attempts} attempts so far."
    return ""


def _undelivered(ask: PlannedAssessment, when: datetime, reason: str, to: str, *, wants: bool) -> Undelivered:
    patient = ask.patient
    if not wants:
        advice = "Ask on a tablet at the next visit. A patient who has changed their mind can be reminded again."
    elif reason == NO_WAY:
        advice = "Ask whether a text message or an e-mail is all right, and note the answer; or call."
    elif to and to not in (patient.phone, patient.email):
        advice = "The number or address was changed since. Send again."
    else:
        advice = "Look at the number or address with the patient, put it right, and send again."
    sms, email = patient.may_text and wants, patient.may_email and wants
    return Undelivered(ask, reason, advice, when, to, sms, email)
