"""One visit's chart as the page shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from infusions.models import Flag, Infusion, InfusionEvent, Intake, Order
from infusions.queries.calls import OpenCalls, open_calls
from infusions.queries.chart_version import chart_version
from infusions.queries.course import Course, Kind, courses_of
from infusions.queries.dial import Dial, dial_of
from infusions.queries.event_log import LogLine, event_log
from infusions.queries.event_words import symptom_words
from infusions.queries.flowsheet import Row, rows_of
from infusions.queries.gates import Gate, gates
from infusions.queries.in_hand import Left, left_of
from infusions.queries.intake import intakes_of, standing
from infusions.queries.ledger import Hand, hand_of
from infusions.queries.monitors import Proposals, proposals_of
from infusions.queries.next_day import Line, lines_for_chart, still_to_ask
from infusions.queries.pump import READ, read_by_two
from infusions.queries.readiness import order_of, readiness
from infusions.queries.trend import Trend, trend
from infusions.queries.verbal import VerbalLine, verbal_lines
from infusions.queries.words import flag_words, minutes_to, slot_label
from infusions.rules import due, vitals
from infusions.rules.discharge import may_leave_at
from infusions.rules.due import Slot
from infusions.rules.vitals import NUMBERS, Attention
from infusions.states import InfusionOutcome, InfusionState, VerbalKind
from kitclinic.models import Site
from scheduling.models import Eligibility, Visit
from scheduling.queries.floor import providers_on_site
from scheduling.queries.patients import latest_eligibility

COMPLETE_FROM = timedelta(minutes=3)
MOST = {"sbp": 300, "dbp": 200, "hr": 300, "spo2": 100}


@dataclass(frozen=True)
class OpenFlag:
    """A flag that waits for an answer. needs_provider: no answer without one, symptoms or not."""

    flag: Flag
    words: str
    at: datetime
    minutes: int
    on_boards: bool
    overdue: bool
    needs_provider: bool


@dataclass(frozen=True)
class Field:
    """One number of the keypad; the last value stands beside it, never in it."""

    name: str
    label: str
    max: int
    last: int | None
    baseline: int | None
    value: str = ""
    error: str = ""


@dataclass(frozen=True)
class Chart:
    """Everything on the page. infusion and course are None before the patient arrived."""

    visit: Visit
    site: Site
    at: datetime
    infusion: Infusion | None
    course: Course | None
    order: Order | None
    assessment: Eligibility | None
    gates: tuple[Gate, ...]
    provider: str
    version: str
    hand: Hand | None
    verbal: tuple[VerbalLine, ...] = ()
    intakes: tuple[Intake, ...] = ()
    proposals: Proposals | None = None  # of monitors, while the infusion is open
    asked: tuple[Line, ...] = ()  # days after, while the infusion is open

    @cached_property
    def phase(self) -> str:
        """before (not arrived), preparing, running, observing or over."""
        if self.infusion is None:
            return "before"
        state = self.infusion.state
        if state == InfusionState.ARRIVED:
            return "preparing"
        if state in (InfusionState.INFUSING, InfusionState.PAUSED):
            return "running"
        return "observing" if state == InfusionState.OBSERVING else "over"

    @cached_property
    def intake(self) -> Intake | None:
        """What the patient said before the infusion, as it stands."""
        return standing(self.intakes)

    @cached_property
    def paused(self) -> bool:
        return self.infusion is not None and self.infusion.state == InfusionState.PAUSED

    @cached_property
    def chair(self) -> int:
        return self.infusion.chair if self.infusion else self.visit.chair

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """The identity banner's facts."""
        patient = self.visit.patient
        born = patient.birth_date
        age = patient.age_on(self.site.today(self.at))
        shown = f"{born.day} {born:%b %Y}, {age} y" if born else "not recorded"
        allergy = "not reviewed"
        if self.assessment is not None and self.assessment.allergies_reviewed:
            allergy = self.assessment.allergies or "none known"
        return [
            ("Born", shown),
            ("Record", patient.record_number),
            ("Allergy", allergy),
            ("Course", f"Day {self.visit.day_index} of {self.visit.days}"),
        ]

    @cached_property
    def todo(self) -> list[Gate]:
        return [gate for gate in self.gates if not gate.done and not gate.optional]

    # -- the set that is due -----------------------------------------------------------------------

    @cached_property
    def slot(self) -> Slot | None:
        return self.course.next_slot(self.at) if self.course else None

    @cached_property
    def next_words(self) -> str:
        return slot_label(self.slot.code, long=True) if self.slot else ""

    @cached_property
    def missed_end(self) -> Slot | None:
        """The end of the infusion where its set was missed and none was taken since (DUE-05)."""
        return self.course.missed_end(self.at) if self.course else None

    @cached_property
    def slot_past(self) -> bool:
        return self.slot is not None and self.at >= self.slot.due_at + timedelta(minutes=1)

    @cached_property
    def minutes_to_next(self) -> int:
        return minutes_to(self.slot.due_at, self.at) if self.slot else 0

    @cached_property
    def left_text(self) -> str:
        """What is left of the infusion, "6:00"."""
        seconds = max(0, int((self.ends_at - self.at).total_seconds())) if self.ends_at else 0
        return f"{seconds // 60}:{seconds % 60:02d}"

    @cached_property
    def ends_at(self) -> datetime | None:
        return self.course.ends_at(self.at) if self.course else None

    @cached_property
    def leave_at(self) -> datetime | None:
        if self.course is None or self.ends_at is None:
            return None
        return may_leave_at(self.ends_at, self.course.observation)

    @cached_property
    def may_leave(self) -> bool:
        return self.phase == "observing" and self.leave_at is not None and self.at >= self.leave_at

    @cached_property
    def may_complete(self) -> bool:
        """Whether the end is near enough to offer completing before pausing."""
        ends = self.ends_at
        return self.phase == "running" and not self.paused and ends is not None and self.at >= ends - COMPLETE_FROM

    @cached_property
    def stop_unexplained(self) -> bool:
        infusion = self.infusion
        return infusion is not None and infusion.outcome == InfusionOutcome.STOPPED and not infusion.stop_reason

    @cached_property
    def entry(self) -> str:
        """Which set a reading taken now would be: "Extra set", "+15 set", "Baseline set"."""
        if self.course is None:
            return ""
        code = self.course.slot_for(self.at, at=self.at)
        words = {"baseline": "Baseline set", "extra": "Extra set"}
        return words.get(code, f"{slot_label(code)} set")

    @cached_property
    def entry_note(self) -> str:
        if self.phase == "preparing":
            return "Seated, within 15 min of the start"
        grid = self.course.grid(self.at) if self.course else ()
        code = self.course.slot_for(self.at, at=self.at) if self.course else ""
        slot = next((one for one in grid if one.code == code), self.slot)
        if slot is None:
            return "All due sets are done"
        opens = slot.due_at - due.SOON
        if self.at < opens:
            return f"{slot_label(slot.code)} set opens {self.site.clock(opens)}"
        return f"due {self.site.clock(slot.due_at)}"

    # -- what the page draws -----------------------------------------------------------------------

    @cached_property
    def dial(self) -> Dial | None:
        return dial_of(self.course, self.at) if self.course and self.course.infusion.started_at else None

    @cached_property
    def trend(self) -> Trend | None:
        return trend(self.course, site=self.site, at=self.at) if self.course else None

    @cached_property
    def open_flags(self) -> list[OpenFlag]:
        return [_open_flag(self.course, flag, self.at) for flag in self.course.open_flags] if self.course else []

    @cached_property
    def rows(self) -> list[Row]:
        return rows_of(self.course, site=self.site, at=self.at) if self.course else []

    @cached_property
    def fields(self) -> list[Field]:
        last, base = (self.course.last_set, self.course.baseline) if self.course else (None, None)
        started = self.infusion is not None and self.infusion.started_at is not None
        return [
            Field(
                name=sign.value,
                label=str(sign.label),
                max=MOST[sign.value],
                last=getattr(last, sign.value) if last else None,
                baseline=getattr(base, sign.value) if base and started and sign.value != "spo2" else None,
            )
            for sign in NUMBERS
        ]

    @cached_property
    def events(self) -> tuple[InfusionEvent, ...]:
        return self.course.events if self.course else ()

    def _last_time(self, *kinds: str) -> str:
        event = self.course.latest(*kinds) if self.course else None
        return self.site.clock(event.occurred_at) if event else ""

    @cached_property
    def ondansetron_note(self) -> str:
        given = self._last_time(Kind.ONDANSETRON_PRN)
        if given:
            return f"8 mg given {given}"
        if self.dose_allowed:
            return "8 mg, by verbal order"
        return "8 mg, 1 left" if self.order is not None and self.order.ondansetron else "not ordered"

    @cached_property
    def dose_allowed(self) -> bool:
        """Whether a prescriber allowed the further dose by word of mouth (ORD-33)."""
        return any(line.verbal.kind == VerbalKind.AS_NEEDED for line in self.verbal)

    @cached_property
    def ondansetron_open(self) -> bool:
        ordered = self.dose_allowed or (self.order is not None and self.order.ondansetron)
        return ordered and not self._last_time(Kind.ONDANSETRON_PRN) and self.phase in ("running", "observing")

    @cached_property
    def verbal_kinds(self) -> tuple[str, ...]:
        """What may be said now: to hold always; what is about a running infusion only then."""
        if self.phase not in ("running", "observing"):
            return (VerbalKind.HOLD.value,)
        kinds = [VerbalKind.HOLD.value, VerbalKind.STOP.value]
        if not self.dose_allowed and not self._last_time(Kind.ONDANSETRON_PRN):
            kinds.append(VerbalKind.AS_NEEDED.value)
        return tuple(kinds)

    @cached_property
    def log(self) -> list[LogLine]:
        return event_log(self.course)

    @cached_property
    def calls(self) -> OpenCalls:
        return open_calls(self.course)

    @cached_property
    def side_effect_note(self) -> str:
        event = self.course.latest(Kind.SIDE_EFFECT) if self.course else None
        if event is None:
            return "none recorded"
        return (
            f"{symptom_words(event.detail.get('symptom', '')).split(' ')[0]} {self.site.clock(event.occurred_at)}"
        )

    @cached_property
    def driver_seen(self) -> str:
        return self._last_time(Kind.DRIVER_SEEN)

    @cached_property
    def pump(self) -> str:
        """ "Pump matches, read by two", or "" when nobody has read it."""
        event = self.course.latest(*READ) if self.course else None
        if event is None or event.kind == Kind.PUMP_MISMATCH:
            return ""
        two = self.course is not None and read_by_two(self.course, self.order)
        return "Pump matches, read by two" if two else "Pump matches"

    @cached_property
    def left(self) -> Left | None:
        """What is left in hand of the drawn dose, where it is measured; None where nothing is."""
        if self.infusion is None or self.hand is None:
            return None
        return left_of(infusion=self.infusion, order=self.order, hand=self.hand)

    @cached_property
    def to_waste(self) -> bool:
        """Whether a rest is in hand that nothing runs out of any more."""
        return self.left is not None and self.phase in ("observing", "over")

    @cached_property
    def bag_mg(self) -> Decimal | None:
        return self.order.draw_ml * self.order.strength_mg_per_ml if self.order else None


