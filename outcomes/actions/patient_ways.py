"""What a patient does besides answering: choose a language, add a comment; and a tablet put into their hands."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import note_lock
from kitclinic.models import StaffUser, Tablet
from kitclinic.problems import Blocker, refuse_if
from outcomes.actions.answering import begin_sitting
from outcomes.models import Assessment, AssessmentComment, Sitting
from outcomes.rules.links import KIOSK
from outcomes.rules.words import LANGUAGES
from outcomes.states import SittingMode


@transaction.atomic
def choose_language(*, assessment: Assessment, language: str, at: datetime) -> Assessment:
    """Show the pages of a questionnaire in another language from now on; one we do not have changes nothing."""
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk, site_id=assessment.site_id)
    if language in LANGUAGES and language != locked.language:
        locked.language = language
        locked.save(update_fields=["language"])
        _audit("questionnaire language chosen", locked, at=at, detail={"language": language})
    assessment.language = locked.language
    return assessment


@transaction.atomic
def record_comment(
    *, assessment: Assessment, sitting: Sitting | None, text: str, key: UUID, at: datetime
) -> AssessmentComment:
    """Keep what the patient wanted to add, exactly as typed; the same key again returns the first row (PRO-73)."""
    rows = AssessmentComment.objects.filter(site_id=assessment.site_id, assessment=assessment, key=key)
    earlier = rows.first()
    if earlier is not None:
        return earlier
    comment = AssessmentComment.objects.create(
        site=assessment.site, assessment=assessment, sitting=sitting, text=text, at=at, key=key
    )
    _audit("comment added", assessment, at=at, detail={"characters": len(text)})
    return comment


@transaction.atomic
def start_kiosk(*, assessment: Assessment, tablet: Tablet, by: StaffUser, at: datetime) -> Sitting:
    """Put a tablet of the clinic into the patient's hands: it is locked for the staff from here on (PRO-72).

    The view then calls ``outcomes.kiosk.hand_to_patient``. Raises Refused for a tablet that is ended or another
    clinic's, and when the questionnaire may not be answered now.
    """
    in_use = Tablet.objects.filter(pk=tablet.pk, site=by.site, ended_at=None).exists()
    sentence = (
        "This device is not a tablet of the clinic. Enter it under Tablets first, or show the patient a code."
    )
    refuse_if([] if in_use and assessment.site_id == by.site_id else [Blocker(KIOSK.id, sentence)])
    sitting = begin_sitting(assessment=assessment, mode=SittingMode.TABLET, at=at, by=by, tablet=tablet)
    note_lock(tablet=tablet, by=by, at=at, why="patient")
    return sitting


def _audit(event: str, assessment: Assessment, *, at: datetime, detail: dict[str, object]) -> None:
    audit.record(
        event=event,
        by=None,
        actor="patient",
        at=at,
        site=assessment.site,
        subject=assessment,
        patient_id=assessment.patient_id,
        detail=detail,
    )
