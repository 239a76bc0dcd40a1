"""A part of a questionnaire is closed: its answers are scored, and not changed after that."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from kitclinic import audit
from kitclinic.states import move
from outcomes.actions.planning import assessment_finished
from outcomes.actions.second_line import compare_with_before
from outcomes.models import Assessment, ItemResponse, Score, Sitting
from outcomes.queries import questionnaires as queries
from outcomes.rules.scored import ScoreLine, score_lines
from outcomes.states import AssessmentState, SittingMode

SOURCES = {SittingMode.PAPER: "paper", SittingMode.PHONE: "phone", SittingMode.SERVICE: "service"}


def close_parts(assessment: Assessment, parts: Iterable[queries.Part], *, at: datetime) -> list[Score]:
    """Score every part whose questions are over and that is not closed yet; return the new scores.

    A score carries the day and minute of the part's last answer, or the day written on the paper.
    """
    made = []
    for part in parts:
        if part.row.closed_at is None and part.course.next is None:
            made += _close(assessment, part, at=at)
    return made


def finish(assessment: Assessment, *, at: datetime) -> list[Score]:
    """Close what is left and the questionnaire with it."""
    made = close_parts(assessment, queries.parts_of(assessment), at=at)
    assessment.completed_at = at
    move(assessment, AssessmentState.COMPLETED, by=None, at=at, also=("completed_at",))
    audit.record(
        event="questionnaire completed",
        by=None,
        actor="patient",
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail={"scores": sorted(assessment.scores.values_list("measure", flat=True))},
    )
    assessment_finished(assessment, at=at)
    return made


def _close(assessment: Assessment, part: queries.Part, *, at: datetime) -> list[Score]:
    site, row = assessment.site, part.row
    last = _last_answer(assessment, row.instrument)
    when = last.answered_at if last else at
    sitting = last.sitting if last else None
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    made = []
    for line in score_lines(part.instrument, part.answers):
        if not isinstance(line, ScoreLine):
            continue
        day, minute = _day(sitting, when, assessment)
        score = Score.objects.create(
            site=site,
            patient_id=assessment.patient_id,
            measure=line.measure,
            value=Decimal(line.tenths) / 10,
            date=day,
            minute=minute,
            theta=line.theta,
            standard_error=line.standard_error,
            raw=line.raw,
            items=line.items,
            band=line.band,
            source=SOURCES.get(SittingMode(sitting.mode), "browser") if sitting else "browser",
            instrument=row.instrument,
            engine=line.engine,
            rule_set=_rule_set(part, line),
            bank_version=part.instrument.bank.version if part.instrument.bank else "",
            bank_sha256=part.instrument.bank.sha256 if part.instrument.bank else "",
            is_demo=part.instrument.definition.is_demo,
            assessment=assessment,
            recorded_at=at,
        )
        compare_with_before(score=score, at=at)
        made.append(score)
    return made


def _last_answer(assessment: Assessment, instrument: str) -> ItemResponse | None:
    rows = ItemResponse.objects.filter(site_id=assessment.site_id, assessment=assessment, instrument=instrument)
    return rows.select_related("sitting").order_by("-pk").first()


def _day(sitting: Sitting | None, when: datetime, assessment: Assessment) -> tuple[date, int | None]:
    if sitting is not None and sitting.answered_on is not None:
        return sitting.answered_on, None
    return assessment.site.today(when), assessment.site.minute(when)


def _rule_set(part: queries.Part, line: ScoreLine) -> str:
    asked = part.instrument
    words = [asked.version, asked.content_sha256[:16]]
    if asked.stop_rule:
        words.append(f"rule {asked.stop_rule}" + (", screened first" if asked.screen_first else ""))
    return ", ".join(words + ([line.note] if line.note else []))[:160]
