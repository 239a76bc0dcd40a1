"""Ready for the chair: ten gates in one order, the same wherever a patient appears.

Nothing here refuses anything. Three gates are answered by the apps to the right (``settings.PATIENT_FACTS``);
this module answers the seven of enrolment and schedule, puts all ten in order and counts them.
Days are of the clinic.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from kitclinic.display import in_sentence
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from kitclinic.roles import Permission
from scheduling.rules.capacity import clock
from scheduling.rules.enrolment import EnrolmentFacts, long_day, short_day, span_words
from scheduling.rules.visits import RELEASED
from scheduling.states import EnrolmentState, SeatState, SequenceState

ENR_80 = Rule(
    "ENR-80",
    "A patient is ready for the chair when ten gates are done or not applicable, in this order: referral "
    "accepted, eligible, group visit attended, cleared, consent, sequence booked, order signed, pregnancy "
    "test, driver named, baseline questionnaires.",
    source="clinic default",
)
ENR_81 = Rule(
    "ENR-81",
    "Whoever only books sees ready or not ready and never why: no dose, score, finding or test result; "
    "the pregnancy test is a medical check to them, done when it is not applicable.",
    source="HIPAA minimum necessary, 45 CFR 164.502(b)",
)
ENR_82 = Rule(
    "ENR-82",
    "A gate that waits for an earlier one is due in a quiet tone, says what it waits for, "
    "and is no act of anybody yet.",
    source="clinic default",
)

ENR_83 = Rule(
    "ENR-83",
    "No infusion starts on a consent that was withdrawn, or while a merged record asks for a new assessment.",
    source="clinic default",
)

P = Permission
ELIGIBILITY, GROUP, SEAT = "scheduling:eligibility", "scheduling:group", "scheduling:seat_new"
REFERRAL = "scheduling:referral"
OFFERS, DRIVERS, PATIENT = "scheduling:offers", "scheduling:drivers", "scheduling:patient"
EITHER = "Scheduler or physician"
SAT = (SeatState.ATTENDED, SeatState.REVIEW, SeatState.CLEARED)
COUNT_WORDS = {4: "four", 5: "five"}
KEYS = (
    "referral",
    "eligible",
    "group",
    "cleared",
    "consent",
    "sequence",
    "order",
    "pregnancy",
    "driver",
    "baseline",
)


def start_blockers(*, withdrawn: bool, assess_again: bool) -> list[Problem]:
    """Return what enrolment has against the next start at the chair (ENR-83)."""
    problems: list[Problem] = []
    if withdrawn:
        sentence = "The patient has withdrawn the consent. Nothing starts before a new one is signed."
        problems.append(Blocker(ENR_83.id, sentence))
    if assess_again:
        sentence = (
            "Another record of this patient, with an assessment of its own, was merged into this one. "
            "Read both and assess again; allergies and cautions may differ."
        )
        problems.append(Blocker(ENR_83.id, sentence))
    return problems


class GateState(StrEnum):
    """How a gate stands; the value is the word shown."""

    DONE = "Done"
    DUE = "Due"
    BLOCKED = "Blocked"
    NOT_APPLICABLE = "Not applicable"


@dataclass(frozen=True, slots=True)
class Todo:
    """What closes a gate. whose: whose act it is; label: on the button; by: the day before which it is needed."""

    title: str
    whose: str
    label: str
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. detail: one line without clinical content; clinical: what clinical readers read instead.

    who, when: by whom and on which day it was closed. quiet: waits for an earlier gate (ENR-82).
    url_name, url_key: where it is done, for readers with this permission. todo: what there is to do now.
    """

    key: str
    name: str
    state: GateState
    detail: str = ""
    clinical: str = ""
    who: str = ""
    when: date | None = None
    quiet: bool = False
    url_name: str = ""
    url_key: int = 0
    permission: Permission = Permission.FIND_PATIENTS
    todo: Todo | None = None

    @property
    def is_open(self) -> bool:
        return self.state in (GateState.DUE, GateState.BLOCKED)

    @property
    def kind(self) -> str:
        """The shape and tone: done, due, wait, blocked or na."""
        if self.state == GateState.DUE:
            return "wait" if self.quiet else "due"
        return {GateState.DONE: "done", GateState.BLOCKED: "blocked"}.get(self.state, "na")

    @property
    def word(self) -> str:
        """The state as it is shown."""
        return "Due later" if self.kind == "wait" else self.state.value

    @property
    def line(self) -> str:
        """ "Mon 3 Aug, Nkem Osei", then what else there is to say."""
        parts = (short_day(self.when) if self.when else "", self.who)
        return "; ".join(part for part in (", ".join(part for part in parts if part), self.detail) if part)


