"""A form from paper is saved: the whole page in one transaction, or nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from outcomes.actions.answering import KeyReused, begin_sitting, record_answer
from outcomes.actions.closing import close_parts
from outcomes.actions.sending import start_assessment
from outcomes.models import Assessment, ItemResponse, SafetyTask, Score
from outcomes.queries.instruments import askable
from outcomes.queries.questionnaires import live, parts_of
from outcomes.rules import staff_entry
from outcomes.rules.links import ONCE
from outcomes.rules.structure import Instrument
from outcomes.states import SittingMode
from scheduling.models import Patient

Answers = Mapping[int, int | None]  # item number -> answer code, or None for "left blank"


@dataclass(frozen=True, slots=True)
class PaperSaved:
    """One saved page. tasks: safety tasks that its answers raised; is_new: False when it was saved before."""

    assessment: Assessment
    scores: tuple[Score, ...]
    tasks: tuple[SafetyTask, ...]
    is_new: bool


@transaction.atomic
def record_paper(
    *,
    patient: Patient,
    instrument: str,
    answers: Answers,
    day: date,
    key: UUID,
    by: StaffUser,
    at: datetime,
    reason: str = "",
    occasion: str = "unplanned",
    language: str = "en",
) -> PaperSaved:
    """Save every answer of a page, with the day written on it; the scores carry that day.

    A live questionnaire that waits for this very instrument, still without an answer to it, takes the page in;
    otherwise the page is a questionnaire of its own. The same key again returns what was saved.
    Raises Refused with everything that is wrong, KeyReused for the key of another page.
    """
    locked = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patient = locked.get(pk=patient.pk, site=by.site)
    earlier = _saved(patient, instrument, answers, key)
    if earlier is not None:
        return earlier
    found = askable(patient.site, today=patient.site.today(at), language=language).get(instrument)
    if found is None or found.instrument is None:
        raise Refused([Blocker(staff_entry.NOT_ON_PAPER.id, f"{instrument} cannot be entered here.")])
    asked = found.instrument
    refuse_if(staff_entry.may_be_on_paper(asked))
    today = patient.site.today(at)
    refuse_if(
        [
            *staff_entry.paper_day_problems(day, today=today, born=patient.birth_date, reason=reason),
            *staff_entry.page_problems(asked, answers),
        ]
    )
    assessment = _waiting(patient, instrument) or start_assessment(
        patient=patient, instruments=[instrument], occasion=occasion, by=by, at=at, language=language, beside=True
    )
    sitting = begin_sitting(
        assessment=assessment,
        mode=SittingMode.PAPER,
        by=by,
        at=at,
        answered_on=day,
        late_because=reason.strip()[:200],
    )
    for item in asked.items:
        record_answer(
            assessment=assessment,
            sitting=sitting,
            instrument=instrument,
            item=item.number,
            value=answers[item.number],
            key=_key_of(key, item.number),
            at=at,
        )
    own = [part for part in parts_of(assessment) if part.row.instrument == instrument]
    close_parts(assessment, own, at=at)  # a page is whole: it is scored now, whatever waits beside it
    return _result(assessment, asked, is_new=True)


def _key_of(key: UUID, number: int) -> UUID:
    """Each answer of a page has a key of its own, made from the page's."""
    return uuid5(key, f"item {number}")


def _saved(patient: Patient, instrument: str, answers: Answers, key: UUID) -> PaperSaved | None:
    """What this page saved before; None the first time. Raises KeyReused when the page said something else."""
    keys = {_key_of(key, number): number for number in answers}
    rows = list(
        ItemResponse.objects.filter(site_id=patient.site_id, key__in=list(keys)).select_related("assessment__site")
    )
    if not rows:
        return None
    first = rows[0]
    said = {keys[row.key]: row.value for row in rows}
    same = (first.instrument, first.assessment.patient_id, said) == (instrument, patient.pk, dict(answers))
    if not same:
        sentence = (
            "This page was saved before with other answers, and they stand. "
            "Open the form anew to enter another one; see the answers page for what is saved."
        )
        raise KeyReused([Blocker(ONCE.id, sentence)])
    part = next(one for one in parts_of(first.assessment) if one.row.instrument == instrument)
    return _result(first.assessment, part.instrument, is_new=False)


def _waiting(patient: Patient, instrument: str) -> Assessment | None:
    """The live questionnaire that asks this instrument and has no answer to it yet; None without one."""
    for assessment in live(patient).filter(parts__instrument=instrument, parts__closed_at=None):
        if not assessment.responses.filter(instrument=instrument).exists():
            return assessment
    return None


def _result(assessment: Assessment, asked: Instrument, *, is_new: bool) -> PaperSaved:
    assessment.refresh_from_db()
    own = {asked.measure, *asked.definition.measures, *(one.measure for one in asked.definition.subscales)}
    scores = tuple(assessment.scores.filter(measure__in=own).order_by("pk"))
    tasks = SafetyTask.objects.filter(site_id=assessment.site_id, response__assessment=assessment).order_by("pk")
    return PaperSaved(assessment, scores, tuple(tasks.filter(response__instrument=asked.name)), is_new)
