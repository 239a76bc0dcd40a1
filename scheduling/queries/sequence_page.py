"""One sequence with its days, and what can be done about each when the patient calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kitclinic.models import StaffUser
from kitclinic.roles import Permission
from scheduling.models import Patient, Sequence, Visit
from scheduling.queries.running_late import late
from scheduling.rules.blocks import VISITS
from scheduling.rules.holds import BOOKABLE, UNDO_MINUTES
from scheduling.rules.visits import OPEN_SEQUENCE, RELEASED
from scheduling.states import MissedReason, PlaceOfferState, SequenceMode, SequenceState, VisitState


@dataclass(frozen=True, slots=True)
class SequenceDay:
    """One visit. lateness: what to say to a patient who is late now; made_up: another visit takes its place."""

    visit: Visit
    made_up: bool
    lateness: str
    may_release: bool
    may_make_up: bool
    may_reinstate: bool
    may_stay_longer: bool


@dataclass(frozen=True, slots=True)
class SequencePage:
    """The sequence. undo_until: when the booking can no longer be undone by this reader, None when it cannot."""

    sequence: Sequence
    days: tuple[SequenceDay, ...]
    attended: int
    is_open: bool
    may_confirm: bool
    may_release: bool
    may_agree: bool
    undo_until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What can be done at once about the booking made last. offered: it is held for the waiting list."""

    sequence: Sequence
    may_confirm: bool
    may_release: bool
    offered: bool
    undo_until: datetime | None


def standing_booking(patient: Patient, *, reader: StaffUser, at: datetime) -> Standing | None:
    """Return the last booking where this reader can confirm, release or undo it. Two or three queries."""
    rows = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=BOOKABLE)
    row = (
        rows.select_related("site").order_by("-booked_at", "-pk").first() if reader.may(Permission.BOOK) else None
    )
    if row is None:
        return None
    held = row.state == SequenceState.HELD
    offered = held and row.place_offers.filter(state=PlaceOfferState.OPEN).exists()
    undo_until = None if held else _undo_until(row, list(row.visits.all()), reader, at)
    if not (undo_until or row.state in (SequenceState.HELD, SequenceState.TENTATIVE)):
        return None
    may_confirm = row.state != SequenceState.CONFIRMED and not offered
    return Standing(row, may_confirm, held and not offered, offered, undo_until)


def sequence_page(sequence: Sequence, *, reader: StaffUser, at: datetime) -> SequencePage:
    """Return one sequence for this reader. Three queries, three more for each visit that is late."""
    book = reader.may(Permission.BOOK)
    visits = list(sequence.visits.select_related("site", "suite_day").order_by("date", "pk"))
    made_up = {one.makes_up_for_id for one in visits if one.state not in RELEASED}
    is_open = sequence.state in OPEN_SEQUENCE or sequence.state == SequenceState.HELD
    cut = any(
        one.state in RELEASED and one.missed_reason == MissedReason.CLINIC_CLOSED and one.pk not in made_up
        for one in visits
    )
    return SequencePage(
        sequence=sequence,
        days=tuple(_day(one, sequence, reader, made_up, at) for one in visits),
        attended=sum(one.state == VisitState.ATTENDED for one in visits),
        is_open=is_open,
        may_confirm=book and sequence.state in (SequenceState.HELD, SequenceState.TENTATIVE),
        may_release=book and sequence.state == SequenceState.HELD,
        may_agree=book
        and cut
        and is_open
        and sequence.mode != SequenceMode.SHORT
        and sequence.planned_visits == VISITS,
        undo_until=_undo_until(sequence, visits, reader, at) if book else None,
    )


def _day(
    visit: Visit, sequence: Sequence, reader: StaffUser, made_up: set[int | None], at: datetime
) -> SequenceDay:
    book, chart = reader.may(Permission.BOOK), reader.may(Permission.CHART)
    today = visit.site.today(at)
    released = visit.state in RELEASED and visit.pk not in made_up and sequence.state in OPEN_SEQUENCE
    waits = visit.state == VisitState.BOOKED and sequence.state != SequenceState.HELD
    is_late = waits and visit.date == today and visit.site.minute(at) > visit.start_minute
    return SequenceDay(
        visit=visit,
        made_up=visit.pk in made_up,
        lateness=late(visit, at=at).sentence if is_late else "",
        may_release=waits and (book or chart),
        may_make_up=released and book,
        may_reinstate=released and book and visit.date >= today,
        may_stay_longer=visit.state == VisitState.ARRIVED and visit.date == today and (chart or book),
    )


def _undo_until(sequence: Sequence, visits: list[Visit], reader: StaffUser, at: datetime) -> datetime | None:
    if sequence.state not in BOOKABLE or sequence.booked_by_id != reader.pk or sequence.booked_at is None:
        return None
    until = sequence.booked_at + timedelta(minutes=UNDO_MINUTES)
    untouched = all(visit.state == VisitState.BOOKED for visit in visits)
    return until if untouched and at <= until else None
