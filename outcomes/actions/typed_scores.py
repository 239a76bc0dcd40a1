"""Scores recorded elsewhere: entered, corrected by a new row, imported from a file."""

from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from outcomes.actions.second_line import compare_with_before
from outcomes.models import Score, ScoreFile
from outcomes.queries.panel import band_of
from outcomes.queries.typed_scores import ELSEWHERE, FileFacts, look_through, to_compare
from outcomes.rules import score_entry
from outcomes.rules.score_entry import TypedScore
from outcomes.rules.score_file import SCORE_FILE
from scheduling.models import Patient
from scheduling.queries.patients import leads_to
from scheduling.rules.merging import merged_problems
from scheduling.rules.referral_file import UnreadableFileError, decode
from scheduling.rules.written_dates import DateOrder

BATCH = 2000  # rows an INSERT
REPORTED = 50  # problems of a file that are told one by one


@transaction.atomic
def enter_score(
    *, patient: Patient, measure: str, value: str, day: date, origin: str, by: StaffUser, at: datetime
) -> Score:
    """Enter one score that stands elsewhere; the same one again returns the first row (PRO-108, PRO-110).

    value: as it was typed. Raises Refused with everything that is wrong.
    """
    patient = _lock(patient, by)
    refuse_if(merged_problems(leads_to(patient)))
    typed = _read(patient, measure=measure, value=value, day=day, origin=origin, at=at)
    earlier = _on_record(patient, typed)
    refuse_if(score_entry.may_enter(on_record=_tenths(earlier), tenths=typed.tenths))
    if earlier is not None:
        return earlier
    score = Score.objects.create(**_fields(patient.pk, typed, by=by, at=at))
    _audit("score entered", score, by=by, at=at)
    compare_with_before(score=score, at=at)
    return score


@transaction.atomic
def correct_score(
    *, score: Score, value: str, day: date, origin: str, reason: str, by: StaffUser, at: datetime
) -> Score:
    """Correct an entered score by a new row; the first one stays on record (PRO-109)."""
    patient = _lock(score.patient, by)
    score = Score.objects.select_related("corrected_by").get(pk=score.pk, site=by.site)
    newer = getattr(score, "corrected_by", None)
    refuse_if(score_entry.may_correct(source=score.source, is_corrected=newer is not None, reason=reason))
    typed = _read(patient, measure=score.measure, value=value, day=day, origin=origin, at=at)
    if (typed.tenths, typed.day, typed.origin) == (_tenths(score), score.date, score.origin):
        sentence = "Nothing is different from what stands there. Change the value, the day or the source."
        raise Refused([Blocker(score_entry.CORRECTION.id, sentence, "value")])
    other = _on_record(patient, typed)
    if other is not None and other.pk != score.pk:
        sentence = "Another score of this measure stands there for that day and source. Look at that one first."
        raise Refused([Blocker(score_entry.ENTERED_ONCE.id, sentence, "day")])
    fields = _fields(score.patient_id, typed, by=by, at=at)
    made = Score.objects.create(**fields, corrects=score, reason=reason.strip())
    _audit("score corrected", made, by=by, at=at, reason=made.reason)
    compare_with_before(score=made, at=at)
    return made


@transaction.atomic
def upload_scores(*, name: str, data: bytes, date_order: str, by: StaffUser, at: datetime) -> ScoreFile:
    """Keep an uploaded file until it is imported; what this person uploaded before and left is thrown away.

    Raises Refused when it is no list of scores at all; wrong lines are told by the next page.
    """
    site = _site(by)
    try:
        text = decode(data)
        look_through(text, site=site, order=DateOrder(date_order), at=at)
    except UnreadableFileError as unreadable:
        raise Refused([Blocker(SCORE_FILE.id, str(unreadable), "file")]) from unreadable
    digest = sha256(text.encode()).hexdigest()
    ScoreFile.objects.filter(site=site, uploaded_by=by, imported_at=None).exclude(digest=digest).delete()
    file, _ = ScoreFile.objects.get_or_create(
        site=site,
        digest=digest,
        date_order=date_order,
        defaults={"name": name[-120:], "text": text, "uploaded_at": at, "uploaded_by": by},
    )
    audit.record(event="file of scores uploaded", by=by, at=at, site=site, subject=file)
    return file


@transaction.atomic
def import_scores(*, file: ScoreFile, by: StaffUser, at: datetime) -> ScoreFile:
    """Take in every score of a file, or none; imported already, the file is returned as it is (PRO-111)."""
    file = ScoreFile.objects.select_for_update(of=("self",)).select_related("site").get(pk=file.pk, site=by.site)
    if file.imported_at is not None:
        return file
    found = look_through(file.text, site=file.site, order=DateOrder(file.date_order), at=at)
    _refuse_lines(found)
    rows = [Score(**_fields(key, score, by=by, at=at)) for key, score in found.new]
    made = Score.objects.bulk_create(rows, batch_size=BATCH)
    for score in to_compare(made, site=file.site, today=file.site.today(at)):
        compare_with_before(score=score, at=at)
    file.imported_at, file.imported_by, file.text = at, by, ""
    file.taken_in, file.left_out = len(made), found.known
    file.save(update_fields=["imported_at", "imported_by", "text", "taken_in", "left_out"])
    detail = {"taken_in": file.taken_in, "left_out": file.left_out}
    audit.record(event="scores imported", by=by, at=at, site=file.site, subject=file, detail=detail)
    return file


def _refuse_lines(found: FileFacts) -> None:
    told = [f"Line {wrong.line}: {wrong.sentence}" for wrong in found.wrong]
    if len(told) > REPORTED:
        told = [*told[:REPORTED], f"And {len(told) - REPORTED:,} more."]
    refuse_if([Blocker(SCORE_FILE.id, sentence) for sentence in told])


def _read(patient: Patient, *, measure: str, value: str, day: date, origin: str, at: datetime) -> TypedScore:
    typed, problems = score_entry.read_typed(
        measure=measure,
        value=value,
        day=day,
        origin=origin,
        today=patient.site.today(at),
        born=patient.birth_date,
    )
    if typed is None:
        raise Refused(problems)
    return typed


def _on_record(patient: Patient, typed: TypedScore) -> Score | None:
    rows = Score.objects.current().filter(site=patient.site, patient=patient, source=ELSEWHERE)
    return rows.filter(measure=typed.measure, date=typed.day, origin=typed.origin).order_by("pk").first()


def _tenths(score: Score | None) -> int | None:
    return None if score is None else int(score.value * 10)


def _fields(patient_id: int, typed: TypedScore, *, by: StaffUser, at: datetime) -> dict[str, object]:
    value = Decimal(typed.tenths) / 10
    return {
        "site": by.site,
        "patient_id": patient_id,
        "measure": typed.measure,
        "value": value,
        "date": typed.day,
        "band": band_of(typed.measure, value),
        "source": ELSEWHERE,
        "origin": typed.origin,
        "entered_by": by,
        "recorded_at": at,
    }


def _audit(event: str, score: Score, *, by: StaffUser, at: datetime, reason: str = "") -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=score.site,
        subject=score,
        patient_id=score.patient_id,
        detail={"measure": score.measure, "reason": reason},
    )


def _lock(patient: Patient, by: StaffUser) -> Patient:
    locked = Patient.objects.select_for_update(of=("self",)).select_related("site")
    return locked.get(pk=patient.pk, site=by.site)


def _site(by: StaffUser) -> Site:
    assert by.site is not None
    return by.site
