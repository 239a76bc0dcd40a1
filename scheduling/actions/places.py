"""The waiting list for infusion places: on it, off it, offers one at a time, and their answers."""

from datetime import datetime

from django.db import IntegrityError, transaction

from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.problems import Blocker, Conflict, Refused, refuse_if
from kitclinic.states import begin
from scheduling.actions.booking import book_sequence, confirm_sequence
from scheduling.actions.holds import back_to_request, lock_days_and_holds, lock_sequence, release_expired_holds
from scheduling.actions.place_offers import DECLINED, end_place_wait, note_wait
from scheduling.actions.sequences import cancel_sequence
from scheduling.models import Patient, PlaceOffer, PlaceWait, Sequence, Visit
from scheduling.queries.places import LATER, FreePlace, is_quiet, place_for, waits_in_line
from scheduling.queries.reminders import PLACE
from scheduling.rules.capacity import Lengths, clock, date_words
from scheduling.rules.offers import Offer
from scheduling.rules.places import (
    SCH_66,
    SCH_68,
    SUBJECT,
    Wait,
    call_text,
    closed_problems,
    offer_over,
    over_problems,
    place_text,
    wait_problems,
)
from scheduling.rules.reminders import spoken
from scheduling.rules.wishes import SCH_55
from scheduling.states import MissedReason, PlaceOfferState, SequenceState

SCHEDULERS = "schedulers"
FROM_THE_LIST = "a place from the waiting list"
MOVED_EARLIER = "Moved to an earlier place from the waiting list"


@transaction.atomic
def wait_for_place(*, patient: Patient, wait: Wait, by: StaffUser, at: datetime) -> PlaceWait:
    """Put a patient on the waiting list. Raises Refused with every reason."""
    locked = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    site = locked.site
    refuse_if(
        wait_problems(
            wait,
            Lengths(),
            enrolment=locked.state,
            states=list(locked.sequences.values_list("state", flat=True)),
            waits=PlaceWait.objects.filter(site=site, patient=locked, ended_at__isnull=True).exists(),
            today=site.today(at),
        )
    )
    row = PlaceWait.objects.create(
        site=site,
        patient=locked,
        from_day=wait.from_day,
        until_day=wait.until_day,
        from_minute=wait.from_minute,
        to_minute=wait.to_minute,
        notice_hours=wait.notice_hours,
        note=wait.note.strip(),
        since=at,
        added_by=by,
    )
    note_wait("place_wait_begun", row, by=by, at=at, patient_id=locked.pk)
    return row


@transaction.atomic
def stop_waiting_for_place(*, wait: PlaceWait, reason: str, by: StaffUser, at: datetime) -> PlaceWait:
    """Take a patient off the list; a place held for an open offer becomes free."""
    offer = (
        PlaceOffer.objects.filter(wait=wait, state=PlaceOfferState.OPEN).select_related("sequence__site").first()
    )
    held = lock_sequence(offer.sequence) if offer else None
    if held is None:
        Patient.objects.select_for_update().get(pk=wait.patient_id)
    row = PlaceWait.objects.select_for_update(of=("self",)).select_related("site").get(pk=wait.pk)
    if row.ended_at is not None:
        raise Conflict([Blocker(SCH_66.id, "This patient is not on the waiting list any more. Reload the page.")])
    if not reason.strip():
        refuse_if([Blocker(SCH_66.id, "Say why the patient no longer waits.", "reason")])
    if held is not None and held.sequence.state == SequenceState.HELD:
        back_to_request(held, "hold_released", by=by, at=at, reason=reason[:200])
    end_place_wait(row, because=reason, at=at)
    note_wait("place_wait_ended", row, by=by, at=at, patient_id=row.patient_id)
    return row


def offer_free_places(*, site: Site, at: datetime) -> int:
    """Offer each free place that fits to who has waited longest; returns how many offers were made.

    Offers that have run out are settled first, so that their places go on to the next in line. Each offer is a
    transaction of its own; two runs at once make no offer twice.
    """
    release_expired_holds(site=site, at=at)
    if is_quiet(site, at):
        return 0
    return sum(_offer(wait, at=at) for wait in waits_in_line(site))


def offer_all_free_places(*, at: datetime) -> int:
    """Offer free places at every clinic where somebody waits."""
    waiting = PlaceWait.objects.filter(ended_at__isnull=True).values("site")
    return sum(offer_free_places(site=site, at=at) for site in Site.objects.filter(pk__in=waiting).order_by("pk"))


