"""Alerts that a score raises against the one before."""

from datetime import datetime

from outcomes.models import SafetyTask, Score


def compare_with_before(*, score: Score, at: datetime) -> SafetyTask | None:
    """Raise a second-line task when this score is much worse than the one before; None when it is not."""
    return None
