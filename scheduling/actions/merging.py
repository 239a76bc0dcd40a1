"""Two records of one person: merge them, and take the merge back."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.states import move
from scheduling.models import Patient, PatientMerge
from scheduling.queries.merging import merge_record
from scheduling.rules.merging import merge_problems, undo_problems
from scheduling.states import EnrolmentState


@transaction.atomic
def merge_patients(*, kept: Patient, folded: Patient, reason: str, by: StaffUser, at: datetime) -> PatientMerge:
    """Let ``folded`` lead to ``kept`` from now on. Both keep their rows. Raises Refused with every reason."""
    locked = _lock(kept, folded, by=by)
    kept, folded = locked[kept.pk], locked[folded.pk]
    refuse_if(merge_problems(merge_record(kept), merge_record(folded), reason=reason))
    merge = PatientMerge.objects.create(
        site=kept.site, kept=kept, folded=folded, reason=reason.strip()[:300], merged_at=at, merged_by=by
    )
    folded.merged_into = kept
    move(folded, EnrolmentState.MERGED, by=by, at=at, reason=merge.reason, also=("merged_into",))
    _record("patients merged", merge, by, at)
    return merge


@transaction.atomic
def undo_merge(*, merge: PatientMerge, reason: str, by: StaffUser, at: datetime) -> PatientMerge:
    """Take a merge back: the folded record stands for itself again, as a referral."""
    patients = _lock(merge.kept, merge.folded, by=by)
    locked = PatientMerge.objects.select_for_update(of=("self",)).select_related("site")
    mine = locked.get(site=by.site_id, pk=merge.pk)
    refuse_if(undo_problems(is_undone=mine.undone_at is not None, reason=reason))
    mine.undone_at, mine.undone_by, mine.undo_reason = at, by, reason.strip()[:300]
    mine.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    folded = patients[mine.folded_id]
    folded.merged_into = None
    move(folded, EnrolmentState.REFERRED, by=by, at=at, reason=mine.undo_reason, also=("merged_into",))
    _record("merge undone", mine, by, at)
    return mine


def _lock(*patients: Patient, by: StaffUser) -> dict[int, Patient]:
    """Lock records in the order of their keys, so that two opposite merges wait for each other."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("site", "merged_into")
    keys = {patient.pk for patient in patients}
    found = {row.pk: row for row in rows.filter(site=by.site_id, pk__in=keys).order_by("pk")}
    if len(found) < len(keys):
        raise Patient.DoesNotExist
    return found


def _record(event: str, merge: PatientMerge, by: StaffUser, at: datetime) -> None:
    """Write one event for each of the two records, so that either's history holds it."""
    detail = {"kept": merge.kept_id, "folded": merge.folded_id}
    for key in (merge.kept_id, merge.folded_id):
        audit.record(event=event, by=by, at=at, site=merge.site, subject=merge, patient_id=key, detail=detail)
