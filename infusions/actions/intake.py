"""What the patient says before the infusion: pain, functional status, analgesics; a correction is a new row."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import lock, note_act
from infusions.models import Infusion, Intake
from infusions.rules.before_start import Answers, intake_problems
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if


@transaction.atomic
def record_intake(*, infusion: Infusion, answers: Answers, by: StaffUser, at: datetime, key: UUID) -> Intake:
    """Write the patient's answers, once for a visit. Raises Refused with everything that is missing."""
    infusion = lock(infusion)
    first = _known(infusion, key, answers)
    if first is not None:
        return first
    refuse_if(intake_problems(answers))
    if Intake.objects.filter(site_id=infusion.site_id, infusion=infusion).exists():
        raise Conflict(
            [Blocker("INF-29", "This was recorded meanwhile. Reload the chart; correct what stands there.")]
        )
    return _write(infusion, answers, by=by, at=at, key=key)


@transaction.atomic
def correct_intake(
    *, intake: Intake, answers: Answers, reason: str, by: StaffUser, at: datetime, key: UUID
) -> Intake:
    """Write the answers anew; the old ones stay on the chart, struck through."""
    infusion = lock(intake.infusion)
    reason = reason.strip()[:200]
    first = _known(infusion, key, answers)
    if first is not None:
        return first
    refuse_if(intake_problems(answers, corrects=True, reason=reason))
    if Intake.objects.filter(site_id=infusion.site_id, corrects=intake).exists():
        raise Conflict(
            [Blocker("INF-29", "This was corrected meanwhile. Reload the chart, then correct what stands.")]
        )
    return _write(infusion, answers, by=by, at=at, key=key, corrects=intake, reason=reason)


def _known(infusion: Infusion, key: UUID, answers: Answers) -> Intake | None:
    """What this key has saved already; raises Conflict where it was something else."""
    first = Intake.objects.filter(site_id=infusion.site_id, key=key).first()
    if first is None:
        return None
    same = all(getattr(first, name) == value for name, value in asdict(answers).items())
    if same and first.infusion_id == infusion.pk:
        return first
    raise Conflict([Blocker("STA-02", "This was saved before with other answers. Nothing was changed; reload.")])


def _write(
    infusion: Infusion,
    answers: Answers,
    *,
    by: StaffUser,
    at: datetime,
    key: UUID,
    corrects: Intake | None = None,
    reason: str = "",
) -> Intake:
    row = Intake.objects.create(
        site_id=infusion.site_id,
        infusion=infusion,
        key=key,
        **asdict(answers),
        corrects=corrects,
        correction_reason=reason,
        by=by,
        at=at,
    )
    note_act("intake corrected" if corrects else "intake recorded", infusion, by=by, at=at, row=row.pk)
    return row
