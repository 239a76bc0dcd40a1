"""Settling the open offer of a free place when its hold ends, in whatever act that happens."""

from datetime import datetime

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.states import move
from scheduling.models import PlaceOffer, PlaceWait, Sequence
from scheduling.states import PlaceOfferState

DECLINED = "the offer was declined"
RUN_OUT = "the hold ran out"
CLOCKWORK = "scheduler process"


def settle_place_offer(
    sequence: Sequence, to: str, *, by: StaffUser | None, at: datetime, reason: str = ""
) -> PlaceOffer | None:
    """Move the open offer whose hold this locked sequence is; None where it is no offer's hold.

    to: a PlaceOfferState; accepting also ends the waiting.
    """
    offers = PlaceOffer.objects.select_for_update(of=("self",)).select_related("wait", "site")
    offer = offers.filter(site=sequence.site_id, sequence=sequence, state=PlaceOfferState.OPEN).first()
    if offer is None:
        return None
    offer.answered_by = by
    move(offer, to, by=by, at=at, reason=reason, also=("answered_by",))
    if to == PlaceOfferState.ACCEPTED:
        end_place_wait(offer.wait, because="A free place was taken.", at=at)
    note_wait(f"place_offer_{to}", offer, by=by, at=at, patient_id=sequence.patient_id)
    return offer


def end_of(reason: str) -> str:
    """Return how an offer ends whose hold is released for this reason."""
    if reason == RUN_OUT:
        return PlaceOfferState.EXPIRED
    return PlaceOfferState.DECLINED if reason == DECLINED else PlaceOfferState.WITHDRAWN


def end_place_wait(wait: PlaceWait, *, because: str, at: datetime) -> None:
    """Take a patient off the list. The patient's row is locked."""
    wait.ended_at, wait.ended_because = at, because.strip()[:200]
    wait.save(update_fields=["ended_at", "ended_because"])


def note_wait(
    event: str,
    row: PlaceWait | PlaceOffer,
    *,
    by: StaffUser | None,
    at: datetime,
    patient_id: int,
    detail: dict[str, str] | None = None,
) -> None:
    audit.record(
        event=event,
        by=by,
        actor="" if by else CLOCKWORK,
        at=at,
        site=row.site,
        subject=row,
        patient_id=patient_id,
        detail=detail,
    )
