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


LOOK = """
WITH who AS (SELECT ({patient}) AS patient_id)
SELECT kitclinic_record_audit(
    %(event)s, %(by)s, %(actor)s, %(at)s, %(site)s, %(subject)s, %(subject_id)s, who.patient_id, %(detail)s::jsonb
) FROM who WHERE %(after)s::timestamptz IS NULL OR NOT EXISTS (
    SELECT 1 FROM kitclinic_auditevent e
    WHERE e.site_id = %(site)s AND e.by_id = %(by)s AND e.at > %(after)s AND e.event = %(event)s
      AND e.patient_id IS NOT DISTINCT FROM who.patient_id AND e.detail @> %(same)s::jsonb
)
"""


def record_look(
    *,
    event: str,
    by: StaffUser,
    at: datetime,
    site: Site,
    subject: str,
    subject_id: int,
    patient: "models.QuerySet[Any, Any] | int | None",
    same: dict[str, Any],
    also: dict[str, Any],
    unless_after: datetime | None = None,
) -> None:
    """Write who looked at what, with one statement (ACC-10).

    patient: the patient's key, or a query for it. unless_after: nothing is written where a line with the same
    event, person, patient and ``same`` stands after this moment (ACC-11).
    """
    query, given = _compiled(patient) if isinstance(patient, models.QuerySet) else ("%s::bigint", (patient,))
    names = [f"patient_{number}" for number in range(len(given))]
    told: dict[str, Any] = {
        "event": event,
        "by": by.pk,
        "actor": by.name,
        "at": at,
        "site": site.pk,
        "subject": subject,
        "subject_id": subject_id,
        "detail": json.dumps(same | also),
        "same": json.dumps(same),
        "after": unless_after,
    }
    statement = LOOK.format(patient=query % tuple(f"%({name})s" for name in names))
    with connection.cursor() as cursor:
        cursor.execute(statement, told | dict(zip(names, given, strict=True)))


def _compiled(query: "models.QuerySet[Any, Any]") -> tuple[str, tuple[Any, ...]]:
    sql, given = query.query.sql_with_params()
    return sql, tuple(given)
