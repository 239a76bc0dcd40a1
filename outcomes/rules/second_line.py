"""Alerts of the second line: a score that is much worse than the one before. They ask for a look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kitclinic.register import Rule
from outcomes.rules.measures import Measure, measure, measures

PHQ_RISE_TENTHS = 50  # PRO-128
T_WORSENING_TENTHS = 100  # PRO-129
COMPARED_DAYS = 400  # PRO-131: days back to the score before
FRESH_DAYS = 31  # PRO-132
PHQ_9 = "PHQ-9"

RISE = Rule(
    "PRO-128",
    "A PHQ-9 total 5 points or more above the one before raises a second-line task.",
    source="Kroenke 2012 (5 points); second line clinic default",
)
WORSENING = Rule(
    "PRO-129",
    "A T-score 10.0 points or more worse than the one before, in the direction that is worse for its measure, "
    "raises a second-line task; so does a demonstration score, at demonstration clinics only.",
    source="clinic default",
)
COMPARED = Rule(
    "PRO-131",
    "The score before is the newest one of an earlier date, or earlier on the same day, up to 400 days back; "
    "corrected scores do not count, and when it was entered does not matter.",
    source="clinic default",
)
FRESH = Rule(
    "PRO-132",
    "A score of more than 31 days ago raises nothing when it is entered, and one score raises one task, "
    "however often it is corrected.",
    source="clinic default",
)
NO_BLOCK = Rule(
    "PRO-133",
    "A second-line task is shown before a start and does not stop it.",
    source="clinic default",
)


class SecondLine(StrEnum):
    """Which change raised it; the words are the task's kinds."""

    RISE = "rise"
    WORSENING = "worsening"


@dataclass(frozen=True, slots=True)
class Point:
    """One score. minute: local minute of completion, None where only the day is known."""

    tenths: int
    date: date
    minute: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreAlert:
    """A score asks for a look. says: what changed, for the staff."""

    kind: SecondLine
    rule: str
    says: str


def is_compared(name: str, *, demo_site: bool) -> bool:
    """True for PHQ-9, for the measures that are T-scores, and at demonstration clinics for theirs."""
    try:
        known = measure(name)
    except KeyError:
        return False
    return name == PHQ_9 or is_t_score(known) or (known.is_demo and demo_site)


def is_t_score(known: Measure) -> bool:
    """True for the PROMIS measures among the paper's eleven; demonstration scores are on a scale of their own."""
    return known.name in measures() and known.name.startswith("PROMIS ")


def before(point: Point, others: Iterable[Point]) -> Point | None:
    """Return the score to compare with (PRO-131); None without one.

    Two of one day are in order only where both minutes are known; otherwise neither is before the other.
    """
    earlier = [one for one in others if _is_before(one, point)]
    near = [one for one in earlier if (point.date - one.date).days <= COMPARED_DAYS]
    return max(near, key=lambda one: (one.date, -1 if one.minute is None else one.minute), default=None)


def _is_before(one: Point, other: Point) -> bool:
    if one.date != other.date:
        return one.date < other.date
    return one.minute is not None and other.minute is not None and one.minute < other.minute


def is_fresh(point: Point, *, today: date) -> bool:
    """True while the score still says something about now (PRO-132)."""
    return (today - point.date).days <= FRESH_DAYS


def score_alert(name: str, now: Point, earlier: Point, *, demo_site: bool) -> ScoreAlert | None:
    """Return the alert of this change, None where it is not large enough. Tenths, so 9.9 is less than 10.0."""
    if not is_compared(name, demo_site=demo_site):
        return None
    known = measure(name)
    worse = (earlier.tenths - now.tenths) * known.improve_sign
    least = PHQ_RISE_TENTHS if name == PHQ_9 else T_WORSENING_TENTHS
    if worse < least:
        return None
    was, is_now, by = (_words(tenths, known) for tenths in (earlier.tenths, now.tenths, worse))
    when = f"{earlier.date.day} {earlier.date:%b %Y}"
    if name == PHQ_9:
        return ScoreAlert(SecondLine.RISE, RISE.id, f"PHQ-9 rose by {by}, from {was} on {when} to {is_now}.")
    says = f"{known.title} is {by} points worse: {was} on {when}, {is_now} now."
    return ScoreAlert(SecondLine.WORSENING, WORSENING.id, says)


def _words(tenths: int, known: Measure) -> str:
    return f"{tenths // 10}" if known.decimals == 0 else f"{tenths // 10}.{tenths % 10}"