def answer_place_offer(*, offer: PlaceOffer, accepts: bool, by: StaffUser, at: datetime) -> PlaceOffer:
    """Take the held place instead of the later booking, or let it go. Raises Refused after the offer's end.

    An offer that has run out is settled, in a transaction of its own, before the refusal.
    """
    answered = _answer(offer, accepts=accepts, by=by, at=at)
    if answered is None:
        release_expired_holds(site=offer.site, at=at)
        refuse_if(over_problems(clock(offer.site.minute(offer.expires_at))))
    return answered  # type: ignore[return-value]


@transaction.atomic
def _answer(offer: PlaceOffer, *, accepts: bool, by: StaffUser, at: datetime) -> PlaceOffer | None:
    """Answer under the lock; None for an offer that has run out."""
    later = Sequence.objects.filter(site=offer.site_id, patient=offer.sequence.patient_id, state__in=LATER)
    dates = Visit.objects.filter(sequence__in=later.values("pk")).values_list("date", flat=True)
    held = lock_sequence(offer.sequence, dates=list(dates))
    row = PlaceOffer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
    if row.state != PlaceOfferState.OPEN:
        raise Conflict(closed_problems(PlaceOfferState(row.state).label))
    if offer_over(row.expires_at, at):
        return None
    if accepts:
        for booked in later.select_related("site"):
            cancel_sequence(sequence=booked, reason=MissedReason.SCHEDULING, note=MOVED_EARLIER, by=by, at=at)
        confirm_sequence(sequence=held.sequence, by=by, at=at)
    else:
        back_to_request(held, "hold_released", by=by, at=at, reason=DECLINED)
    row.refresh_from_db()
    return row


def _offer(wait: PlaceWait, *, at: datetime) -> bool:
    """Hold the best place for one patient and say so; False where none fits, or somebody was faster."""
    place = place_for(wait, at=at)
    if place is None:
        return False
    try:
        _hold(wait, place, at=at)
    except (Refused, IntegrityError):
        return False  # the place or the patient was taken meanwhile; the next round looks again
    return True


@transaction.atomic
def _hold(wait: PlaceWait, place: FreePlace, *, at: datetime) -> PlaceOffer:
    offer, site = place.offer, wait.site
    lock_days_and_holds(site=site, dates=offer.dates, at=at)
    patient = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=wait.patient_id)
    row = PlaceWait.objects.select_for_update(of=("self",)).get(pk=wait.pk)
    held = Sequence.objects.filter(site=site, patient=patient, state=SequenceState.HELD)
    if row.ended_at is not None or held.exists():
        raise Conflict([Blocker(SCH_68.id, "Something is held for this patient already.")])
    sequence = book_sequence(
        patient=patient,
        first_day=offer.first_day,
        start_minute=offer.minute,
        dates=offer.dates,
        state=SequenceState.HELD,
        by=None,
        at=at,
        confirmed=frozenset({SCH_55.id}),
        reason=FROM_THE_LIST,
    )
    sequence.held_until = place.expires_at
    sequence.save(update_fields=["held_until"])
    made = PlaceOffer.objects.create(
        site=site,
        wait=row,
        sequence=sequence,
        first_day=offer.first_day,
        start_minute=offer.minute,
        offered_at=at,
        expires_at=place.expires_at,
    )
    begin(made, by=None, at=at)
    detail = {"first_day": offer.first_day.isoformat(), "start": clock(offer.minute)}
    note_wait("place_offered", made, by=None, at=at, patient_id=patient.pk, detail=detail)
    _tell(made, patient, offer, at=at)
    return made


def _tell(made: PlaceOffer, patient: Patient, offer: Offer, *, at: datetime) -> None:
    """Tell the patient, where a channel is agreed to; else ask the schedulers to call."""
    site = made.site
    until = site.local(made.expires_at)
    until_words = f"{date_words(until.date())} at {spoken(site.minute(made.expires_at))}"
    if patient.may_text or patient.may_email:
        by_text = patient.may_text
        channel = OutboxMessage.Channel.SMS if by_text else OutboxMessage.Channel.EMAIL
        to, subject = (patient.phone, "") if by_text else (patient.email, SUBJECT)
        text = place_text(offer.dates, offer.minute, until=until_words, phone=site.phone)
    else:
        channel, to, subject = OutboxMessage.Channel.STAFF, SCHEDULERS, ""
        text = call_text(patient.record_tail, offer.dates, offer.minute, until=until_words)
    queue_message(
        site=site,
        key=f"{PLACE}:{made.pk}",
        channel=channel,
        to=to,
        subject=subject,
        text=text,
        due_at=at,
        expires_at=made.expires_at,
    )