@dataclass(frozen=True, slots=True)
class Strip:
    """The gates of one patient as one reader may see them. headline: of the whole."""

    gates: tuple[Gate, ...]
    headline: str

    def _count(self, *kinds: str) -> int:
        return sum(gate.kind in kinds for gate in self.gates)

    @property
    def done(self) -> int:
        """Gates that stand in nobody's way."""
        return self._count("done", "na")

    @property
    def next(self) -> Gate | None:
        """The gate to look at first: a blocked one, one that is due, one that waits."""
        return next(
            (gate for kind in ("blocked", "due", "wait") for gate in self.gates if gate.kind == kind), None
        )

    @property
    def words(self) -> str:
        """ "7 of 10, next: driver named"; "Ready, 10 of 10"."""
        total, ahead = len(self.gates), self.next
        if ahead is None:
            return f"Ready, {total} of {total}"
        word = "blocked" if ahead.kind == "blocked" else "next"
        return f"{self.done} of {total}, {word}: {in_sentence(ahead.name)}"

    @property
    def spoken(self) -> str:
        """Every gate with its state, for who hears the compact strip."""
        return "; ".join(f"{gate.name}: {gate.word.lower()}" for gate in self.gates)

    @property
    def tally(self) -> str:
        """ "5 done, 1 not applicable, 2 later"."""
        words = (("done", "done"), ("na", "not applicable"), ("wait", "later"))
        return ", ".join(f"{self._count(kind)} {word}" for kind, word in words if self._count(kind))


def enrolment_gates(facts: EnrolmentFacts, *, today: date) -> list[Gate]:
    """Return the seven gates of enrolment and schedule."""
    patient = facts.patient
    gates = [
        _referral(facts),
        _eligible(facts, patient, today),
        _group(facts, patient, today),
        _cleared(facts, patient, today),
        _consent(facts, patient, today),
        _sequence(facts, patient, today),
        _driver(facts),
    ]
    return [gates[0], *map(_idle, gates[1:])] if facts.is_over else gates


def strip(gates: Iterable[Gate], facts: EnrolmentFacts, *, clinical: bool) -> Strip:
    """Put the gates in order, for a reader who may see clinical content or only books (ENR-80, ENR-81)."""
    found = sorted(gates, key=lambda gate: KEYS.index(gate.key))
    if facts.is_over:
        found = [gate if gate.key == "referral" else _idle(gate) for gate in found]
    shown = tuple(_in_full(gate) if clinical else _in_short(gate) for gate in found)
    return Strip(shown, headline(facts, shown))


def headline(facts: EnrolmentFacts, gates: tuple[Gate, ...]) -> str:
    """Return "Not ready for Monday 14 September: 1 blocked, 2 due", or what is reached."""
    if facts.is_over:
        return f"{EnrolmentState(facts.state).label}: nothing is planned"
    counts = ((sum(gate.kind == kind for gate in gates), kind) for kind in ("blocked", "due"))
    open_ones = ", ".join(f"{count} {word}" for count, word in counts if count)
    waits = any(gate.kind == "wait" for gate in gates)
    course = facts.open_course
    if course is None:
        done = facts.finished_course if facts.state == EnrolmentState.CLEARED else None
        reached = "No infusions booked"
        if done:
            reached = f"Course {done.number} {SequenceState(done.state).label.lower()}"
        return f"{reached}: {open_ones}" if open_ones else reached
    ahead = course.next_day
    aim = long_day(ahead.day) if ahead else "the next infusion"
    if open_ones:
        return f"Not ready for {aim}: {open_ones}"
    return f"Nothing to do before {aim}" if waits else f"Ready for {aim}"


def _idle(gate: Gate) -> Gate:
    """A gate nobody works on, because the referral is over."""
    if gate.state == GateState.DONE:
        return replace(gate, todo=None)
    plain = Gate(gate.key, gate.name, GateState.NOT_APPLICABLE, "Nothing is planned")
    return replace(plain, url_name=gate.url_name, url_key=gate.url_key, permission=gate.permission)


def _in_full(gate: Gate) -> Gate:
    return replace(gate, detail=gate.clinical, clinical="") if gate.clinical else gate


