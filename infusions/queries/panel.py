"""What happened at the chair, for the patient's page: six queries whatever the number of days."""

from dataclasses import dataclass
from decimal import Decimal

from infusions.models import Infusion, VitalSet
from infusions.queries.course import Course, Kind, courses_of
from infusions.queries.event_words import symptom_words
from infusions.rules.adverse_events import is_adverse_event, stopped_for_event
from infusions.rules.vitals import COMPARED
from infusions.states import InfusionState, Sign, StopReason
from kitclinic.display import in_sentence, show_percent_from
from scheduling.models import Patient, Sequence, Visit
from scheduling.queries.patients import family_keys
from scheduling.rules.visits import TO_COME


@dataclass(frozen=True)
class Day:
    """One infusion day. dose_mg: ordered; delivered_mg: off the pump; change: the largest from baseline."""

    visit: Visit
    infusion: Infusion
    word: str
    dose_mg: Decimal | None
    delivered_mg: Decimal | None
    change: str
    flags: int
    open_flags: int
    side_effects: tuple[str, ...]
    adverse_event: bool
    adverse_because: str

    @property
    def open_flags_words(self) -> str:
        return f"{self.open_flags} open"


@dataclass(frozen=True)
class CourseDays:
    """One sequence: the days charted, and the visits whose chart is still empty.

    record: number of the merged record it belongs to, "" for the patient's own.
    """

    sequence: Sequence
    record: str
    days: tuple[Day, ...]
    to_come: tuple[Visit, ...]


def patient_days(patient: Patient) -> tuple[CourseDays, ...]:
    """Every course, the newest first: what was charted in order of the days, and what is still to come."""
    family = family_keys(patient)
    visits = list(
        Visit.objects.filter(site_id=patient.site_id, patient__in=family)
        .select_related("sequence__patient", "site")
        .order_by("-sequence__first_day", "-sequence__number", "date", "day_index")
    )
    infusions = {
        infusion.visit_id: infusion
        for infusion in Infusion.objects.filter(site_id=patient.site_id, patient__in=family).select_related(
            "order", "visit", "patient"
        )
    }
    courses = courses_of(infusions.values())
    sequences = {visit.sequence_id: visit.sequence for visit in visits}
    return tuple(
        CourseDays(
            sequence,
            sequence.patient.record_number if sequence.patient_id != patient.pk else "",
            tuple(
                _day(visit, courses[infusions[visit.pk].pk])
                for visit in visits
                if visit.sequence_id == key and visit.pk in infusions
            ),
            tuple(
                visit
                for visit in visits
                if visit.sequence_id == key and visit.pk not in infusions and visit.state in TO_COME
            ),
        )
        for key, sequence in sequences.items()
    )


def _day(visit: Visit, course: Course) -> Day:
    infusion = course.infusion
    team = bool(course.of_kind(Kind.EMERGENCY_TEAM))
    reason = StopReason(infusion.stop_reason) if infusion.stop_reason else None
    return Day(
        visit=visit,
        infusion=infusion,
        word=_word(infusion),
        dose_mg=infusion.order.dose_mg if infusion.order else None,
        delivered_mg=infusion.delivered_mg,
        change=largest_change(course),
        flags=len([flag for flag in course.flags if flag.vital_set_id not in course.struck]),
        open_flags=len(course.open_flags),
        side_effects=side_effects(course),
        adverse_event=is_adverse_event(stopped_for_event=stopped_for_event(reason), emergency_team=team),
        adverse_because="emergency team" if team else in_sentence(str(reason.label)) if reason else "",
    )


def _word(infusion: Infusion) -> str:
    if infusion.outcome == "stopped":
        return "Stopped early"
    if infusion.state == InfusionState.DISCHARGED:
        return "Completed"
    return str(infusion.get_state_display())


def largest_change(course: Course) -> str:
    """The sign that moved most from the frozen baseline, in words: "SBP +21.9%"; "" without one."""
    base = course.baseline
    if base is None or course.infusion.started_at is None:
        return ""
    moved = [
        (Decimal(abs(value - start)) / start, sign, value, start)
        for row in course.current
        if row.pk != base.pk
        for sign in COMPARED
        if (value := getattr(row, sign.value)) is not None and (start := getattr(base, sign.value))
    ]
    if not moved:
        return ""
    _, sign, value, start = max(moved, key=lambda found: found[0])
    return f"{Sign(sign).label} {show_percent_from(value, start)}"


def side_effects(course: Course) -> tuple[str, ...]:
    """What was recorded as a side effect or tapped as a symptom after the start, each once."""
    recorded = [event.detail.get("symptom", "") for event in course.of_kind(Kind.SIDE_EFFECT)]
    tapped = [word for row in course.current if row.slot != VitalSet.Slot.BASELINE for word in row.symptoms]
    return tuple(symptom_words(word).lower() for word in dict.fromkeys([*recorded, *tapped]) if word)
