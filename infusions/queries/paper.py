"""The whole chart of one infusion for paper: readings, corrections, flags, events, movements and their times."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from infusions.models import (
    AdverseEventReview,
    Flag,
    Infusion,
    InfusionEvent,
    Intake,
    Movement,
    NextDayCall,
    VitalSet,
)
from infusions.queries.chart import Chart
from infusions.queries.course import Course, reading_of
from infusions.queries.event_facts import event_facts, people_in
from infusions.queries.event_words import event_words
from infusions.queries.flowsheet import timing
from infusions.queries.intake import intake_words, intakes_of
from infusions.queries.ledger_movements import movements
from infusions.queries.next_day import calls_of
from infusions.queries.words import flag_words, slot_label
from infusions.states import AdverseEventKind, Recovery, Relatedness, Rhythm, Sedation
from kitclinic.display import show_signed
from kitclinic.models import Site, StaffUser

SAME_CLOCK = timedelta(seconds=60)  # closer times and clocks are not told apart on paper


@dataclass(frozen=True)
class Reading:
    """One set with every sign. values: SBP, DBP, MAP, HR, SpO₂, rhythm, RR, sedation, pain, "–" for none.

    struck: a later row corrects it; notes: everything else that is known of it.
    """

    row: VitalSet
    label: str
    struck: bool
    values: tuple[str, ...]
    symptoms: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FlagLine:
    """One flag: open, answered, withdrawn, or of a set that was corrected."""

    flag: Flag
    words: str
    struck: bool
    standing: str  # "open", "answered", "withdrawn", "its set was corrected"


@dataclass(frozen=True)
class EventLine:
    """One event. times: what differs from when it happened; struck: why it was struck out."""

    event: InfusionEvent
    words: str
    facts: str
    times: str
    struck: str


@dataclass(frozen=True)
class Paper:
    """Everything of one infusion."""

    chart: Chart
    infusion: Infusion
    readings: tuple[Reading, ...]
    flags: tuple[FlagLine, ...]
    events: tuple[EventLine, ...]
    intakes: tuple[tuple[Intake, str], ...]
    ledger: tuple[Movement, ...]
    reviews: tuple[tuple[AdverseEventReview, str], ...]
    calls: tuple[NextDayCall, ...]

    @property
    def intake_standing(self) -> int | None:
        """Key of the intake that nothing corrects."""
        return self.intakes[-1][0].pk if self.intakes else None


def paper(chart: Chart) -> Paper | None:
    """The paper of a visit whose patient has arrived; None before. A fixed number of queries."""
    infusion, course = chart.infusion, chart.course
    if infusion is None or course is None:
        return None
    site = chart.site
    names = dict(
        StaffUser.objects.at(site, ended=True).filter(pk__in=people_in(course.events)).values_list("pk", "name")
    )
    return Paper(
        chart=chart,
        infusion=infusion,
        readings=tuple(_reading(course, row, chart.at) for row in course.sets),
        flags=tuple(_flag(course, flag) for flag in course.every_flag),
        events=tuple(_event(course, event, site, names) for event in course.events),
        intakes=tuple((row, intake_words(row)) for row in intakes_of(infusion)),
        ledger=tuple(movements(site).filter(infusion=infusion).order_by("occurred_at", "pk")),
        reviews=_reviews(infusion),
        calls=calls_of(infusion),
    )


def _reading(course: Course, row: VitalSet, at: datetime) -> Reading:
    reading = reading_of(row)
    numbers = (row.sbp, row.dbp, reading.map, row.hr, row.spo2)
    rhythm = str(Rhythm(row.rhythm).label) if row.rhythm else "–"
    sedation = str(Sedation(row.sedation).label) if row.sedation else "–"
    return Reading(
        row=row,
        label=slot_label(row.slot),
        struck=row.pk in course.struck,
        values=(*map(_shown, numbers), rhythm, _shown(row.rr), sedation, _shown(row.pain)),
        symptoms=", ".join(str(VitalSet.Symptom(word).label).lower() for word in row.symptoms) or "none",
        notes=tuple(_notes(course, row, at)),
    )


def _shown(value: int | None) -> str:
    return "–" if value is None else str(value)


def _notes(course: Course, row: VitalSet, at: datetime) -> list[str]:
    infusion, site = course.infusion, course.infusion.site
    said = []
    if infusion.baseline_id == row.pk:
        said.append("the baseline")
    if row.pk not in course.struck and timing(row, course.grid(at)):
        said.append(timing(row, course.grid(at)))
    if row.not_obtained_because:
        said.append(f"not obtained: {row.not_obtained_because}")
    if row.corrects_id:
        said.append(f"corrects the set before: {row.correction_reason}")
    fixed = next((other for other in course.sets if other.corrects_id == row.pk), None)
    if fixed is not None:
        by, when = fixed.by.name, site.clock(fixed.received_at)
        said.append(f"corrected by {by}, {when}: {fixed.correction_reason}")
    if row.confirmed_rules:
        said.append(f"confirmed: {row.confirmed_rules}")
    beside = course.also_taken.get(row.pk)
    if beside is not None:
        said.append(f"also taken beside the set of {beside.by.name}")
    times = _times(row, site)
    return [*said, times] if times else said


def _times(row: VitalSet | InfusionEvent, site: Site) -> str:
    """What differs from when it happened: when it was charted, and what the tablet's clock said."""
    said = []
    if abs(row.received_at - row.occurred_at) > SAME_CLOCK:
        said.append(f"charted {site.clock(row.received_at)}")
    offset = row.clock_offset_ms
    if offset is not None and abs(offset) > SAME_CLOCK.total_seconds() * 1000:
        minutes = int(offset / 60_000)
        said.append(f"the tablet's clock was {show_signed(minutes, 'min')} off")
    if row.device_at is not None and abs(row.device_at - row.received_at) > SAME_CLOCK:
        said.append(f"tablet said {site.clock(row.device_at)}")
    return ", ".join(said)


def _flag(course: Course, flag: Flag) -> FlagLine:
    corrected = flag.vital_set_id in course.struck
    if hasattr(flag, "withdrawal"):
        standing = "withdrawn"
    elif hasattr(flag, "acknowledgement"):
        standing = "answered"
    else:
        standing = "its set was corrected" if corrected else "open"
    return FlagLine(flag, flag_words(flag), corrected or standing == "withdrawn", standing)


def _event(course: Course, event: InfusionEvent, site: Site, names: dict[int, str]) -> EventLine:
    strike = course.struck_events.get(event.pk)
    when = site.clock(strike.received_at) if strike else ""
    return EventLine(
        event=event,
        words=event_words(event),
        facts=event_facts(event, site=site, names=names),
        times=_times(event, site),
        struck=f"struck out by {strike.by.name}, {when}: {strike.note}" if strike else "",
    )


def _reviews(infusion: Infusion) -> tuple[tuple[AdverseEventReview, str], ...]:
    """A physician's judgements, oldest first, each in words."""
    rows = AdverseEventReview.objects.filter(site_id=infusion.site_id, infusion=infusion)
    return tuple((row, _judged(row)) for row in rows.select_related("by", "signature").order_by("at", "pk"))


def _judged(row: AdverseEventReview) -> str:
    parts = (
        str(AdverseEventKind(row.category).label),
        f"grade {row.grade}",
        f"caused by ketamine: {str(Relatedness(row.relatedness).label).lower()}",
        str(Recovery(row.recovery).label).lower(),
        "no further infusions of this course" if row.course_stopped else "the course goes on",
    )
    return ", ".join(parts)
