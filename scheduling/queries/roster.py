"""The roster of one group visit: who is expected, what is recorded, what is missing for each."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Q

from kitclinic.models import Site, Transition
from kitclinic.problems import Problem
from scheduling.models import (
    Consent,
    EducationGiven,
    Eligibility,
    GroupSeat,
    GroupVisit,
    HealthScreen,
    Sequence,
)
from scheduling.queries.groups import GroupRow, coming_groups, group_row
from scheduling.queries.merging import assess_again
from scheduling.queries.patients import DECIDERS
from scheduling.queries.records import (
    Measured,
    consents_by_patient,
    education_by_seat,
    is_withdrawn,
    measured_by_seat,
    screen_counts,
    screens_by_patient,
)
from scheduling.rules.appointment import (
    HERE,
    IN_THE_ROOM,
    SECTIONS,
    DecisionFacts,
    education_missing,
    record_problems,
    yes_answers,
)
from scheduling.rules.eligibility import assess
from scheduling.rules.groups import ENR_25, SeatFacts, clearing_problems
from scheduling.rules.merging import assess_again_problems
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import EducationItem, GroupVisitState, HealthQuestion, SeatState, WeightSource

UNDECIDED = (SeatState.BOOKED, SeatState.ATTENDED)


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing. section: the part of the seat where it is done, "" for the assessment."""

    problem: Problem
    section: str


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One patient on the roster. screen: the one that counts for this seat, None while nobody asked.

    missing: what stands before clearing; came: the check-in, with who and when.
    """

    seat: GroupSeat
    assessment: Eligibility | None = None
    missing: tuple[Missing, ...] = ()
    measured: Measured = field(default_factory=Measured)
    screen: HealthScreen | None = None
    consent: Consent | None = None
    education: dict[str, EducationGiven] = field(default_factory=dict)
    came: Transition | None = None

    @property
    def consented(self) -> bool:
        return self.consent is not None and not is_withdrawn(self.consent)

    @property
    def yes(self) -> list[HealthQuestion]:
        """The questions of the health screen answered with yes."""
        return yes_answers(self.screen.answers) if self.screen else []

    @property
    def not_taught(self) -> list[EducationItem]:
        return education_missing(self.education)

    @property
    def taught(self) -> list[tuple[EducationItem, EducationGiven | None]]:
        """Each education item with its tick, None where it is missing."""
        return [(item, self.education.get(item)) for item in EducationItem]

    @property
    def is_here(self) -> bool:
        return self.seat.state in HERE

    @property
    def in_the_room(self) -> bool:
        return self.seat.state in IN_THE_ROOM

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do before the physician decides, teaching included; or it is decided."""
        if self.seat.state == SeatState.CLEARED:
            return True
        return self.is_here and not self.missing and not self.not_taught

    @property
    def standing(self) -> tuple[str, str, str]:
        """(tone, shape, word) of the list: one state a patient."""
        state, left = self.seat.state, len(self.missing)
        if state == SeatState.ATTENDED:
            if left:
                return "due", "soon", f"Here, {left} open"
            if self.not_taught:
                return "due", "soon", "Here, teaching open"
            return "info", "ready", "Complete, to decide"
        return {
            SeatState.BOOKED: ("held", "wait", "Expected"),
            SeatState.REVIEW: ("flag", "flag", "Needs review"),
            SeatState.CLEARED: ("ok", "ready", "Cleared, conditions" if self.seat.conditions else "Cleared"),
            SeatState.NOT_CLEARED: ("overdue", "late", "Not cleared"),
        }.get(SeatState(state), ("held", "missed", "Absent"))

    @property
    def mark(self) -> str:
        """Everything another tablet may have changed, as one string."""
        seat = self.seat
        support = (seat.support_person, seat.support_relationship, seat.support_phone, seat.support_drives)
        parts = (seat.pk, seat.state, seat.support_attended, support, seat.weight_id, seat.questions)
        kept = (self.screen and self.screen.pk, self.consent and self.consent.pk, self.consented)
        return repr(
            (parts, kept, seat.conditions, self.measured.last_key, sorted(self.education), len(self.missing))
        )


@dataclass(frozen=True, slots=True)
class Taught:
    """One education item in the room. given, present: patients; missing: whose turn it still is."""

    item: EducationItem
    given: int
    present: int
    missing: tuple[SeatRow, ...]
    for_the_room: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """The whole roster with its counts."""

    row: GroupRow
    seats: tuple[SeatRow, ...]
    open_for_attendance: bool

    @property
    def expected(self) -> int:
        return len(self.seats)

    @property
    def here(self) -> int:
        came = (*IN_THE_ROOM, SeatState.NOT_CLEARED)
        return sum(row.seat.state in came for row in self.seats)

    @property
    def complete(self) -> int:
        return sum(row.complete for row in self.seats)

    @property
    def cleared(self) -> int:
        return sum(row.seat.state == SeatState.CLEARED for row in self.seats)

    @property
    def decided(self) -> int:
        return sum(row.seat.state not in UNDECIDED for row in self.seats)

    @property
    def can_close(self) -> bool:
        planned = self.row.group.state == GroupVisitState.PLANNED
        return planned and self.open_for_attendance and self.expected == self.decided

    @property
    def taught(self) -> tuple[Taught, ...]:
        """Each education item over everybody in the room."""
        present = [row for row in self.seats if row.in_the_room]
        return tuple(_taught(item, present) for item in EducationItem)

    @property
    def version(self) -> str:
        """Changes when anything on the roster does; a tablet that holds it need not be answered."""
        whole = "".join(row.mark for row in self.seats) + str(self.row.group.state)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def of(self, seat_key: int) -> SeatRow | None:
        return next((row for row in self.seats if row.seat.pk == seat_key), None)


