"""One visit in plain words, for the patient and the referring doctor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from infusions.models import Infusion, Intake, VitalSet
from infusions.queries.course import Course, Kind
from infusions.queries.event_words import symptom_words
from infusions.queries.intake import intakes_of, standing
from infusions.queries.panel import largest_change
from infusions.states import InfusionOutcome, Severity, Sign
from kitclinic.display import half_up
from scheduling.models import Referral, Visit
from scheduling.states import VisitState

ML_STEP = Decimal("0.1")
AT_THE_CLINIC = "Entered at the clinic"  # a referral written down by the clinic itself names nobody


@dataclass(frozen=True, slots=True)
class Span:
    """A sign over the visit, "118 to 141". before: at the baseline."""

    word: str
    before: str
    lowest: str
    highest: str
    unit: str


@dataclass(frozen=True)
class Summary:
    """What happened on one day. given_ml: of the bag, by the pump; minutes: of the drug, pauses left out."""

    infusion: Infusion
    visit: Visit
    course: Course
    given_ml: Decimal | None
    minutes: int | None
    pauses: int
    spans: tuple[Span, ...]
    side_effects: tuple[str, ...]
    premed: str
    again: str
    helped: tuple[str, ...]
    flags: int
    open_flags: int
    change: str
    intake: Intake | None
    pain_last: int | None
    left: dict[str, object]
    observed: int | None
    next_visit: Visit | None
    referred_by: str

    @property
    def stopped(self) -> bool:
        return self.infusion.outcome == InfusionOutcome.STOPPED

    @property
    def against_advice(self) -> bool:
        return bool(self.left.get("against_advice"))


def summary(infusion: Infusion, course: Course, visit: Visit, *, at: datetime) -> Summary:
    """The visit of a started infusion; ``infusion`` with its order."""
    site, discharged = infusion.site, course.latest(Kind.DISCHARGED)
    premed, again = course.latest(Kind.PREMEDICATION, Kind.NO_PREMEDICATION), course.latest(Kind.ONDANSETRON_PRN)
    ended = infusion.ended_at
    after = (infusion.discharged_at or at) - ended if ended else None
    pains = [row.pain for row in course.current if row.pain is not None]
    return Summary(
        infusion=infusion,
        visit=visit,
        course=course,
        given_ml=_given_ml(infusion),
        minutes=_minutes(course, at),
        pauses=len(course.pauses),
        spans=spans(course),
        side_effects=_side_effects(course),
        premed=""
        if premed is None
        else f"8 mg before the start, {site.clock(premed.occurred_at)}"
        if premed.kind == Kind.PREMEDICATION
        else f"not given before the start: {premed.note}",
        again=f"8 mg once more, {site.clock(again.occurred_at)}" if again else "",
        helped=_helped(course),
        flags=len({flag.vital_set_id for flag in course.flags if flag.vital_set_id not in course.struck}),
        open_flags=len(course.open_flags),
        change=largest_change(course),
        intake=standing(intakes_of(infusion)),
        pain_last=pains[-1] if pains else None,
        left=discharged.detail if discharged else {},
        observed=int(after / timedelta(minutes=1)) if after else None,
        next_visit=_next_visit(visit, after=max(site.today(at), infusion.date)),
        referred_by=_referred_by(infusion),
    )


def _given_ml(infusion: Infusion) -> Decimal | None:
    """mL off the pump: the delivered share of what the bag held."""
    order, mg = infusion.order, infusion.delivered_mg
    if order is None or mg is None:
        return None
    bag_mg = Fraction(order.draw_ml) * Fraction(order.strength_mg_per_ml)
    return half_up(Fraction(mg) / bag_mg * Fraction(order.total_ml), ML_STEP) if bag_mg else None


def _minutes(course: Course, at: datetime) -> int | None:
    infusion = course.infusion
    if infusion.started_at is None:
        return None
    end = infusion.ended_at or at
    stood = sum(((pause.until or end) - pause.since for pause in course.pauses), timedelta(0))
    return max(0, int((end - infusion.started_at - stood) / timedelta(minutes=1)))


def spans(course: Course) -> tuple[Span, ...]:
    """The lowest and highest of each sign after the start, beside the baseline."""
    base, started = course.baseline, course.infusion.started_at
    rows = [row for row in course.current if started and row.occurred_at >= started]
    wanted = (
        ("Blood pressure, upper", "sbp", "mmHg"),
        ("Blood pressure, lower", "dbp", "mmHg"),
        (str(Sign.HR.label).replace("HR", "Heart rate"), "hr", "a minute"),
        ("Oxygen in the blood", "spo2", "%"),
        ("Breathing", "rr", "a minute"),
    )
    return tuple(
        Span(word, _text(getattr(base, name) if base else None), str(min(values)), str(max(values)), unit)
        for word, name, unit in wanted
        if (values := _values(rows, name))
    )


def _values(rows: Iterable[VitalSet], name: str) -> list[int]:
    return [value for row in rows if (value := getattr(row, name)) is not None]


def _text(value: int | None) -> str:
    return "not taken" if value is None else str(value)


def _side_effects(course: Course) -> tuple[str, ...]:
    """ "Nausea, mild, 10:14" where it was recorded by itself, else "Dizziness, from 09:32"."""
    site, recorded, named = course.infusion.site, [], set()
    for event in course.of_kind(Kind.SIDE_EFFECT):
        word = str(event.detail.get("symptom", ""))
        severity = event.detail.get("severity", "")
        how = f", {str(Severity(severity).label).lower()}" if severity in Severity.values else ""
        recorded.append(f"{symptom_words(word)}{how}, {site.clock(event.occurred_at)}")
        named.add(symptom_words(word))
    tapped: dict[str, str] = {}
    for row in course.current:
        if row.slot != VitalSet.Slot.BASELINE:
            for word in row.symptoms:
                tapped.setdefault(symptom_words(word), site.clock(row.occurred_at))
    recorded += [f"{word}, from {when}" for word, when in tapped.items() if word not in named]
    return tuple(recorded)


def _helped(course: Course) -> tuple[str, ...]:
    """Who was called and what was done, each with its time."""
    site = course.infusion.site
    kinds = (
        Kind.INTERVENTION,
        Kind.PROVIDER_CALLED,
        Kind.PROVIDER_ARRIVED,
        Kind.EMERGENCY_TEAM,
        Kind.EMERGENCY_ARRIVED,
    )
    return tuple(
        f"{event.get_kind_display()}, {site.clock(event.occurred_at)}" for event in course.of_kind(*kinds)
    )


def _next_visit(visit: Visit, *, after: date) -> Visit | None:
    rows = Visit.objects.filter(site_id=visit.site_id, patient_id=visit.patient_id, state=VisitState.BOOKED)
    return rows.filter(date__gt=after).exclude(pk=visit.pk).order_by("date", "start_minute").first()


def _referred_by(infusion: Infusion) -> str:
    rows = Referral.objects.filter(site_id=infusion.site_id, patient_id=infusion.patient_id)
    return rows.exclude(source=AT_THE_CLINIC).order_by("-pk").values_list("source", flat=True).first() or ""
