"""What a returning patient's next course can begin on: the last clearing, its age, the health screen since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.models import Site
from kitclinic.roles import PRESCRIBERS
from scheduling.models import Eligibility, GroupSeat, HealthScreen, Patient, Sequence
from scheduling.rules.groups import Clearance, Window
from scheduling.rules.visits import FINISHED, NOT_BEGUN, OPEN_SEQUENCE
from scheduling.states import EnrolmentState, SeatState, VisitState


@dataclass(frozen=True, slots=True)
class Screened:
    """The last health screen. concern: it has a yes that no physician's assessment has answered since."""

    on: date
    concern: bool


def window_of(site: Site) -> Window:
    """Return the clinic's days between group visit and first infusion."""
    return Window(site.sma_earliest_days, site.sma_latest_days, site.sma_target_days)


def screens_of(patients: Iterable[int], *, site: Site) -> dict[int, Screened]:
    """Return the last health screen of each patient who has one, by key. Two queries, one where none has."""
    rows = HealthScreen.objects.filter(site=site, patient__in=list(patients))
    last = {row.patient_id: row for row in rows.order_by("patient", "-asked_at", "-pk").distinct("patient")}
    worried = [key for key, row in last.items() if any(row.answers.values())]
    answered = _answered(worried, last, site) if worried else frozenset()
    return {
        key: Screened(site.today(row.asked_at), key in worried and key not in answered)
        for key, row in last.items()
    }


def clearance_of(patient: Patient, *, replacing: bool = False) -> Clearance | None:
    """Return what this patient's next course can begin on; None where only a group visit opens the way.

    replacing: for an earlier place instead of a course that is booked and has not begun.
    """
    if patient.state != EnrolmentState.CLEARED:
        return None
    site = patient.site
    seats = GroupSeat.objects.filter(site=site, patient=patient, state=SeatState.CLEARED).select_related("group")
    seat = seats.order_by("-group__date", "-pk").first()
    courses = list(Sequence.objects.filter(site=site, patient=patient).order_by("-first_day", "-pk"))
    if seat is None or seat.decided_at is None:
        return None
    unfinished = OPEN_SEQUENCE - NOT_BEGUN if replacing else OPEN_SEQUENCE
    if any(course.state in unfinished for course in courses):
        return None
    over = (one for one in courses if one.state in FINISHED)
    finished = next((one for one in over if one.first_day and one.first_day >= seat.group.date), None)
    if finished is None or finished.first_day is None:
        return None
    attended = finished.visits.filter(state=VisitState.ATTENDED).order_by("-date")
    ended = attended.values_list("date", flat=True).first() or finished.first_day
    screened = screens_of([patient.pk], site=site).get(patient.pk)
    return Clearance(
        site.today(seat.decided_at),
        ended,
        screened.on if screened else None,
        bool(screened and screened.concern),
        site.clearance_days,
    )


def _answered(keys: list[int], screens: dict[int, HealthScreen], site: Site) -> frozenset[int]:
    """Return whom a physician has found eligible again since the health screen."""
    rows = Eligibility.objects.filter(site=site, patient__in=keys, assessed_by__role__in=PRESCRIBERS)
    newest = rows.order_by("patient", "-version").distinct("patient")
    return frozenset(
        row.patient_id for row in newest if row.eligible and row.assessed_at > screens[row.patient_id].asked_at
    )
