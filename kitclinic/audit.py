"""The one way to write an audit event: a function of the database's owner, which the application may only call."""

import json
from datetime import datetime
from typing import Any

from django.db import connection, models

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
    made = AuditEvent(
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
    told = [made.event, made.by_id, made.actor, at, made.site_id, made.subject, made.subject_id, patient_id]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kitclinic_record_audit(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [*told, json.dumps(made.detail)],
        )
        (made.pk,) = cursor.fetchone()
    made._state.adding = False
    return made