def _infusion_of(visit: Visit) -> Infusion | None:
    """The infusion of this visit; what hangs on the visit already is not read again."""
    rows = Infusion.objects.filter(site=visit.site_id, visit=visit)
    infusion = rows.select_related("nurse", "order__protocol").first()
    if infusion is not None:
        infusion.visit, infusion.site = visit, visit.site
        if infusion.patient_id == visit.patient_id:
            infusion.patient = visit.patient
    return infusion


def chart(visit: Visit, *, at: datetime, version: str | None = None, live: bool = False) -> Chart:
    """Load the chart of one visit; ``visit`` with site, patient and sequence.

    version: read before. live: the part that is fetched again and again, without the banner's assessment.
    """
    site, version = visit.site, version or chart_version(visit, at)
    infusion = _infusion_of(visit)
    earlier = still_to_ask(visit, at=at) if infusion and infusion.is_open else ()
    courses = courses_of([infusion, *earlier]) if infusion else {}
    course = courses[infusion.pk] if infusion else None
    preparing = course is not None and infusion is not None and infusion.state == InfusionState.ARRIVED
    ready = readiness(course, at=at) if course is not None and preparing else None
    order = ready.order if ready else infusion.order if infusion and infusion.order else order_of(visit)
    providers = providers_on_site(site, at)
    intakes = ready.intakes if ready else tuple(intakes_of(infusion)) if infusion else ()
    hand = hand_of(infusion) if infusion else None
    proposals = proposals_of(course, at=at) if course is not None and course.infusion.is_open else None
    return Chart(
        visit=visit,
        site=site,
        at=at,
        infusion=infusion,
        course=course,
        order=order,
        assessment=ready.assessment if ready else None if live else latest_eligibility(visit.patient),
        gates=gates(course, ready, at=at) if course is not None and ready is not None else (),
        provider=providers[0].provider.short_name if providers else "nobody on site",
        intakes=intakes,
        verbal=tuple(verbal_lines(site, at=at, infusion=infusion)) if infusion else (),
        version=version,
        hand=hand,
        proposals=proposals,
        asked=lines_for_chart(visit, [courses[one.pk] for one in earlier]),
    )


def _open_flag(course: Course, flag: Flag, at: datetime) -> OpenFlag:
    opened = course.opened_at(flag)
    attention = vitals.attention(opened_at=opened, at=at)
    return OpenFlag(
        flag=flag,
        words=flag_words(flag),
        at=flag.vital_set.occurred_at,
        minutes=minutes_to(opened, at),
        on_boards=attention is not Attention.OPEN,
        overdue=attention is Attention.OVERDUE,
        needs_provider=vitals.needs_provider(
            course.rule_flag(flag), symptomatic=False, flagged_before=course.flagged_before(flag)
        ),
    )