def roster(*, group: GroupVisit, site: Site, at: datetime) -> Roster:
    """Return who is expected at this group visit, in a fixed number of queries."""
    rows = GroupSeat.objects.filter(site=site, group=group).exclude(state=SeatState.CANCELLED)
    rows = rows.select_related("patient", "weight", "weight__measured_by", "decided_by", "group", "site")
    seats = list(rows.order_by("patient__family_name", "patient__given_name", "pk"))
    return Roster(
        row=group_row(group),
        seats=_seat_rows(seats, site),
        open_for_attendance=group.date <= site.today(at),
    )


def next_groups(*, seat: GroupSeat, at: datetime) -> list[GroupRow]:
    """Return the group visits an absent patient can be rebooked into: to come, with a place, soonest first.

    Those in the patient's language come first.
    """
    rows = [
        row
        for row in coming_groups(site=seat.site, today=seat.site.today(at))
        if row.left > 0 and row.group.pk != seat.group_id
    ]
    return sorted(rows, key=lambda row: row.group.language != seat.patient.language)


def booked_sequence(seat: GroupSeat) -> Sequence | None:
    """Return the patient's open sequence, which ends when the patient is not suitable."""
    found = Sequence.objects.filter(site=seat.site_id, patient=seat.patient_id, state__in=OPEN_SEQUENCE)
    return found.order_by("-pk").first()


def _seat_rows(seats: list[GroupSeat], site: Site) -> tuple[SeatRow, ...]:
    keys, patients = [seat.pk for seat in seats], [seat.patient_id for seat in seats]
    newest = Eligibility.objects.filter(site=site, patient__in=patients).select_related(*DECIDERS)
    assessed = {row.patient_id: row for row in newest.order_by("patient", "-version").distinct("patient")}
    again = set(assess_again(patients, site=site.pk))
    measured = measured_by_seat(keys, site_id=site.pk)
    screens = screens_by_patient(patients, site_id=site.pk)
    consents = consents_by_patient(patients, site_id=site.pk)
    education = education_by_seat(keys, site_id=site.pk)
    moves = Transition.objects.filter(
        Q(subject=GroupSeat._meta.db_table, subject_id__in=keys, to_state=SeatState.ATTENDED), site=site
    )
    came = {row.subject_id: row for row in moves.select_related("by").order_by("pk")}
    found = []
    for seat in seats:
        last = screens.get(seat.patient_id)
        screen = last if last and screen_counts(last, seat) else None
        row = SeatRow(
            seat=seat,
            assessment=assessed.get(seat.patient_id),
            measured=measured.get(seat.pk, Measured()),
            screen=screen,
            consent=consents.get(seat.patient_id),
            education=education.get(seat.pk, {}),
            came=came.get(seat.pk),
        )
        found.append(_with_missing(row, assess_again_due=seat.patient_id in again))
    return tuple(found)


def _with_missing(row: SeatRow, *, assess_again_due: bool) -> SeatRow:
    """The same line with everything that stands before clearing; nothing once it is decided."""
    seat = row.seat
    if seat.state not in (SeatState.BOOKED, *HERE):
        return row
    problems: list[Problem] = []
    if row.is_here:
        problems += clearing_problems(_seat_facts(seat)) + record_problems(_facts(row))
    problems += _assessed_problems(row.assessment)
    problems += assess_again_problems(due=assess_again_due)
    missing = tuple(Missing(problem, SECTIONS.get(problem.field, "")) for problem in problems)
    return replace(row, missing=missing)


def _assessed_problems(assessment: Eligibility | None) -> list[Problem]:
    if assessment is None or not assessment.eligible:
        return [Problem(ENR_25.id, "The last assessment does not find this patient eligible. Finish it first.")]
    return assess(assessment.facts, clearing=True)


def _facts(row: SeatRow) -> DecisionFacts:
    screen, assessed = row.screen, row.assessment
    return DecisionFacts(
        role="",
        screen=screen.answers if screen else None,
        screened_on=row.seat.site.today(screen.asked_at) if screen else None,
        consented=row.consented,
        withdrawn=row.consent is not None and not row.consented,
        pregnancy=assessed.pregnancy if assessed else "",
        tested_on=assessed.pregnancy_tested_on if assessed else None,
    )


def _seat_facts(seat: GroupSeat) -> SeatFacts:
    weight = seat.weight
    return SeatFacts(
        state=seat.state,
        support_attended=seat.support_attended,
        weight_kg=weight.weight_kg if weight else None,
        weight_measured=weight is not None and weight.source == WeightSource.MEASURED,
    )


def _taught(item: EducationItem, present: list[SeatRow]) -> Taught:
    given = [row.education[item] for row in present if item in row.education]
    return Taught(
        item=item,
        given=len(given),
        present=len(present),
        missing=tuple(row for row in present if item not in row.education),
        for_the_room=any(tick.for_the_room for tick in given),
    )
