"""What stands between the chair and the start, one line a gate, from the problems of the start guard."""

from dataclasses import dataclass
from datetime import datetime

from infusions.queries.course import Course, Kind
from infusions.queries.intake import intake_words
from infusions.queries.pump import standing_readings
from infusions.queries.readiness import Readiness
from infusions.queries.words import weight_words
from infusions.rules.before_start import INF_28, iv_words
from kitclinic.display import show
from kitclinic.models import Site
from kitclinic.problems import Notice, Problem


@dataclass(frozen=True)
class Gate:
    """One gate. sheet: the dialog that opens it, or "". lines: what to do, or what was done."""

    word: str
    done: bool
    lines: tuple[str, ...]
    sheet: str = ""
    act: str = ""
    rules: tuple[str, ...] = ()
    optional: bool = False  # the start does not wait for it


# gate: word, rule ids or prefixes that close it, dialog, label of the act
GATES: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("Identity", ("INF-16",), "identity", "Check"),
    ("Intake", ("INF-27",), "intake", "Ask"),
    ("Weight", ("WGT-",), "weigh", "Weigh"),
    ("Order", ("INF-01", "INF-02", "INF-03", "INF-04", "INF-05", "INF-06", "INF-24"), "", ""),
    ("Pregnancy", ("INF-09", "INF-10", "INF-11"), "pregnancy", "Test"),
    ("Driver", ("DRV-",), "driver_name", "Name"),
    ("Premedication", ("INF-17",), "premed", "Record"),
    ("Drug", ("INF-23",), "preparation", "Prepare"),
    ("Pump", ("INF-19", "INF-28", "DOS-10"), "pump", "Check"),
    ("Baseline", ("VIT-12",), "", ""),
    ("Provider clearance", ("INF-18",), "clearance", "Clear"),
    ("Floor", ("INF-07", "INF-08", "INF-21"), "hand_over", "Hand over"),
    ("Suite", ("INF-20", "INF-25", "INF-26"), "opening", "Opening list"),
)
ONLY_WHEN_CLOSED = frozenset({"Pregnancy", "Provider clearance", "Floor"})


def gates(course: Course, ready: Readiness, *, at: datetime) -> tuple[Gate, ...]:
    """Every gate in the order of the work; what no gate here claims comes last, each by itself."""
    left = list(ready.problems)
    found = []
    for word, claims, sheet, act in GATES:
        mine = [problem for problem in left if problem.rule.startswith(claims)]
        left = [problem for problem in left if problem not in mine]
        if word == "Intake" and not mine and not ready.intakes:
            said = ("Asked before the first infusion of this course; today if you wish.",)
            found.append(Gate(word, False, said, sheet, act, optional=True))
        elif mine or word not in ONLY_WHEN_CLOSED:
            lines = tuple(problem.sentence for problem in mine) or (_done(word, course, ready, at),)
            second = any(problem.rule == INF_28.id for problem in mine)
            found.append(Gate(word, not mine, lines, "pump_second" if second else sheet, act, _rules(mine)))
        if word == "Identity":
            found.append(_iv(course))
    found += [_decision(problem) for problem in left]
    return tuple(found)


def _decision(problem: Problem) -> Gate:
    """A problem of somebody else's; of a notice the start knows, and does not wait for it."""
    notice = isinstance(problem, Notice)
    word = "To know" if notice else "Decision"
    return Gate(word, False, (problem.sentence,), rules=_rules([problem]), optional=notice)


def _iv(course: Course) -> Gate:
    """The IV line, with what was tried before it; the start does not wait for the record."""
    site, placed = course.infusion.site, course.latest(Kind.IV_PLACED)
    lines = []
    for event in course.of_kind(Kind.IV_ATTEMPTED, Kind.IV_PLACED):
        words = [iv_words(event.detail), event.note] if event.kind == Kind.IV_PLACED else [iv_words(event.detail)]
        said = "; ".join(word for word in words if word)
        result = "Placed" if event.kind == Kind.IV_PLACED else "Not placed"
        lines.append(f"{result} {_clock(site, event.occurred_at)}, {event.by.name}{f': {said}' if said else ''}")
    if placed is None:
        lines.append("Place it, then record it. The start does not wait for this record.")
    return Gate("IV line", placed is not None, tuple(lines), "iv", "Record", optional=True)


def _rules(problems: list[Problem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problem.rule for problem in problems))


def _clock(site: Site, moment: datetime) -> str:
    return site.clock(moment)


def _done(word: str, course: Course, ready: Readiness, at: datetime) -> str:
    """What an open gate says: who and when, or the value."""
    site, visit = course.infusion.site, course.infusion.visit
    if word == "Identity":
        event = course.latest(Kind.IDENTITY_CHECKED)
        return f"Two identifiers, {event.by.name}, {_clock(site, event.occurred_at)}" if event else ""
    if word == "Weight" and ready.weight is not None:
        return weight_words(ready.weight, site=site, at=at)
    if word == "Order" and ready.order is not None:
        return f"{show(ready.order.dose_mg, 'mg')}, version {ready.order.version}, signed"
    if word == "Driver":
        return f"{visit.driver_name}, {visit.driver_relationship}, {visit.driver_phone}"
    if word == "Premedication":
        event = course.latest(Kind.PREMEDICATION, Kind.NO_PREMEDICATION)
        given = event is not None and event.kind == Kind.PREMEDICATION
        return (
            f"Ondansetron 8 mg IV {_clock(site, event.occurred_at)}"
            if event and given
            else "Not given, with reason"
        )
    if word == "Intake" and ready.intakes:
        newest = ready.intakes[-1]
        return f"{intake_words(newest)}. {newest.by.name}, {_clock(site, newest.at)}"
    if word == "Suite":
        return "Open: every line of today's opening list is done"
    if word == "Drug":
        return _drawn(ready, site)
    if word == "Pump":
        read = standing_readings(course, ready.order)
        names = " and ".join(dict.fromkeys(event.by.name for event in read))
        return f"Matches the order, read by {names}, {_clock(site, read[-1].occurred_at)}" if read else ""
    if word == "Baseline" and course.baseline is not None:
        row = course.baseline
        age = int((at - row.occurred_at).total_seconds() // 60)
        return f"{row.sbp}/{row.dbp}, HR {row.hr}, SpO₂ {row.spo2}%, {age} min old"
    return ""


def _drawn(ready: Readiness, site: Site) -> str:
    """Which vials the dose in hand came from, by whom and when."""
    draws = [draw for draw in ready.hand.draws if draw.left_mg > 0]
    if not draws:
        return ""
    parts = " and ".join(f"{show(draw.left_ml, 'mL')} of vial {draw.movement.vial.number}" for draw in draws)
    return f"{parts}, {draws[-1].movement.by.name}, {_clock(site, draws[-1].movement.occurred_at)}"
