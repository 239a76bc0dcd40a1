"""A tiny simulated clinic: three visits a day instead of 51."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from outcomes.simulation import chairside
from outcomes.simulation import today as module
from outcomes.simulation.clinic import Cast, found_clinic
from outcomes.simulation.script import Habits
from outcomes.simulation.today import Step
from scheduling.actions import open_weeks

NOW = datetime(2026, 9, 16, 15, 5, tzinfo=UTC)  # a Wednesday, 11:05 in New York


def all_of(steps: Iterable[Step]) -> None:
    for step in steps:
        step()


@pytest.fixture
def cast(db: None) -> Cast:
    return found_clinic(now=NOW)


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody misses a day and nothing is unusual: who does hangs on row numbers, which differ from run to run."""
    for place in (module, chairside):
        monkeypatch.setattr(place, "usual_habits", lambda seed, *, day_index: Habits())


@pytest.fixture
def small(usual: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Cast, datetime], None]:
    """``small(cast, now)`` makes today with three visits a day, no make-up: one is over, one runs, one waits."""
    monkeypatch.setattr(module, "VISITS_A_DAY", 3)
    monkeypatch.setattr(module, "TEMPLATE", (0, 170, 340))
    monkeypatch.setattr(module, "LATER_WEEKS", (2,))
    monkeypatch.setattr(module.planning, "make_up_a_day", lambda *given, **more: None)  # a fourth visit of today
    monkeypatch.setattr(module, "open_weeks", lambda **given: open_weeks(**(given | {"weeks": 2})))

    def make(cast: Cast, now: datetime) -> None:
        module.make_today(cast, now=now, seed=1, step=all_of)

    return make
