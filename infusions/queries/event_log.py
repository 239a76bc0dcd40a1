"""Every event of one chart, in order, with what was struck out and what came late. No queries."""

from dataclasses import dataclass

from infusions.models import InfusionEvent
from infusions.queries.course import Course, Kind
from infusions.queries.event_words import event_words
from infusions.queries.facts_to_review import late_words
from infusions.rules.facts import SEEN_AND_DONE


@dataclass(frozen=True)
class LogLine:
    """One event. strike: the row that strikes it out, None while it stands."""

    event: InfusionEvent
    words: str
    late: str
    strike: InfusionEvent | None

    @property
    def may_strike(self) -> bool:
        return self.strike is None and self.event.kind in SEEN_AND_DONE


def event_log(course: Course | None) -> list[LogLine]:
    if course is None:
        return []
    return [
        LogLine(
            event,
            event_words(event),
            late_words(event.occurred_at, event.received_at),
            course.struck_events.get(event.pk),
        )
        for event in course.events
        if event.kind != Kind.STRUCK
    ]
