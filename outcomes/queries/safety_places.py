"""Where the patient of a safety task is: how the answer was given, and whether there is a visit today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from infusions.models import Infusion
from kitclinic.models import Site
from outcomes.models import SafetyTask
from outcomes.states import FIRST_LINE, WAITING_STATES, SittingMode
from scheduling.models import GroupSeat, Visit
from scheduling.states import SeatState, VisitState

ABSENT = (VisitState.MISSED, VisitState.CANCELLED)
AWAY = (SeatState.ABSENT, SeatState.CANCELLED)
GIVEN = {
    SittingMode.OWN: "on the patient's own device",
    SittingMode.TABLET: "on a tablet of the clinic",
    SittingMode.PHONE: "by telephone",
    SittingMode.PAPER: "on paper",
    SittingMode.SERVICE: "through another system",
}


@dataclass(frozen=True, slots=True)
class Place:
    """given: how it was answered, "" for a score. here: where the patient is today, in words, "" at home.

    chair: of the visit today. arrived: the patient has come. started: the infusion of today runs or is over.
    """

    given: str = ""
    here: str = ""
    chair: int | None = None
    arrived: bool = False
    started: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """One line of the banner: a task of somebody who comes to the clinic today. No name: others see the screen."""

    task: SafetyTask
    place: Place

    @property
    def mark(self) -> str:
        """Changes whenever the line would look different."""
        task, place = self.task, self.place
        return f"{task.pk}{task.state[0]}{place.chair or 0}{place.arrived:d}{place.started:d}"


def places_of(site: Site, tasks: Iterable[SafetyTask], *, at: datetime) -> dict[int, Place]:
    """Return where the patient of each task is, by the task's key. Two queries; none without tasks."""
    tasks = list(tasks)
    if not tasks:
        return {}
    today, people = site.today(at), {person_of(task) for task in tasks}
    visits = Visit.objects.filter(site=site, date=today, patient__in=people).exclude(state__in=ABSENT)
    visit_of = {visit.patient_id: visit for visit in visits.select_related("infusion").order_by("start_minute")}
    seats = GroupSeat.objects.filter(site=site, group__date=today, patient__in=people).exclude(state__in=AWAY)
    seat_of = {seat.patient_id: seat for seat in seats.select_related("group")}
    return {task.pk: _place(task, visit_of.get(person_of(task)), seat_of.get(person_of(task))) for task in tasks}


def person_of(task: SafetyTask) -> int:
    """Return the key of the record that stands for this person: the one a merged record was merged into."""
    return task.patient.merged_into_id or task.patient_id


def _place(task: SafetyTask, visit: Visit | None, seat: GroupSeat | None) -> Place:
    given = _given(task)
    if visit is not None:
        arrived = visit.state != VisitState.BOOKED
        word = "here today" if arrived else "comes today"
        clock = f"{visit.start_minute // 60:02}:{visit.start_minute % 60:02}"
        infusion: Infusion | None = getattr(visit, "infusion", None)  # before the patient is seated: none
        chair = infusion.chair if infusion else visit.chair
        started = infusion is not None and infusion.started_at is not None
        return Place(given, f"Chair {chair}, {word}, {clock}", chair, arrived, started)
    if seat is not None:
        return Place(given, "At the group visit today", None, seat.state != SeatState.BOOKED)
    return Place(given)


def _given(task: SafetyTask) -> str:
    if task.response is None:
        return ""
    sitting = task.response.sitting
    if sitting is None:
        return GIVEN[SittingMode.OWN]
    words = GIVEN[SittingMode(sitting.mode)]
    if sitting.tablet is not None:
        return f"{words}, {sitting.tablet.name}"
    return f"{words}, taken down by {sitting.by.short_name}" if sitting.by is not None else words


def waits_here(site: Site, *, at: datetime) -> tuple[Waits, ...]:
    """Return what waits of people who come to the clinic today, oldest first. One query while nothing waits."""
    rows = SafetyTask.objects.filter(site=site, kind__in=FIRST_LINE, state__in=WAITING_STATES)
    rows = rows.select_related("patient", "response__sitting__tablet", "response__sitting__by")
    tasks = list(rows.order_by("opened_at", "pk"))
    places = places_of(site, tasks, at=at)
    return tuple(Waits(task, places[task.pk]) for task in tasks if places[task.pk].here)


def board_marks(site: Site, at: datetime) -> dict[int, str]:
    """Return a mark for each chair whose patient of today is to be spoken with first (``CHAIR_MARKS``)."""
    places = [one.place for one in waits_here(site, at=at)]
    return {place.chair: "Speak now" if place.started else "Speak first" for place in places if place.chair}
