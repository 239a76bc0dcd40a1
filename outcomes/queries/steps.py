"""Which steps of the reminder ladder wait, and whether a queued message may still leave."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitclinic.display import in_sentence
from kitclinic.models import OutboxMessage, Site
from kitclinic.outbox import Standing
from outcomes.models import AskCall, AskStep, Assessment, PlannedAssessment
from outcomes.queries.asking import LIVE_ASK, Plans, asks, infusion_today, wants_reminders
from outcomes.queries.questionnaires import LIVE
from outcomes.rules.ladder import NO_REMINDERS, Due, Reach, Taken, due_steps
from outcomes.rules.links import PAGE_LASTS, QUIET_UNTIL, REMIND_AFTER, quiet_until
from outcomes.states import AskState, CallResult, StepChannel
from scheduling.models import Patient

KEY = "ask"  # of messages: "ask:<ask>:<step>", "ask:<ask>:again:<key>"
AGAIN = ":again:"
OVER = "Withdrawn: the questions were answered, or are over."
NO_CONSENT = "Withdrawn: the patient has taken the consent back, or the address has changed."
SAID_NO = "Withdrawn: the patient has said on the telephone that there will be no answers."
UNWANTED = f"Withdrawn: {in_sentence(NO_REMINDERS)}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One ask with what is due of its ladder now."""

    ask: PlannedAssessment
    due: tuple[Due, ...]


def waiting_steps(
    site: Site, *, at: datetime, only: Sequence[int] | None = None, people: Collection[int] | None = None
) -> list[Waiting]:
    """Return the asks of which a step is due. Seven queries, however many asks.

    only: keys of asks; people: keys of patients, to look at these only.
    """
    today, minute = site.today(at), site.minute(at)
    rows = asks(site).filter(state__in=LIVE_ASK, ask_on__lte=today, closes_on__gte=today)
    rows = rows if only is None else rows.filter(pk__in=only)
    rows = rows if people is None else rows.filter(patient__in=people)
    found = list(rows.order_by("ask_on", "pk"))
    if not found:
        return []
    asked = {ask.patient_id for ask in found}
    plans, taken = Plans(site, today=today), _taken(site, found)
    resting, wants = infusion_today(site, asked, at=at), wants_reminders(site, asked)
    said_no, busy = _said_no(found), _busy(site, asked, at)
    waiting = []
    for ask in found:
        if ask.patient_id in busy or ask.pk in said_no:
            continue  # a questionnaire sent by hand is still fresh, somebody is answering now, or said no
        due = due_steps(
            plans.of(ask).ladder,
            taken=taken[ask.pk],
            asked_on=site.today(ask.asked_at) if ask.asked_at else None,
            closes_on=ask.closes_on,
            today=today,
            minute=minute,
            resting=ask.patient_id in resting,
            refused=not wants.get(ask.patient_id, True),
        )
        if due:
            waiting.append(Waiting(ask, tuple(due)))
    return waiting


def _taken(site: Site, rows: Sequence[PlannedAssessment]) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = defaultdict(list)
    for step in AskStep.objects.filter(site=site, ask__in=rows).order_by("step"):
        is_message = step.channel != StepChannel.CALL and step.message_id is not None
        found[step.ask_id].append(Taken(step.step, site.today(step.at), is_message))
    return found


def _said_no(rows: Sequence[PlannedAssessment]) -> frozenset[int]:
    calls = AskCall.objects.filter(ask__in=rows, result=CallResult.DECLINED)
    return frozenset(calls.values_list("ask_id", flat=True))


def _busy(site: Site, people: set[int], at: datetime) -> frozenset[int]:
    """Who holds a questionnaire that no plan asked for, or has answered a question just now."""
    live = Assessment.objects.filter(site=site, patient__in=people, state__in=LIVE, expires_at__gt=at)
    by_hand = live.filter(ask__isnull=True, sent_at__gt=at - REMIND_AFTER)
    answering = live.filter(responses__answered_at__gt=at - PAGE_LASTS)
    return frozenset(by_hand.values_list("patient_id", flat=True)) | frozenset(
        answering.values_list("patient_id", flat=True)
    )


def reach_of(patient: Patient, *, wants: bool) -> Reach:
    """Return how a patient may be reached."""
    return Reach(sms=patient.may_text, email=patient.may_email, wants=wants)


def last_channel(ask: PlannedAssessment) -> str:
    """Return the channel of the message that left last for an ask, "" before the first."""
    sent = AskStep.objects.filter(site_id=ask.site_id, ask=ask, message__isnull=False).order_by("-step")
    return sent.values_list("channel", flat=True).first() or ""


def ask_of_key(key: str) -> int | None:
    """Return the ask that a message is about; None for another message."""
    kind, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == KEY and number.isdecimal() else None


def message_standing(message: OutboxMessage, at: datetime) -> Standing:
    """Whether a queued message about questions may still leave (PRO-87)."""
    number = ask_of_key(message.key)
    if number is None:
        return Standing()
    ask = asks(message.site).filter(pk=number).first()
    if ask is None or ask.state != AskState.ASKED:
        return Standing(withdrawn=OVER)
    if AGAIN not in message.key and _said_no([ask]):  # what somebody sent again by hand was wanted
        return Standing(withdrawn=SAID_NO)
    patient, site = ask.patient, message.site
    if not wants_reminders(site, [patient.pk]).get(patient.pk, True):
        return Standing(withdrawn=UNWANTED)
    address = {
        StepChannel.SMS: (patient.may_text, patient.phone),
        StepChannel.EMAIL: (patient.may_email, patient.email),
    }
    agreed, to = address.get(StepChannel(message.channel), (False, ""))
    if not agreed or to != message.to:
        return Standing(withdrawn=NO_CONSENT)
    quiet = quiet_until(site.minute(at))
    if quiet is not None:
        return Standing(wait_until=site.instant(site.today(at), quiet))
    if infusion_today(site, [patient.pk], at=at):
        return Standing(wait_until=site.instant(site.today(at) + timedelta(days=1), QUIET_UNTIL))
    return Standing()
