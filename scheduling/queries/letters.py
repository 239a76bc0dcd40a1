"""What the printed invitation to a group visit says."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from kitclinic.models import Site
from scheduling.models import GroupSeat, GroupVisit, Letter, Patient, Sequence
from scheduling.rules.reminders import spoken
from scheduling.rules.visits import OPEN_SEQUENCE, RELEASED
from scheduling.states import SeatState


@dataclass(frozen=True, slots=True)
class Invitation:
    """One letter. days: the five infusion days, empty while none are booked; minute: their clock time."""

    seat: GroupSeat
    address: tuple[str, ...]
    bring: tuple[str, ...]
    days: tuple[date, ...]
    minute: int | None

    @property
    def patient(self) -> Patient:
        return self.seat.patient

    @property
    def time(self) -> str:
        """Return "1:00 in the afternoon"."""
        return spoken(self.seat.group.start_minute)

    @property
    def daily_time(self) -> str:
        return spoken(self.minute) if self.minute is not None else ""


def invitations_of(site: Site, *, seat: int | None = None, group: GroupVisit | None = None) -> list[Invitation]:
    """Return the letters of one seat, or of all booked seats of a group visit. Three queries."""
    seats = GroupSeat.objects.filter(site=site, state=SeatState.BOOKED).select_related(
        "group", "group__physician", "group__psychologist", "patient", "site"
    )
    chosen = seats.filter(pk=seat or 0) if group is None else seats.filter(group=group)
    found = list(chosen.order_by("pk"))
    open_ones = Sequence.objects.filter(
        site=site, patient__in=[one.patient_id for one in found], state__in=OPEN_SEQUENCE
    )
    courses = {course.patient_id: course for course in open_ones.prefetch_related("visits")}
    return [_letter(one, courses.get(one.patient_id), site) for one in found]


def _letter(seat: GroupSeat, course: Sequence | None, site: Site) -> Invitation:
    days = sorted(visit.date for visit in course.visits.all() if visit.state not in RELEASED) if course else []
    return Invitation(
        seat=seat,
        address=_lines(site.address),
        bring=_lines(site.bring_along),
        days=tuple(days),
        minute=course.start_minute if course else None,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One seat with every message and letter about it, the first one first."""

    seat: GroupSeat
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Who has been told of a group visit. printable: somebody has a booked seat, so there are letters."""

    rows: tuple[ToldRow, ...]
    printable: bool


def told_of(group: GroupVisit) -> Told:
    """Return what went to whom about this group visit, cancelled seats included. Two queries."""
    letters = Letter.objects.select_related("message").order_by("pk")
    seats = GroupSeat.objects.filter(site=group.site_id, group=group).select_related("patient")
    found = seats.prefetch_related(Prefetch("letters", letters)).order_by(
        "patient__family_name", "patient__given_name", "pk"
    )
    rows = tuple(ToldRow(seat, tuple(seat.letters.all())) for seat in found)
    return Told(rows, any(row.seat.state == SeatState.BOOKED for row in rows))