def _in_short(gate: Gate) -> Gate:
    """The gate without clinical content (ENR-81)."""
    plain = replace(gate, clinical="")
    if gate.key != "pregnancy":
        return plain
    state = GateState.DONE if gate.state == GateState.NOT_APPLICABLE else gate.state
    detail = {GateState.DONE: "Nothing is open", GateState.BLOCKED: "The physician decides"}.get(
        state, gate.detail
    )
    return replace(plain, name="Medical check", state=state, detail=detail, who="", when=None, todo=None)


def _referral(facts: EnrolmentFacts) -> Gate:
    if facts.is_over:
        gate = Gate("referral", "Referral", GateState.BLOCKED, EnrolmentState(facts.state).label)
        if facts.state == EnrolmentState.MERGED:
            return gate
        todo = Todo("Reopen the referral", "Every question is asked again", "Assess again")
        there = replace(gate, url_name=ELIGIBILITY, url_key=facts.patient, permission=P.REGISTER_PATIENTS)
        return replace(there, todo=todo)
    name = "Referral accepted"
    gate = Gate("referral", name, GateState.DONE, who=facts.referred_by, when=facts.referred_on)
    return replace(gate, url_name=REFERRAL, url_key=facts.referral) if facts.referral else gate


def _eligible(facts: EnrolmentFacts, patient: int, today: date) -> Gate:
    gate = Gate("eligible", "Eligible", GateState.DUE, url_name=ELIGIBILITY, url_key=patient)
    gate = replace(gate, permission=P.REGISTER_PATIENTS)
    if facts.eligible is None:
        return replace(gate, detail="Not assessed yet", todo=Todo("Record eligibility", EITHER, "Record"))
    undecided = f"Not decided: {', '.join(facts.undecided)}" if facts.undecided else ""
    if facts.reassess_on is not None:
        state = GateState.DUE if facts.reassess_on <= today else GateState.BLOCKED
        todo = Todo("Assess again", f"from {long_day(facts.reassess_on)}", "Assess")
        return replace(gate, state=state, detail=f"Assess again from {short_day(facts.reassess_on)}", todo=todo)
    if facts.decision_open and not facts.unsuitable:
        state = GateState.DUE if facts.eligible else GateState.BLOCKED
        todo = Todo("Decide and finish the assessment", "Physician", "Open")
        return replace(gate, state=state, detail="The physician decides", clinical=undecided, todo=todo)
    if not facts.eligible:
        title, detail = ("Decline, or assess again", "Not eligible")
        if not facts.unsuitable:
            title, detail = "Finish the assessment", "Not finished"
        return replace(gate, state=GateState.BLOCKED, detail=detail, todo=Todo(title, EITHER, "Open"))
    if facts.stale(today):
        todo = Todo("Assess for a new course", EITHER, "Assess")
        gate = replace(gate, todo=todo)
    return replace(gate, state=GateState.DONE, who=facts.assessed_by, when=facts.assessed_on)


def _group(facts: EnrolmentFacts, patient: int, today: date) -> Gate:
    gate, seat = Gate("group", "Group visit (SMA)", GateState.DUE), facts.seat
    there = gate
    if seat is not None:
        there = replace(gate, url_name=GROUP, url_key=seat.group, permission=P.SEE_SCHEDULE)
    if seat is not None and seat.state in SAT and not facts.stale(today):
        beside = "with support person" if seat.support_attended else "without support person"
        return replace(there, state=GateState.DONE, when=seat.day, detail=beside)
    if seat is not None and seat.state == SeatState.BOOKED:
        when = f"{short_day(seat.day)}, {clock(seat.minute)}"
        if seat.day < today:
            todo = Todo("Record who came to the group visit", long_day(seat.day), "Open roster")
            detail = f"{when}, attendance not recorded"
            return replace(there, state=GateState.BLOCKED, detail=detail, todo=todo)
        title = "Check in, weigh, screen" if seat.day == today else "Group visit"
        todo = Todo(title, f"{long_day(seat.day)}, {clock(seat.minute)}", "Open roster")
        permission = P.LEAD_GROUPS if seat.day == today else P.SEE_SCHEDULE
        return replace(there, detail=when, permission=permission, todo=todo)
    if not facts.eligible:
        return replace(gate, quiet=True, detail="After eligibility")
    book = replace(gate, url_name=SEAT, url_key=patient, permission=P.BOOK)
    todo = Todo("Book the group visit", "Scheduler, with a support person", "Choose")
    if facts.stale(today):
        return replace(gate, quiet=facts.finished_course is not None, detail="A new one for a new course")
    absent = seat is not None and seat.state == SeatState.ABSENT
    detail = f"Absent on {short_day(seat.day)}, book again" if seat and absent else "No seat booked"
    return replace(book, detail=detail, todo=todo)


