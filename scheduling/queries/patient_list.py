"""One page of the list of patients: where each stands, in shapes and in words, and the next visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitclinic.models import Site, StaffUser
from scheduling.models import Patient
from scheduling.queries.enrolment import enrolment_facts
from scheduling.queries.readiness import strips
from scheduling.rules.enrolment import DayView, SeatView, in_words
from scheduling.rules.readiness import Strip
from scheduling.states import SeatState


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One line of the list of patients."""

    patient: Patient
    tone: str
    words: str
    strip: Strip
    next_day: DayView | None
    group: SeatView | None


def patient_rows(patients: Sequence[Patient], *, site: Site, at: datetime, reader: StaffUser) -> list[PatientRow]:
    """Return the lines of these patients, in a number of queries that does not grow with them."""
    today = site.today(at)
    known = enrolment_facts(patients, site=site)
    ready = strips(patients, site=site, at=at, reader=reader, known=known)
    rows = []
    for patient in patients:
        facts = known[patient.pk]
        tone, words = in_words(facts, today)
        course, seat = facts.open_course, facts.seat
        ahead = seat if seat and seat.state == SeatState.BOOKED and seat.day >= today else None
        next_day = course.next_day if course else None
        rows.append(PatientRow(patient, tone, words, ready[patient.pk], next_day, ahead))
    return rows
