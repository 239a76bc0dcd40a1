"""What every act at the chair shares: the lock, the event written once, the audit row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from infusions.models import Infusion, InfusionEvent
from infusions.rules.facts import UNMATCHED, fact_time_problems
from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if

Kind = InfusionEvent.Kind


def lock(infusion: Infusion) -> Infusion:
    """Return the row as it is now, held until the transaction ends."""
    locked = _held(infusion, "site", "patient", "visit__sequence", "order__protocol")
    # The site of all of them is one and the same: it is read once.
    locked.visit.site = locked.patient.site = locked.visit.sequence.site = locked.site
    return locked


def lock_to_chart(infusion: Infusion) -> Infusion:
    """The same for an act that adds a reading and asks nothing about the patient: with its order only."""
    locked = _held(infusion, "order__protocol")
    locked.site = infusion.site
    return locked


def _held(infusion: Infusion, *beside: str) -> Infusion:
    """Lock the row and read it with what stands beside it, which a wait does not change.

    After a wait the database looks at this row anew, but joins it with the rows of before: joined with its nurse,
    it would not be found once it is handed over.
    """
    rows = Infusion.objects.select_for_update(of=("self",)).select_related(*beside)
    locked = rows.get(site_id=infusion.site_id, pk=infusion.pk)
    if locked.order_id is not None and locked.order is None:  # started while this waited
        locked.refresh_from_db(fields=["order"])
    return locked


def known_event(
    *,
    infusion: Infusion | None,
    kind: str,
    key: UUID,
    site_id: int,
    detail: dict[str, Any] | None = None,
    note: str = "",
) -> InfusionEvent | None:
    """Return the event already saved under this key, or None.

    detail: None when only the act itself must be the same. The caller holds the lock.
    Raises Conflict when the key was used for something else.
    """
    first = InfusionEvent.objects.filter(site_id=site_id, key=key).select_related("infusion").first()
    if first is None:
        return None
    typed = {name: value for name, value in first.detail.items() if name != UNMATCHED}
    same = first.kind == kind and (detail is None or (typed == detail and first.note == note))
    if same and (infusion is None or first.infusion_id == infusion.pk):
        return first
    raise Conflict(
        [
            Blocker(
                "STA-02",
                f"This was saved before as “{first.get_kind_display()}” with other content. "
                "Nothing was changed; reload the chart and record it anew.",
            )
        ]
    )


def write_event(
    *,
    infusion: Infusion,
    kind: str,
    key: UUID,
    by: StaffUser,
    at: datetime,
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
    detail: dict[str, Any] | None = None,
    note: str = "",
) -> InfusionEvent:
    """Write what happened and its audit row. Raises Refused for a time that cannot be.

    Four times: occurred_at, on the tablet's clock device_at, at the server at, and how far the two clocks differ.
    """
    happened = occurred_at or at
    refuse_if(fact_time_problems(kind, happened, at=at))
    event = InfusionEvent.objects.create(
        site_id=infusion.site_id,
        infusion=infusion,
        key=key,
        kind=kind,
        detail=detail or {},
        note=note,
        occurred_at=happened,
        device_at=device_at,
        received_at=at,
        clock_offset_ms=clock_offset_ms,
        by=by,
    )
    note_act(f"infusion {kind.replace('_', ' ')}", infusion, by=by, at=at, row=event.pk)
    return event


def note_act(event: str, infusion: Infusion, *, by: StaffUser, at: datetime, **detail: Any) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=infusion.site,
        subject=infusion,
        patient_id=infusion.patient_id,
        detail=detail,
    )
