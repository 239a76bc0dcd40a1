"""What may be charted of a running infusion: times, pauses, what the pump delivered.

Facts (a stop, a pause, a set) are never refused because of where the infusion stands, only
when they cannot be true. Resuming is a command and can be refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from infusions.states import PauseReason
from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

AHEAD, LATE_AFTER = timedelta(minutes=2), timedelta(minutes=15)  # RUN-01, RUN-02
RUN_01 = Rule(
    "RUN-01",
    "What happened is dated at most 2 min ahead of the server's clock and not before the day before.",
    source="clinic default",
)
RUN_02 = Rule(
    "RUN-02",
    "What is saved more than 15 min after it happened is marked as charted late.",
    source="clinic default",
)
OLDEST = timedelta(days=1)

RUN_03 = Rule(
    "RUN-03",
    "A pause moves the end of the infusion by its length and does not stop the 15 min clock.",
    source="clinic default",
)

FRESH = timedelta(minutes=5)  # RUN-04: five minutes old is valid
RUN_04 = Rule(
    "RUN-04",
    "A paused infusion is resumed on a set of vital signs taken in the last 5 min.",
    source="clinic default",
)
LONGEST_PAUSE = timedelta(minutes=30)  # RUN-05: thirty minutes may still be resumed
RUN_05 = Rule(
    "RUN-05",
    "A pause of more than 30 min is not resumed: the infusion is stopped.",
    source="clinic default",
)
CLINICAL = frozenset({PauseReason.SYMPTOMS, PauseReason.VITAL_SIGNS})
RUN_06 = Rule(
    "RUN-06",
    "A pause has a reason before it is resumed; after a pause for symptoms or vital signs a provider was called.",
    source="clinic default",
)
RUN_07 = Rule(
    "RUN-07",
    "The delivered mg come from the pump's volume; they are not below zero and not above what the bag held.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause; until is None while it lasts."""

    since: datetime
    until: datetime | None = None


def time_problems(occurred_at: datetime, *, at: datetime) -> list[Problem]:
    """Return the blocker of a time that cannot be when it happened (RUN-01)."""
    if occurred_at > at + AHEAD:
        return [Blocker(RUN_01.id, "This time is in the future. Enter when it happened.", "occurred_at")]
    if occurred_at < at - OLDEST:
        return [Blocker(RUN_01.id, "This time is more than a day ago. Enter when it happened.", "occurred_at")]
    return []


def charted_late(*, occurred_at: datetime, received_at: datetime) -> bool:
    """Return whether a fact came long after it happened (RUN-02)."""
    return received_at - occurred_at > LATE_AFTER


def pauses(paused: Iterable[datetime], resumed: Iterable[datetime]) -> tuple[Pause, ...]:
    """Return the pauses in order, each from a pause to the first resumption after it."""
    ends = sorted(resumed)
    found: list[Pause] = []
    for since in sorted(paused):
        if found and (found[-1].until is None or since < found[-1].until):
            continue  # charted twice
        found.append(Pause(since, next((end for end in ends if end >= since), None)))
    return tuple(found)


def planned_end(*, started_at: datetime, minutes: int, breaks: Iterable[Pause], at: datetime) -> datetime:
    """Return when the infusion will have run its minutes (RUN-03); a lasting pause counts up to ``at``."""
    stood = sum(((pause.until or max(at, pause.since)) - pause.since for pause in breaks), timedelta(0))
    return started_at + timedelta(minutes=minutes) + stood


def resume_problems(
    *, paused_at: datetime, last_set_at: datetime | None, reason: str, provider_called: bool, at: datetime
) -> list[Problem]:
    """Return what stands in the way of running on.

    reason: PauseReason or ""; provider_called: since the pause began.
    """
    problems: list[Problem] = []
    if at - paused_at > LONGEST_PAUSE:
        sentence = "Paused for more than 30 min. Stop this infusion; ask the provider about another day."
        problems.append(Blocker(RUN_05.id, sentence))
    if last_set_at is None or at - last_set_at > FRESH:
        sentence = "No vital signs in the last 5 min. Take a set, then resume."
        problems.append(Blocker(RUN_04.id, sentence, "last_set"))
    if not reason:
        problems.append(Blocker(RUN_06.id, "Say why the infusion was paused.", "reason"))
    if reason in CLINICAL and not provider_called:
        sentence = "Paused for a clinical reason. Call the provider and record it, then resume."
        problems.append(Blocker(RUN_06.id, sentence, "provider"))
    return problems


def delivered_problems(delivered_mg: Decimal, *, bag_mg: Decimal) -> list[Problem]:
    """Return the blocker of an amount that cannot have come out of this bag (RUN-07)."""
    if delivered_mg < 0:
        return [Blocker(RUN_07.id, "The delivered dose cannot be below zero. Read the pump again.", "delivered")]
    if delivered_mg > bag_mg:
        sentence = (
            f"{show(delivered_mg, 'mg')} is more than the bag held, {show(bag_mg, 'mg')}. "
            "Read the pump's volume again."
        )
        return [Blocker(RUN_07.id, sentence, "delivered")]
    return []