def _cleared(facts: EnrolmentFacts, patient: int, today: date) -> Gate:
    gate, seat = Gate("cleared", "Cleared", GateState.DUE), facts.seat
    if seat is None or facts.stale(today):
        return replace(gate, quiet=True, detail="At the group visit")
    gate = replace(gate, url_name=GROUP, url_key=seat.group, permission=P.LEAD_GROUPS)
    if seat.state == SeatState.CLEARED:
        extra = "with conditions" if seat.conditions else ""
        clinical = f"with conditions: {seat.conditions}" if seat.conditions else ""
        done = replace(gate, state=GateState.DONE, detail=extra, clinical=clinical)
        return replace(done, who=seat.decided_by, when=seat.decided_on)
    if seat.state == SeatState.NOT_CLEARED:
        when = seat.decided_on or seat.day
        return replace(gate, state=GateState.BLOCKED, detail=f"Not cleared on {short_day(when)}")
    if seat.state in SAT:
        detail = "The physician looks again" if seat.state == SeatState.REVIEW else "Open since the group visit"
        todo = Todo("Decide after the group visit", "Physician", "Open roster")
        return replace(gate, detail=detail, todo=todo)
    return replace(gate, quiet=True, detail="At the group visit")


def _consent(facts: EnrolmentFacts, patient: int, today: date) -> Gate:
    gate, seat, given = Gate("consent", "Consent", GateState.DUE), facts.seat, facts.consent
    if seat is not None:
        gate = replace(gate, url_name=GROUP, url_key=seat.group, permission=P.LEAD_GROUPS)
    if given is not None and given.withdrawn_on is not None:
        detail = f"Withdrawn on {short_day(given.withdrawn_on)}"
        return replace(gate, state=GateState.BLOCKED, detail=detail)
    if given is not None:
        return replace(gate, state=GateState.DONE, when=given.signed_on, detail=given.method)
    if seat is not None and seat.state in SAT and not facts.stale(today):
        return replace(
            gate, detail="Not signed yet", todo=Todo("Sign the consent", "With the patient", "Open roster")
        )
    return replace(gate, quiet=True, detail="At the group visit")


def _sequence(facts: EnrolmentFacts, patient: int, today: date) -> Gate:
    gate, course = Gate("sequence", "Sequence booked", GateState.DUE), facts.open_course
    if course is not None:
        when = f"{span_words(course.first_day, course.last_day)}, {clock(course.minute)}"
        there = replace(gate, url_name=PATIENT, url_key=patient)
        if course.state == SequenceState.INTERRUPTED:
            todo = Todo("Decide about the interrupted sequence", "Scheduler", "Decide")
            end = replace(gate, url_name="scheduling:sequence_end", url_key=course.key, permission=P.BOOK)
            return replace(end, state=GateState.BLOCKED, detail="Interrupted", todo=todo)
        return replace(there, state=GateState.DONE, detail=when, who=course.booked_by, when=course.booked_on)
    if facts.clearance is not None and not facts.stale(today):
        return replace(
            gate, quiet=True, detail="For a new course", url_name=OFFERS, url_key=patient, permission=P.BOOK
        )
    bookable = facts.state in (EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED)
    if bookable and not facts.stale(today):
        book = replace(gate, url_name=OFFERS, url_key=patient, permission=P.BOOK)
        todo = Todo("Book five infusion days", "Scheduler, 5 to 9 days after the group visit", "Offers")
        return replace(book, detail="5 to 9 days after the group visit", todo=todo)
    return replace(gate, quiet=True, detail="After the group visit is booked")


def _driver(facts: EnrolmentFacts) -> Gate:
    gate, course = Gate("driver", "Driver named", GateState.DUE), facts.open_course
    if course is None:
        return replace(gate, quiet=True, detail="Once five days are booked")
    gate = replace(gate, url_name=DRIVERS, url_key=course.key, permission=P.BOOK)
    days = [day for day in course.days if day.state not in RELEASED]
    missing = course.without_driver
    if not missing:
        return replace(gate, state=GateState.DONE, detail=f"All {len(days)} days")
    which = ", ".join(f"{day.day:%a}" for day in missing)
    some = ", ".join(short_day(day.day) for day in missing)
    every = f"all {COUNT_WORDS.get(len(days), len(days))} days"
    title = f"Name drivers for {some if len(missing) < len(days) else every}"
    detail = f"{len(days) - len(missing)} of {len(days)} days; {which} open"
    return replace(gate, detail=detail, todo=Todo(title, "Scheduler", "Name driver", missing[0].day))
