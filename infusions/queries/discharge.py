"""What the chart itself knows of a discharge: the facts for the rule, and the checklist as the nurse reads it."""

from dataclasses import dataclass
from datetime import datetime

from infusions.models import Flag
from infusions.queries.course import Course, Kind
from infusions.queries.ledger import Hand
from infusions.queries.words import last_label
from infusions.rules.discharge import DischargeFacts, discharge_problems, may_leave_at
from infusions.states import InfusionOutcome
from kitclinic.models import StaffUser
from scheduling.models import Visit
from scheduling.rules.drivers import Driver

ENGLISH = "English"  # always on offer
# What the chart computes besides the ledger's line: word, rule, sheet that settles it, label of the way there.
COMPUTED: tuple[tuple[str, str, str, str], ...] = (
    ("Observation", "DIS-01", "", ""),
    ("Last set", "DIS-02", "", "Take a set"),
    ("Flags", "DIS-03", "acknowledge", "Answer"),
    ("Stop", "DIS-13", "stop_reason", "Say why"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One computed criterion. words: the reason, or what stands; flag: the first open one, to answer."""

    word: str
    done: bool
    words: str
    rule: str
    sheet: str = ""
    act: str = ""
    flag: int | None = None


def facts_of(
    course: Course, hand: Hand, *, checks: frozenset[str], language: str, driver: Driver, at: datetime
) -> DischargeFacts:
    """Everything the rule asks for. The infusion has ended. A driver seen before counts as seen now."""
    infusion, last = course.infusion, course.last_set
    if infusion.ended_at is None:
        raise ValueError("what has not ended has no observation")
    return DischargeFacts(
        at=at,
        ended_at=infusion.ended_at,
        last_set_at=last.occurred_at if last else None,
        open_flags=len(course.open_flags),
        alert_and_steady="alert_and_steady" in checks,
        nausea_controlled="nausea_controlled" in checks,
        iv_out="iv_out" in checks,
        instructions_given="instructions_given" in checks,
        driver=driver,
        patient_name=infusion.patient.name,
        observation=course.observation,
        in_hand_mg=hand.left_mg,
        language=language,
        patient_language=infusion.patient.language,
        named=infusion.visit.driver_name,
        stop_explained=infusion.outcome != InfusionOutcome.STOPPED or bool(infusion.stop_reason),
    )


def checklist(course: Course, hand: Hand, *, at: datetime) -> tuple[Line, ...]:
    """The computed criteria by the very rule that refuses; empty before the end of the infusion.

    Whether the drawn dose is accounted for stands beside them, with its sum.
    """
    if course.infusion.ended_at is None:
        return ()
    facts = facts_of(course, hand, checks=frozenset(), language="", driver=Driver(""), at=at)
    found = {problem.rule: problem.sentence for problem in discharge_problems(facts)}
    stopped = course.infusion.outcome == InfusionOutcome.STOPPED
    flags: tuple[Flag, ...] = course.open_flags
    return tuple(
        Line(
            word=word,
            done=rule not in found,
            words=found.get(rule) or _stands(word, course),
            rule=rule,
            sheet=sheet if rule in found else "",
            act=act if rule in found else "",
            flag=flags[0].pk if sheet == "acknowledge" and flags else None,
        )
        for word, rule, sheet, act in COMPUTED
        if word != "Stop" or stopped
    )


def _stands(word: str, course: Course) -> str:
    infusion, last = course.infusion, course.last_set
    site = infusion.site
    if word == "Observation" and infusion.ended_at is not None:
        return f"Over since {site.clock(may_leave_at(infusion.ended_at, course.observation))}."
    if word == "Last set" and last is not None:
        return f"{last}, {last_label(last.slot)}, {site.clock(last.occurred_at)}."
    if word == "Flags":
        return "Every flag is answered." if course.flags else "None was raised."
    if word == "Stop":
        return f"{infusion.get_stop_reason_display()}."
    return ""


@dataclass(frozen=True, slots=True)
class WayHome:
    """The driver to be shown: seen at the chair, else named at booking. seen: "10:20, Ines Varga" or ""."""

    driver: Driver
    seen: str
    named: str


def way_home(course: Course, visit: Visit) -> WayHome:
    event = course.latest(Kind.DRIVER_SEEN)
    if event is None:
        known = Driver(visit.driver_transport, visit.driver_name, visit.driver_relationship, visit.driver_phone)
        return WayHome(known, "", visit.driver_name)
    word = event.detail.get
    by: StaffUser = event.by
    driver = Driver(word("transport", ""), word("name", ""), word("relationship", ""), word("phone", ""), by.name)
    seen = f"{course.infusion.site.clock(event.occurred_at)}, {by.name}"
    return WayHome(driver, seen, visit.driver_name)


@dataclass(frozen=True, slots=True)
class Leaving:
    """The discharge sheet beside its form. languages: to tap, the patient's first."""

    lines: tuple[Line, ...]
    home: WayHome
    languages: tuple[str, ...]
    patient_language: str
    needs_interpreter: bool

    @property
    def done(self) -> int:
        return len([line for line in self.lines if line.done])


def leaving(course: Course, hand: Hand, *, at: datetime) -> Leaving:
    patient = course.infusion.patient
    languages = dict.fromkeys([patient.language.strip() or ENGLISH, ENGLISH])
    return Leaving(
        lines=checklist(course, hand, at=at),
        home=way_home(course, course.infusion.visit),
        languages=tuple(languages),
        patient_language=patient.language,
        needs_interpreter=patient.needs_interpreter,
    )
