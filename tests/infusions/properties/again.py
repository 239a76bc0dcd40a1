"""The same prepared moment as often as it is needed: a database is prepared once and copied for every round."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connections

from tests import databases

ROUNDS = 50


def rounds(committed: str, number: int = ROUNDS) -> Iterator[int]:
    """Round by round, ``default`` is connected to a fresh copy of the committed database, as it stands now.

    Rows made before keep their keys in every copy; what a round writes is gone in the next one.
    """
    copy = f"{committed}_again"
    connections.close_all()
    try:
        for one in range(number):
            databases.create(copy, committed)
            databases.use(copy)
            yield one
            connections.close_all()
    finally:
        connections.close_all()
        databases.use(committed)
        databases.drop(copy)


def taking_turns(one: int, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Callable[[], Any], ...]:
    """Both acts, the other one begun first in every second round."""
    return (first, second) if one % 2 else (second, first)
