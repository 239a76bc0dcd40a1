"""The one way to write an audit event."""

from datetime import datetime
from typing import Any

from django.db import models

from kitclinic.models import AuditEvent, Site, StaffUser


def record(
    *,
    event: str,
    by: StaffUser | None,
    at: datetime,
    site: Site,
    subject: models.Model,
    patient_id: int | None = None,
    actor: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write who did what to which row, in the caller's transaction.

    actor: printed name when nobody is signed in ("patient", "scheduler process").
    detail: JSON values only; no names or birth dates, the keys are enough.
    """
    return AuditEvent.objects.create(
        event=event,
        by=by,
        actor=actor or (by.name if by else "unknown"),
        at=at,
        site=site,
        subject=subject._meta.db_table,
        subject_id=subject.pk,
        patient_id=patient_id,
        detail=detail or {},
    )
