"""Questionnaires: sent as a single-use link, opened with the year of birth, answered one by one, scored."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kitclinic import audit
from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.states import begin, move
from outcomes.actions.safety import raise_safety_task
from outcomes.models import Assessment, ItemResponse, SafetyTask, Score
from outcomes.queries import questionnaires as queries
from outcomes.rules import links
from outcomes.rules.instruments import Instrument, instruments
from outcomes.rules.safety import alerts
from outcomes.rules.scoring import NoTotal, check_answer, may_complete, score
from outcomes.rules.timing import in_words
from outcomes.states import AssessmentState
from scheduling.models import Patient
from scheduling.queries.patients import leads_to
from scheduling.rules.merging import merged_problems


class KeyReused(Refused):
    """The key of an earlier answer came again with another answer; the earlier one stands."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What came of opening a link. assessment: None when it did not open; problems say why."""

    assessment: Assessment | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One saved answer. task: the safety task this answer raised. completed: it was the last one open."""

    response: ItemResponse
    task: SafetyTask | None
    completed: bool


@transaction.atomic
def send_questionnaire(
    *, patient: Patient, instruments: Sequence[str], occasion: str, by: StaffUser, at: datetime
) -> tuple[Assessment, str]:
    """Send a new link, withdraw the one sent before, and return the questionnaire with its token.

    The token is returned once: only its SHA-256 is stored. instruments: names in the order they are asked.
    """
    patient = Patient.objects.select_for_update().select_related("site").get(pk=patient.pk, site=by.site)
    refuse_if(merged_problems(leads_to(patient)))
    refuse_if(
        links.may_send(
            instruments, known=_known(), occasion=occasion, has_birth_date=patient.birth_date is not None
        )
    )
    for earlier in queries.live(patient).select_for_update():
        move(earlier, AssessmentState.WITHDRAWN, by=by, at=at, reason="a new link was sent")
    token = secrets.token_urlsafe(32)
    assessment = Assessment.objects.create(
        site=patient.site,
        patient=patient,
        instruments=" ".join(instruments),
        occasion=occasion,
        token_digest=queries.token_digest(token),
        sent_by=by,
        sent_at=at,
        expires_at=at + links.LINK_LASTS,
        remind_at=at + links.REMIND_AFTER,
    )
    begin(assessment, by=by, at=at)
    _audit("questionnaire sent", assessment, by=by, at=at, detail={"instruments": list(instruments)})
    _send_link(assessment, token, at=at)
    return assessment, token


@transaction.atomic
def open_questionnaire(*, token: str, birth_year: int | None, at: datetime) -> Opening:
    """Open a link with the patient's year of birth. A wrong year is counted and returned, never raised.

    (An exception would undo the count of tries.)
    """
    found = queries.by_token(token)
    if found is None:
        return Opening(None, tuple(links.unknown_link()))
    assessment = _lock(found)
    problems = queries.standing_problems(assessment, at=at)
    if problems:
        return Opening(None, tuple(problems))
    born = assessment.patient.birth_date
    if born is None or born.year != birth_year:
        return Opening(None, tuple(_count_wrong_year(assessment, at=at)))
    if assessment.state == AssessmentState.OPEN:
        assessment.started_at = at
        move(assessment, AssessmentState.STARTED, by=None, at=at, also=("started_at",))
    _audit("questionnaire opened", assessment, by=None, at=at)
    return Opening(assessment)


@transaction.atomic
def record_answer(
    *, assessment: Assessment, instrument: str, item: int, value: int | None, key: UUID, at: datetime
) -> Recorded:
    """Save one answer; with the last open one the questionnaire is completed and scored.

    value: 0-3, or None for "prefer not to answer". key: made by the page; the same key with the same
    answer returns the first row, with another answer raises KeyReused. An answer equal to the one on
    record writes nothing. Raises Refused when the link is over or the patient has an infusion today.
    """
    assessment = _lock(assessment)
    earlier = ItemResponse.objects.filter(site_id=assessment.site_id, key=key).first()
    if earlier is not None:
        return _replayed(earlier, assessment, (instrument, item, value))
    refuse_if(queries.standing_problems(assessment, at=at))
    if assessment.state != AssessmentState.STARTED or instrument not in assessment.instruments.split():
        raise ValueError(f"{assessment} is {assessment.state} and asks {assessment.instruments}, not {instrument}")
    asked = instruments()[instrument]
    check_answer(asked, item, value)
    saved = _latest(assessment, instrument, item)
    if saved is not None and saved.value == value:
        return Recorded(saved, _task_of(saved), completed=False)
    response = ItemResponse.objects.create(
        site=assessment.site,
        assessment=assessment,
        instrument=instrument,
        item=item,
        value=value,
        answered_at=at,
        key=key,
    )
    _audit("answer recorded", assessment, by=None, at=at, detail={"item": f"{instrument} {item}"})
    raised = [raise_safety_task(response=response, alert=alert, at=at) for alert in alerts(asked, item, value)]
    completed = _is_answered(assessment)
    if completed:
        _complete(assessment, at=at)
    return Recorded(response, raised[0] if raised else None, completed)


@transaction.atomic
def complete_questionnaire(*, assessment: Assessment, at: datetime) -> list[Score]:
    """Finish a questionnaire and store its scores; when it is finished already, return them."""
    assessment = _lock(assessment)
    if assessment.state != AssessmentState.COMPLETED:
        refuse_if(queries.standing_problems(assessment, at=at))
        answers = queries.answers_of(assessment)
        refuse_if(
            [
                problem
                for asked in _asked(assessment)
                for problem in may_complete(asked, _answers_to(asked, answers))
            ]
        )
        _complete(assessment, at=at)
    return list(assessment.scores.order_by("pk"))


@transaction.atomic
def remind_of_questionnaires(*, at: datetime) -> int:
    """Queue the one reminder of each questionnaire that is not finished in time; return how many (PRO-15)."""
    due = (
        Assessment.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("site", "patient")
        .filter(state__in=queries.LIVE, remind_at__lte=at, expires_at__gt=at)
        .order_by("remind_at", "pk")
    )
    reminded = 0
    for assessment in due:
        if queries.standing_problems(assessment, at=at):
            continue  # an infusion today: tomorrow's run reminds
        assessment.remind_at = None
        assessment.save(update_fields=["remind_at"])
        reminded += _send_reminder(assessment, at=at)
    return reminded


@transaction.atomic
def expire_questionnaires(*, at: datetime) -> int:
    """Close every link whose 7 days are over; the answers given stay on record. Return how many (PRO-12)."""
    over = Assessment.objects.select_for_update(skip_locked=True).filter(
        state__in=queries.LIVE, expires_at__lte=at
    )
    expired = list(over.order_by("expires_at", "pk"))
    for assessment in expired:
        move(assessment, AssessmentState.EXPIRED, by=None, at=at, reason=links.LIFE.id)
    return len(expired)


def _known() -> list[str]:
    return list(instruments())


def _asked(assessment: Assessment) -> list[Instrument]:
    return [instruments()[name] for name in assessment.instruments.split()]


def _lock(assessment: Assessment) -> Assessment:
    locked = Assessment.objects.select_for_update(of=("self",)).select_related("site", "patient__site")
    return locked.get(pk=assessment.pk, site_id=assessment.site_id)


def _audit(
    event: str,
    assessment: Assessment,
    *,
    by: StaffUser | None,
    at: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    audit.record(
        event=event,
        by=by,
        actor="" if by else "patient",
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail=detail,
    )


def _count_wrong_year(assessment: Assessment, *, at: datetime) -> list[Problem]:
    assessment.wrong_birth_years += 1
    if assessment.wrong_birth_years >= links.MOST_WRONG_YEARS:
        move(
            assessment,
            AssessmentState.WITHDRAWN,
            by=None,
            at=at,
            reason=links.BIRTH_YEAR.id,
            also=("wrong_birth_years",),
        )
    else:
        assessment.save(update_fields=["wrong_birth_years"])
    _audit("wrong year of birth", assessment, by=None, at=at, detail={"tries": assessment.wrong_birth_years})
    return links.wrong_year(assessment.wrong_birth_years)


def _replayed(earlier: ItemResponse, assessment: Assessment, answer: tuple[str, int, int | None]) -> Recorded:
    same = (earlier.instrument, earlier.item, earlier.value) == answer and earlier.assessment_id == assessment.pk
    if not same:
        raise KeyReused(
            [
                Blocker(
                    links.ONCE.id,
                    "An answer was already saved from that page. What you see now is what is saved; "
                    "choose again if it is not right.",
                )
            ]
        )
    return Recorded(earlier, _task_of(earlier), assessment.state == AssessmentState.COMPLETED)


def _latest(assessment: Assessment, instrument: str, item: int) -> ItemResponse | None:
    return assessment.responses.filter(instrument=instrument, item=item).order_by("-pk").first()


def _task_of(response: ItemResponse) -> SafetyTask | None:
    return SafetyTask.objects.filter(site_id=response.site_id, response=response).first()


def _is_answered(assessment: Assessment) -> bool:
    answers = queries.answers_of(assessment)
    return queries.first_open(assessment, answers) > len(queries.items_of(assessment))


def _answers_to(asked: Instrument, answers: queries.Answers) -> dict[int, int | None]:
    return {item: value for (name, item), value in answers.items() if name == asked.name}


def _complete(assessment: Assessment, *, at: datetime) -> None:
    """Store one score for each instrument that gives a total, and close the link."""
    site = assessment.site
    answers = queries.answers_of(assessment)
    without = []
    for asked in _asked(assessment):
        total = score(asked, _answers_to(asked, answers))
        if isinstance(total, NoTotal):
            without.append(asked.name)
            continue
        Score.objects.create(
            site=site,
            patient_id=assessment.patient_id,
            measure=asked.measure,
            value=Decimal(total.points),
            date=site.today(at),
            minute=site.minute(at),
            source="browser",
            rule_set=f"{asked.version}, {asked.content_sha256[:16]}",
            assessment=assessment,
            recorded_at=at,
        )
    assessment.completed_at = at
    move(assessment, AssessmentState.COMPLETED, by=None, at=at, also=("completed_at",))
    _audit("questionnaire completed", assessment, by=None, at=at, detail={"no_total": without})


def _address(assessment: Assessment) -> tuple[str, str] | None:
    """Return how the patient may be reached, text message first; None when only by hand (ENR-48)."""
    patient = assessment.patient
    if patient.may_text:
        return OutboxMessage.Channel.SMS, patient.phone
    return (OutboxMessage.Channel.EMAIL, patient.email) if patient.may_email else None


def link_of(token: str) -> str:
    """Return the address behind a token. The token stands in the fragment, which no server ever logs."""
    return f"{settings.BASE_URL}{reverse('outcomes:link')}#{token}"


def _send_link(assessment: Assessment, token: str, *, at: datetime) -> None:
    """Queue the neutral message: no name, no clinic, nothing about health."""
    address = _address(assessment)
    if address is None:
        return
    last = in_words(assessment.site.today(assessment.expires_at))
    queue_message(
        site=assessment.site,
        key=f"questionnaire-{assessment.pk}",
        channel=address[0],
        to=address[1],
        text=f"A short form is ready for you: {link_of(token)} It works until {last}.",
        due_at=at,
        expires_at=assessment.expires_at,
    )


def _send_reminder(assessment: Assessment, *, at: datetime) -> int:
    """Queue the reminder for now, or for the end of the quiet hours; 0 when it would come too late."""
    site, address = assessment.site, _address(assessment)
    quiet = links.quiet_until(site.minute(at))
    when = site.instant(site.today(at), quiet) if quiet else at
    if address is None or when >= assessment.expires_at:
        return 0
    last = in_words(site.today(assessment.expires_at))
    message = queue_message(
        site=site,
        key=f"questionnaire-{assessment.pk}-reminder",
        channel=address[0],
        to=address[1],
        text=(
            f"A short form still waits for you. Please use the link in our earlier message. It works until {last}."
        ),
        due_at=when,
        expires_at=assessment.expires_at,
    )
    return int(message is not None)
