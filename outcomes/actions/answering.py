"""Questionnaires are answered: opened by link or by the staff, one answer at a time, finished."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser, Tablet
from kitclinic.problems import Problem, Refused, refuse_if
from kitclinic.states import move
from outcomes.actions.closing import close_parts, finish
from outcomes.actions.safety import raise_safety_task
from outcomes.models import Assessment, AssessmentLink, ItemResponse, SafetyTask, Score, Sitting
from outcomes.queries import questionnaires as queries
from outcomes.queries.safety_settings import flags_of
from outcomes.rules import links
from outcomes.rules.safety import alerts
from outcomes.rules.scoring import check_answer, may_complete
from outcomes.rules.staff_entry import may_be_by_telephone
from outcomes.rules.timing import NOT_WHILE_IMPAIRED
from outcomes.rules.words import LANGUAGES
from outcomes.states import AssessmentState, Helper, SittingMode


class KeyReused(Refused):
    """The key of an earlier answer came again with another answer; the earlier one stands."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What came of opening a link. assessment, sitting: None when it did not open; problems say why."""

    assessment: Assessment | None
    sitting: Sitting | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One saved answer. task: the safety task this answer raised. completed: it was the last one open.

    waits: another engine has to choose the next question now (see ``ask_remote``).
    """

    response: ItemResponse
    task: SafetyTask | None
    completed: bool
    waits: bool = False


@transaction.atomic
def open_questionnaire(*, token: str, birth_year: int | None, at: datetime, language: str = "") -> Opening:
    """Open a link with the patient's year of birth. A wrong year is counted and returned, never raised.

    (An exception would undo the count of tries.) language: chosen on the page before, "" for none.
    """
    link = queries.link_by_token(token)
    if link is None:
        return Opening(None, problems=tuple(links.unknown_link()))
    assessment = _lock(link.assessment)
    link.assessment = assessment
    problems = queries.link_standing(link, at=at)
    if problems:
        return Opening(None, problems=tuple(problems))
    born = assessment.patient.birth_date
    if born is None or born.year != birth_year:
        return Opening(None, problems=tuple(_count_wrong_year(assessment, at=at)))
    if language in LANGUAGES and language != assessment.language:
        assessment.language = language
        assessment.save(update_fields=["language"])
    sitting = _sit_down(assessment, mode=SittingMode.OWN, link=link, at=at)
    return Opening(assessment, sitting)


@transaction.atomic
def begin_sitting(
    *,
    assessment: Assessment,
    mode: SittingMode,
    at: datetime,
    by: StaffUser | None = None,
    helper: Helper = Helper.NONE,
    tablet: Tablet | None = None,
    answered_on: date | None = None,
    late_because: str = "",
) -> Sitting:
    """Open a questionnaire without a link: on a tablet of the clinic, by telephone, from paper.

    answered_on, late_because: of paper, the day written on it and why an old one comes now.
    """
    assessment = _lock(assessment)
    problems = queries.standing_problems(assessment, at=at)
    if mode is SittingMode.PAPER:
        problems = [problem for problem in problems if problem.rule != NOT_WHILE_IMPAIRED.id]
    if mode is SittingMode.PHONE:
        left = [part.instrument for part in queries.parts_of(assessment) if not part.is_over]
        problems = [*problems, *may_be_by_telephone(left)]
    refuse_if(problems)
    paper: dict[str, Any] = {"answered_on": answered_on, "late_because": late_because}
    return _sit_down(assessment, mode=mode, at=at, by=by, helper=helper, tablet=tablet, **paper)


@transaction.atomic
def record_answer(
    *,
    assessment: Assessment,
    instrument: str,
    item: int,
    value: int | None,
    key: UUID,
    at: datetime,
    sitting: Sitting | None = None,
) -> Recorded:
    """Save one answer; with the last open one the questionnaire is completed and scored.

    value: an answer code of the item, or None for "prefer not to answer". key: made by the page; the same key
    with the same answer returns the first row, with another answer raises KeyReused. An answer equal to the one
    on record writes nothing. The first answer to an instrument closes those before it.
    Raises Refused when the link is over, the part is closed or the patient has an infusion today.
    """
    assessment = _lock(assessment)
    earlier = ItemResponse.objects.filter(site_id=assessment.site_id, key=key).first()
    if earlier is not None:
        return _replayed(earlier, assessment, (instrument, item, value))
    refuse_if(_not_now(assessment, sitting, at))
    parts = queries.parts_of(assessment)
    part = next((one for one in parts if one.row.instrument == instrument), None)
    if assessment.state != AssessmentState.STARTED or part is None:
        raise ValueError(f"{assessment} is {assessment.state} and does not ask {instrument}")
    check_answer(part.instrument, item, value)
    if item in part.answers and part.answers[item] == value:
        saved = assessment.responses.filter(instrument=instrument, item=item).latest("pk")
        return Recorded(saved, _task_of(saved), completed=False)
    asked = not part.instrument.is_adaptive or item in part.course.questions
    if part.instrument.remote is not None:
        asked = item == len(part.instrument.items)  # PRO-157
    refuse_if(links.may_change(closed=part.row.closed_at is not None, asked=asked))
    response = ItemResponse.objects.create(
        site=assessment.site,
        assessment=assessment,
        sitting=sitting,
        instrument=instrument,
        item=item,
        value=value,
        answered_at=at,
        key=key,
    )
    by = sitting.by if sitting else None
    _audit("answer recorded", assessment, by=by, at=at, detail={"item": f"{instrument} {item}"})
    found = alerts(part.instrument, item, value, flags_of(assessment.site))
    raised = [raise_safety_task(response=response, alert=alert, at=at) for alert in found]
    close_parts(assessment, parts[: part.row.position - 1], at=at)
    after = queries.with_answer(parts, part, item, value)
    completed = all(one.is_over for one in after)
    if completed:
        finish(assessment, at=at)
    waits = queries.waiting_part(after) is not None
    return Recorded(response, raised[0] if raised else None, completed, waits)


@transaction.atomic
def complete_questionnaire(*, assessment: Assessment, at: datetime) -> list[Score]:
    """Finish a questionnaire and store its scores; when it is finished already, return them."""
    assessment = _lock(assessment)
    if assessment.state != AssessmentState.COMPLETED:
        refuse_if(queries.standing_problems(assessment, at=at))
        parts = queries.parts_of(assessment)
        refuse_if([one for part in parts for one in may_complete(part.instrument, part.answers, part.course.next)])
        finish(assessment, at=at)
    return list(assessment.scores.order_by("pk"))


def _sit_down(
    assessment: Assessment,
    *,
    mode: SittingMode,
    at: datetime,
    link: AssessmentLink | None = None,
    by: StaffUser | None = None,
    helper: Helper = Helper.NONE,
    tablet: Tablet | None = None,
    **paper: Any,
) -> Sitting:
    if assessment.state == AssessmentState.OPEN:
        assessment.started_at = at
        move(assessment, AssessmentState.STARTED, by=by, at=at, also=("started_at",))
    _audit("questionnaire opened", assessment, by=by, at=at, detail={"mode": mode.value})
    return Sitting.objects.create(
        site=assessment.site,
        assessment=assessment,
        mode=mode,
        helper=helper,
        language=assessment.language,
        link=link,
        tablet=tablet,
        by=by,
        started_at=at,
        **paper,
    )


def _not_now(assessment: Assessment, sitting: Sitting | None, at: datetime) -> list[Problem]:
    """Why no answer is taken now; what was written on paper before is typed in whenever there is time."""
    problems = queries.standing_problems(assessment, at=at)
    if sitting is not None and sitting.mode == SittingMode.PAPER:
        return [problem for problem in problems if problem.rule != NOT_WHILE_IMPAIRED.id]
    return problems


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
        raise KeyReused(links.key_reused())
    return Recorded(earlier, _task_of(earlier), assessment.state == AssessmentState.COMPLETED)


def _task_of(response: ItemResponse) -> SafetyTask | None:
    return SafetyTask.objects.filter(site_id=response.site_id, response=response).first()
