"""PHQ-9 item 9: when an answer raises a safety task, how urgent it is and when it is escalated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kitclinic.register import Rule
from outcomes.rules.structure import Instrument

ALERT_FROM = 1  # PRO-07: "several days" and above; "not at all" does not alert
HIGHER_FROM = 2  # PRO-08
ACKNOWLEDGE_WITHIN = timedelta(minutes=60)  # PRO-10

ITEM_9 = Rule(
    "PRO-07",
    "An answer of 1 or more to PHQ-9 item 9 raises a safety task at the moment of the answer, "
    "whatever the total and even if the questionnaire is never finished.",
    source="Simon 2013; Sattler 2024",
)
HIGHER_TIER = Rule(
    "PRO-08",
    "An answer of 2 or 3 to PHQ-9 item 9 makes the safety task high; an answer of 1 makes it raised.",
    source="Simon 2013; tiers clinic default",
)
NEVER_WITHDRAWN = Rule(
    "PRO-09",
    "A safety task is never withdrawn or lowered by a changed answer; the highest answer ever given stands.",
    source="clinic default",
)
ESCALATION = Rule(
    "PRO-10",
    "A safety task that nobody has acknowledged within 60 minutes of opening hours is escalated.",
    source="clinic default",
)


class Tier(StrEnum):
    """How urgent a safety task is."""

    RAISED = "raised"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class SafetyAlert:
    """A safety task is due for this answer. sentence: for the staff who see the task."""

    tier: Tier
    answer: int
    rules: tuple[str, ...]
    sentence: str


def alerts(instrument: Instrument, number: int, value: int | None) -> tuple[SafetyAlert, ...]:
    """Return the alert that this one answer raises, or nothing.

    value: 0-3, or None for "prefer not to answer", which raises none.
    """
    if number != instrument.safety_item or value is None or value < ALERT_FROM:
        return ()
    tier = Tier.HIGH if value >= HIGHER_FROM else Tier.RAISED
    option = next(option.text for option in instrument.options if option.value == value)
    sentence = (
        f"{instrument.name} question {number} was answered “{option}” ({value}). "
        "Speak with the patient today and record what was done."
    )
    rules = (ITEM_9.id, HIGHER_TIER.id) if tier is Tier.HIGH else (ITEM_9.id,)
    return (SafetyAlert(tier, value, rules, sentence),)


def standing_answer(answers: Iterable[int | None]) -> int:
    """Return the highest answer ever given, 0 for none: what the task keeps when answers change (PRO-09)."""
    return max((answer for answer in answers if answer is not None), default=0)


def due_at(raised_at: datetime, *, open_from: datetime | None = None) -> datetime:
    """Return when the task must be acknowledged: 60 minutes after it was raised.

    open_from: when the clinic next opens, for a task raised outside opening hours. Aware datetimes.
    """
    starts = raised_at if open_from is None else max(raised_at, open_from)
    return starts + ACKNOWLEDGE_WITHIN


def must_escalate(due: datetime, *, at: datetime) -> bool:
    """True when an unacknowledged task has passed its time; exactly at ``due`` it has not."""
    return at > due
