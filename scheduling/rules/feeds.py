"""Calendars that people subscribe to: who has which, and what stands in them."""

from kitclinic.calendars import CANCELLED, CONFIRMED, TENTATIVE
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.visits import RELEASED
from scheduling.states import FeedKind, SequenceState

PAST_DAYS = 60  # FEED-01: how far back a feed reaches

FEED_01 = Rule(
    "FEED-01",
    'A calendar feed holds no health information and no name: "Visit 3 of 5", "Shift", "On site". It reaches back '
    "60 days; a released visit stays in it as cancelled.",
    source="clinic default",
)
FEED_02 = Rule(
    "FEED-02",
    "A calendar has one working address, shown once: making a new one closes the one before; a closed or unknown "
    "address answers 404.",
    source="clinic default",
)
FEED_03 = Rule(
    "FEED-03",
    "A nurse and a provider make the address of their own calendar; a patient's is made by whoever books.",
    source="clinic default",
)


def kind_of(*, is_nurse: bool, is_provider: bool) -> FeedKind | None:
    """Return which calendar a member of staff has; None for who is never on the roster (FEED-03)."""
    if is_nurse:
        return FeedKind.NURSE
    return FeedKind.PROVIDER if is_provider else None


def own_problems(kind: FeedKind | None) -> list[Problem]:
    """Return the refusal of a calendar for somebody who is never on the roster."""
    if kind is not None:
        return []
    return [Blocker(FEED_03.id, "Only nurses and providers are on the roster, so there is no calendar of yours.")]


def patient_problems(*, is_merged: bool) -> list[Problem]:
    """Return the refusal of a calendar for a record that was merged into another."""
    if not is_merged:
        return []
    return [
        Blocker(FEED_03.id, "This record was merged into another one. Make the address on that patient's page.")
    ]


def visit_title(number: int, planned: int) -> str:
    """Return "Visit 3 of 5" (FEED-01)."""
    return f"Visit {number} of {planned}"


def visit_status(visit_state: str, sequence_state: str) -> str:
    """Return the status of a visit's entry."""
    if visit_state in RELEASED:
        return CANCELLED
    return TENTATIVE if sequence_state == SequenceState.TENTATIVE else CONFIRMED


def visit_sequence(revision: int, sequence_state: str) -> int:
    """Return the number that grows with each change: of time and state, and once when it is confirmed."""
    return revision + (sequence_state != SequenceState.TENTATIVE)
