"""The clock ring of the chart: what is gone of the infusion, then of the observation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from infusions.queries.course import Course
from infusions.states import InfusionState


@dataclass(frozen=True)
class Dial:
    """The clock ring: lengths of its dashes in minutes, and the number in it."""

    turn: int
    track: str
    live: str
    word: str
    words: str
    since: datetime | None
    text: str


def dial_of(course: Course, at: datetime) -> Dial:
    infusion, ends_at = course.infusion, course.ends_at(at) or at
    if infusion.ended_at is None:
        turn = course.minutes
        left = max(timedelta(0), ends_at - at)
        gone = max(timedelta(0), timedelta(minutes=turn) - left)
        word = "paused" if infusion.state == InfusionState.PAUSED else "elapsed"
        ticking = word == "elapsed" and left > timedelta(0)
    else:
        turn = course.order_set.observation_minutes
        gone = (infusion.discharged_at or at) - infusion.ended_at  # the ring fills; the time goes on
        word, ticking = "observed", infusion.discharged_at is None
    seconds = int(gone.total_seconds())
    words = f"{seconds // 60} of {turn} minutes {word}"
    text = f"{seconds // 60}:{seconds % 60:02d}"
    filled, every = min(turn, seconds / 60), course.order_set.vitals_minutes
    return Dial(
        turn,
        _dashes(turn, turn, every),
        _dashes(turn, filled, every),
        word,
        words,
        at - gone if ticking else None,
        text,
    )


def _dashes(turn: int, upto: float, every: int) -> str:
    """Dashes up to a minute of the turn, with a gap at every due time of it."""
    marks = [*range(every, turn, every), turn]
    dashes, begin = [], 0
    for mark in marks:
        full = mark - begin - 0.25
        if upto <= begin + full:
            dashes += [f"{max(0.0, upto - begin):g}", f"{turn}"]
            break
        dashes += [f"{full:g}", ".25"]
        begin = mark
    return " ".join(dashes)
